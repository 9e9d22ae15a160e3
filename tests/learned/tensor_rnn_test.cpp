// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/tensor_rnn.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/core/random.hpp>
#include <halo/learned/step_facts.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/learned_golden.hpp"

namespace learned_tensor_rnn_test {

namespace {

using namespace halo;
using support::learned_golden;
using support::worst_error;

constexpr std::pair<char const*, char const*> names[] = {
    {"tensor.gates", "t_Wg"},
    {"tensor.gates_bias", "t_bg"},
    {"tensor.candidate", "t_Wc"},
    {"tensor.candidate_bias", "t_bc"},
    {"global.gates", "g_Wg"},
    {"global.gates_bias", "g_bg"},
    {"global.candidate", "g_Wc"},
    {"global.candidate_bias", "g_bc"},
    {"output", "o_W"},
    {"output_bias", "o_b"},
    {"log_rate", "base"},
    {"tensor.initial", "t_init"},
    {"global.initial", "g_init"},
};

/// Tensors of 6, 2 and 8 elements in layers of their own; the second is a bias.
struct three_tensors : support::vectors_layout<false, 6, 2, 8> {
  static constexpr auto table = [] {
    auto t = support::vectors_layout<false, 6, 2, 8>::table;
    t[1].rank = 1;
    return t;
  }();
};

template <class T>
constexpr double bound = sizeof(T) == 8 ? 1e-10 : 1e-4;

template <class State>
auto number(State const& s, std::size_t t, std::size_t i, std::size_t k) {
  constexpr std::size_t lanes = learned::tile_lanes;
  return s.tile(t)[(i / lanes * 5 + k) * lanes + i % lanes];
}

/// Number k of all coordinates, tensor after tensor.
template <class T, class State>
std::vector<T> numbers(State const& s, std::size_t k) {
  std::vector<T> all;
  for (std::size_t t = 0; t < three_tensors::tensors; ++t)
    for (std::size_t i = 0; i < three_tensors::table[t].count; ++i)
      all.push_back(number(s, t, i, k));
  return all;
}

/// Updates and every state after every step, as PyTorch computed them.
template <class T>
void follows_torch(char const* file) {
  CAPTURE(file);
  using program = learned::tensor_program<learned::without_prior>;
  learned_golden const g(file);
  learned::optimizer<program, T> const rule(g.weights<program, T>("params.", names));
  auto s = std::make_unique<learned::state<program, three_tensors, T>>(
      rule.template init<three_tensors, T>());
  std::vector<double> const start = g["theta0"];
  std::vector<T> theta(start.begin(), start.end());
  for (std::size_t step = 0; step < 5; ++step) {
    CAPTURE(step);
    std::string const path = "steps." + std::to_string(step) + ".";
    CHECK(worst_error(theta, g[path + "theta"], 1e-2) < bound<T>);
    std::vector<double> const given = g[path + "grad"];
    std::vector<T> const gradient(given.begin(), given.end());
    optim::step_context<T> context;
    context.loss = g.number(path + "loss");
    std::array<bool, 3> active{true, true, true};
    if (g.has(path + "mask")) {
      auto const mask = g[path + "mask"];
      context.mask = {};
      for (std::size_t i = 0; i < 3; ++i) context.mask.set(i, active[i] = mask[i] != 0);
    }
    auto facts = learned::facts_of(*s, context);
    auto const reader = rule.template reader<T>();
    std::vector<T> const before = theta;
    auto const result = rule.step(theta.data(), gradient.data(), *s, context);
    if (context.mask.empty()) {
      // halo leaves an empty step out; the reference concludes and counts it
      REQUIRE(result == optim::status::empty);
      program::conclude(reader, facts, s->total().data(), static_cast<T const*>(nullptr),
                        s->global.data());
      ++s->step;
    } else {
      REQUIRE(result == optim::status::done);
    }
    std::vector<T> update(theta.size());
    for (std::size_t i = 0; i < theta.size(); ++i) update[i] = before[i] - theta[i];
    CHECK(worst_error(update, g[path + "update"], 1e-2) < bound<T>);
    CHECK(worst_error(numbers<T>(*s, 4), g[path + "last_update"], 1e-4) < bound<T>);
    std::vector<double> m = g[path + "m"];  // the gradient is the first third
    std::vector<T> ours = numbers<T>(*s, 0);
    std::vector<T> const longer = numbers<T>(*s, 1);
    ours.insert(ours.end(), longer.begin(), longer.end());
    m.erase(m.begin(), m.begin() + 16);
    CHECK(worst_error(ours, m, 1e-4) < bound<T>);
    ours = numbers<T>(*s, 2);
    std::vector<T> const longest = numbers<T>(*s, 3);
    ours.insert(ours.end(), longest.begin(), longest.end());
    CHECK(worst_error(ours, g[path + "v"], 1e-7) < bound<T>);
    CHECK(worst_error(s->tensors, g[path + "ht"], 1e-2) < bound<T>);
    CHECK(worst_error(std::vector<T>(s->global.begin(), s->global.begin() + 16), g[path + "hg"],
                      1e-2) < bound<T>);
    CHECK(worst_error(std::vector<T>(s->global.begin() + 16, s->global.begin() + 18),
                      g[path + "loss_ema"], 1e-2) < bound<T>);
    auto const counts = g[path + "cnt"];
    auto const log_rates = g[path + "log_lr"];
    for (std::size_t t = 0; t < 3; ++t) {
      CHECK(s->steps[t] == counts[t]);
      learned::tell_tensor<three_tensors>(facts, t, std::max<std::uint64_t>(1, s->steps[t]));
      std::array<T, program::decision> decision;
      program::settle(reader, facts, static_cast<T const*>(s->tensor(t)),
                      static_cast<T const*>(s->global.data()), decision.data());
      double const own = static_cast<double>(facts.own_step);
      double const rate = static_cast<double>(decision[0]) +
                          static_cast<double>(decision[1]) * (1 - std::pow(0.9, own)) +
                          static_cast<double>(decision[2]) * (1 - std::pow(0.99, own));
      CHECK(std::log(rate) == doctest::Approx(log_rates[t]).epsilon(bound<T>));
    }
  }
}

/// The prior, a coordinate at a time: see tensor_prior and the program's equations.
struct plain_prior {
  double m10[16]{}, m100[16]{}, v100[16]{}, v1000[16]{};
  double loss = 0;
  int t = 0, own[3]{};

  void step(double* theta, double const* g, bool const* active, double rows, double batch_loss) {
    ++t;
    double const l = std::log(batch_loss + 1e-4);
    loss = t == 1 ? l : 0.99 * loss + 0.01 * l;
    double const base = std::max(std::exp(-9.5), 5e-3 * std::pow(1 + t / 300.0, -0.25));
    double const rate = std::min(base, std::exp(-3.5)) * std::tanh(t / 250.0);
    double const a = std::exp(-3.0), b = std::exp(1.0);
    double const c = std::exp(-4 + 1.3 * std::log(1 + t / 300.0));
    std::size_t const ends[] = {6, 8, 16};
    for (std::size_t tensor = 0, i = 0; tensor < 3; ++tensor) {
      if (!active[tensor]) {
        i = ends[tensor];
        continue;
      }
      int const k = ++own[tensor];
      double decay = 0;
      if (rows > 0) {
        double const z =
            std::log(0.25) - 0.09 * loss - std::log(rows / 5000) - (tensor == 1 ? 1 : 0);
        decay = std::min(1.0, std::exp(std::min(1.0, std::max(-9.0, z))));
      }
      for (; i < ends[tensor]; ++i) {
        m10[i] = 0.9 * m10[i] + 0.1 * g[i];
        m100[i] = 0.99 * m100[i] + 0.01 * g[i];
        v100[i] = 0.99 * v100[i] + 0.01 * g[i] * g[i];
        v1000[i] = 0.999 * v1000[i] + 0.001 * g[i] * g[i];
        double const mixed = (a * g[i] + b * m10[i] / (1 - std::pow(0.9, k)) +
                              c * m100[i] / (1 - std::pow(0.99, k))) /
                             (a + b + c);
        double const v = (v100[i] / (1 - std::pow(0.99, k)) + 1e-20) *
                         (v1000[i] / (1 - std::pow(0.999, k)) + 1e-20);
        theta[i] -= rate * mixed / std::pow(v, 0.25) + rate * decay * theta[i];
      }
    }
  }
};

/// Fifty masked steps against the plain loop, with given weights; rows = 0 decays nothing.
template <class T>
void follows_the_prior(learned::tensor_rnn<learned::tensor_options{}, T> const& rule,
                       std::uint64_t rows) {
  CAPTURE(rows);
  using program = learned::tensor_program<>;
  auto s = std::make_unique<learned::state<program, three_tensors, T>>(
      rule.template init<three_tensors, T>());
  plain_prior plain;
  generator random(seed{31}, rows);
  std::vector<double> reference(16);
  for (double& x : reference) x = static_cast<double>(random.normal());
  std::vector<T> theta(reference.begin(), reference.end());
  for (std::uint64_t step = 0; step < 50; ++step) {
    std::array<double, 16> g;
    std::array<T, 16> gradient;
    for (std::size_t i = 0; i < 16; ++i) {
      gradient[i] = static_cast<T>(0.1F * random.normal());
      g[i] = static_cast<double>(gradient[i]);
    }
    optim::step_context<T> context;
    context.rows = rows;
    context.loss = 2.0 / (1.0 + 0.2 * static_cast<double>(step));
    std::uint64_t const bits = 1 + step * 5 % 7;
    context.mask = layer_mask(bits);
    bool const active[] = {(bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0};
    plain.step(reference.data(), g.data(), active, static_cast<double>(rows), context.loss);
    REQUIRE(rule.step(theta.data(), gradient.data(), *s, context) == optim::status::done);
    CAPTURE(step);
    CHECK(worst_error(theta, reference, 1e-2) < bound<T>);
  }
}

}  // namespace

TEST_CASE("tensor RNN without prior follows PyTorch") {
  SUBCASE("double") {
    follows_torch<double>("hrnnplus_dense");
    follows_torch<double>("hrnnplus_masked");
  }
  SUBCASE("float") {
    follows_torch<float>("hrnnplus_dense");
    follows_torch<float>("hrnnplus_masked");
  }
}

TEST_CASE_TEMPLATE("tensor RNN is its prior while its outputs are zero", T, float, double) {
  using rule_type = learned::tensor_rnn<learned::tensor_options{}, T>;
  for (std::uint64_t const rows : {std::uint64_t{0}, std::uint64_t{400}, std::uint64_t{4500}}) {
    follows_the_prior<T>(rule_type(), rows);
    follows_the_prior<T>(rule_type(seed{5}), rows);
    learned_golden const z8("weights_z8");
    auto const weights = z8.weights<learned::tensor_program<>, T>("params.", names);
    follows_the_prior<T>(rule_type(weights), rows);
  }
}

TEST_CASE("outputs of any size move rate and decay by no more than their spans") {
  using program = learned::tensor_program<learned::tensor_options{
      .span_up = 0.7, .span_down = 0.7, .span_decay = 1.0}>;
  learned::facts<double> f;
  f.elements = 100;
  f.tensors = 1;
  f.step = f.own_step = 700;
  f.rows = 20000;
  std::vector<double> weights(program::table.size);
  std::array<double, program::tensor_state> tensor{};
  std::array<double, program::global_state> global{};
  auto const decide = [&](double rate, double decay) {
    weights[program::table["output_bias"]] = rate;
    weights[program::table["output_bias"] + 5] = decay;
    std::array<double, program::decision> d;
    learned::plain_reader<double, double> const reader(weights.data(), nullptr);
    program::settle(reader, f, tensor.data(), global.data(), d.data());
    return d;
  };
  auto const plain = decide(0, 0);
  for (double const z : {-1e6, -3.0, -0.1, 0.1, 3.0, 1e6}) {
    CAPTURE(z);
    double const offset = std::log(decide(z, 0)[1] / plain[1]);
    CHECK(offset == doctest::Approx(2 * z / std::sqrt(1 + std::pow(2 * z / 0.7, 2))));
    double const decay = std::log(decide(0, z)[6] / plain[6]);
    CHECK(decay == doctest::Approx(2 * z / std::sqrt(1 + std::pow(2 * z, 2))));
    CHECK(decide(0, z)[1] == plain[1]);
  }
  f.rows = 0;
  CHECK(decide(0, 3.0)[6] == 0.0);
}

TEST_CASE_TEMPLATE("weight decay moves within its span, without one not at all", program,
                   learned::tensor_program<>,
                   learned::tensor_program<learned::tensor_options{.span_decay = 0.6}>) {
  learned::facts<double> f;
  f.elements = 100;
  f.tensors = 1;
  f.step = f.own_step = 700;
  f.rows = 20000;
  std::vector<double> weights(program::table.size);
  std::array<double, program::tensor_state> const tensor{};
  std::array<double, program::global_state> const global{};
  std::array<double, program::decision> plain, moved;
  learned::plain_reader<double, double> const reader(weights.data(), nullptr);
  program::settle(reader, f, tensor.data(), global.data(), plain.data());
  weights[program::table["output_bias"] + 5] = 300;
  program::settle(reader, f, tensor.data(), global.data(), moved.data());
  CHECK(plain[6] > 0);
  double const span = program::options.span_decay;
  CHECK(std::log(moved[6] / plain[6]) == doctest::Approx(span).epsilon(1e-4));
}

TEST_CASE("an adapter learns with a tensor RNN that nobody configured") {
  using network = nn::sequential<nn::linear<4, 8>, nn::tanh, nn::linear<8, 2>>;
  using device_type = adapt::adapter<network, nn::cross_entropy, learned::tensor_rnn<>, 32>;
  auto const device = std::make_unique<device_type>();
  device->set_training_rows(3200);
  generator random(seed{12});
  std::vector<float> x(32 * 4);
  std::vector<std::int32_t> label(32);
  double first = 0, last = 0;
  for (int step = 0; step < 400; ++step) {
    for (std::size_t i = 0; i < 32; ++i) {
      for (std::size_t k = 0; k < 4; ++k) x[4 * i + k] = random.normal();
      label[i] = x[4 * i] + x[4 * i + 1] > x[4 * i + 2] ? 1 : 0;
    }
    auto const report =
        device->step(std::span<float const>(x), std::span<std::int32_t const>(label));
    REQUIRE(report.status == optim::status::done);
    (step < 10 ? first : last) += step < 10 || step >= 390 ? report.loss : 0.0;
  }
  CHECK(last < 0.4 * first);
}

}  // namespace learned_tensor_rnn_test
