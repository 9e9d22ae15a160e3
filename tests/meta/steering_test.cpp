// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/steering.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/meta/window.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/task/supervised.hpp>
#include <halo/task/teacher.hpp>

#include "../support/any_policy.hpp"
#include "../support/data.hpp"
#include "../support/learned_rate.hpp"
#include "../support/two_tensors.hpp"

namespace {

using namespace halo;
using network =
    nn::sequential<nn::linear<4, 6>, nn::tanh, nn::linear<6, 5>, nn::tanh, nn::linear<5, 3>>;
using layout = network::layout;
using program = support::learned_rate;
using rule = learned::optimizer<program>;
constexpr std::size_t most = 8;
constexpr seed draws{4}, of_run{21};
template <class T>
using problem = task::supervised<network, T, most>;
using support::any_policy;

std::shared_ptr<task::examples const> some_examples() {
  return task::make_teacher({.rows = 80, .held_out = 20, .features = 4, .classes = 3, .hidden = 4},
                            seed{3});
}
template <class T>
problem<T> make_problem() {
  return {some_examples(), 7, draws};
}
template <class T = float>
learned::optimizer<program, T> with_rate(double log_rate) {
  T const w = static_cast<T>(log_rate);
  return learned::optimizer<program, T>(std::span<T const>(&w, 1));
}

/// The rows that mini-batch `step` of the problem has, as a device gets them.
struct mini_batch {
  std::vector<float> x;
  std::vector<std::int32_t> y;
  mini_batch(data::dataset const& from, std::uint64_t step, std::size_t rows) {
    generator g(draws, 0);
    g.seek(step * most);
    for (std::size_t i = 0; i < rows; ++i) {
      std::size_t const r = g.below(static_cast<std::uint32_t>(from.rows()));
      x.insert(x.end(), from.x.data() + 4 * r, from.x.data() + 4 * (r + 1));
      y.push_back(from.y.data()[r]);
    }
  }
};

}  // namespace

// a policy of each kind is one that a place in the pool may have
template class halo::meta::steering<rule, problem<float>, optim::selection>;
template class halo::meta::steering<rule, problem<float>, optim::depth_cut>;
template class halo::meta::steering<rule, problem<float>, optim::random_layers>;
template class halo::meta::steering<rule, problem<float>, optim::deepening>;
template class halo::meta::steering<rule, problem<float>, optim::fixed_stages>;
template class halo::meta::steering<rule, problem<float>, optim::gated<>>;

TEST_CASE("steering: every policy does in a run what it does in an adapter, bit by bit") {
  using device = adapt::adapter<network, nn::cross_entropy, rule, most, any_policy>;
  auto const from = some_examples();
  std::size_t empty = 0, cut = 0, hard = 0;
  for (any_policy const& policy : support::every_policy()) {
    CAPTURE(policy.of.index());
    problem<float> live = make_problem<float>(), windows = make_problem<float>();
    rule const r = with_rate(-2.5);
    std::vector<float> theta(layout::size), g(layout::size);
    live.start(of_run, theta.data());
    auto s = r.init<layout, float>();
    meta::steering<rule, problem<float>, any_policy> steering(live, policy);
    auto const d = std::make_unique<device>(r, of_run, policy);
    meta::run<program, problem<float>, any_policy> run(windows, 10, policy);
    run.restart(r, of_run);
    for (std::uint64_t t = 0; t < 60; ++t) {
      CAPTURE(t);
      REQUIRE(std::equal(theta.begin(), theta.end(), d->parameters().begin()));
      auto const turn = steering.begin(of_run, t, theta.data(), g.data());
      auto const status =
          r.step(theta.data(), static_cast<float const*>(g.data()), s, turn.context);
      steering.end(turn, status);
      std::size_t const wanted = d->wanted_batch(), rows = wanted > 0 ? wanted : 7;
      mini_batch const b(from->train, t, rows);
      auto const did = d->step(b.x, b.y);
      REQUIRE(did.status == status);
      CHECK(turn.order.gradient_of.rows == rows);
      CHECK(turn.order.layers == did.layers);
      empty += did.layers.empty() ? 1U : 0U;
      cut += !did.layers.empty() && did.layers != layer_mask(7) ? 1U : 0U;
      if (status != optim::status::done) continue;
      CHECK(turn.order.gradient_of.backward == did.examples);
      CHECK(turn.found.loss == did.loss);
      CHECK(turn.found.accuracy == did.accuracy);
      hard += did.examples < rows ? 1U : 0U;
    }
    meta::meta_loss const kind = meta::meta_loss::averaged();
    std::vector<float> gradient(1, 0.0F);
    for (int k = 0; k < 6; ++k) REQUIRE(run.window(r, 10, kind, gradient).finite);
    CHECK(std::equal(theta.begin(), theta.end(), run.parameters().begin()));
  }
  CHECK(empty > 20);
  CHECK(cut > 100);
  CHECK(hard > 60);
}

TEST_CASE("steering: meta-gradients under every policy are those of differences") {
  using T = double;
  using loss = meta::meta_loss;
  constexpr std::size_t n = 12;
  loss const kinds[] = {{.jacobian = 0.05, .second_derivatives = true},
                        {.logarithm = true, .second_derivatives = true, .at_average = true}};
  for (any_policy const& policy : support::every_policy()) {
    CAPTURE(policy.of.index());
    for (loss const& kind : kinds) {
      CAPTURE(kind.at_average);
      problem<T> p = make_problem<T>();
      // the second window, by which policies remember something
      auto const value = [&](double log_rate, std::span<T> gradient) {
        meta::run<program, problem<T>, any_policy> run(p, 40, policy);
        run.restart(with_rate<T>(-2), of_run);
        REQUIRE(run.window(with_rate<T>(-2), 40, kind, {}).finite);
        return run.window(with_rate<T>(log_rate), n, kind, gradient).loss;
      };
      std::vector<T> gradient(1, 0.0);
      (void)value(-2, gradient);
      constexpr double e = 1e-6;
      CHECK(gradient[0] ==
            doctest::Approx((value(-2 + e, {}) - value(-2 - e, {})) / (2 * e)).epsilon(1e-5));
    }
  }
}

TEST_CASE("steering: a task that does not choose has mini-batches of its own") {
  using toy = support::two_tensors<float>;
  toy p;
  meta::steering<rule, toy, optim::deepening> steering(p, {.begin = optim::start_depth::head});
  std::vector<float> theta(6), g(6), h(6);
  p.start(of_run, theta.data());
  auto const turn = steering.begin(of_run, 2, theta.data(), g.data());
  CHECK(turn.order.layers == layer_mask(2));
  CHECK(turn.found.loss == p.value_and_gradient(task::part::train, 2, theta.data(), h.data()));
  CHECK(std::isnan(turn.found.accuracy));
  CHECK(g == h);
  steering.hessian_vector_product({}, 2, theta.data(), theta.data(), g.data());
  p.hessian_vector_product(2, theta.data(), theta.data(), h.data());
  CHECK(g == h);
}

TEST_CASE("steering: a policy for other networks is refused with a sentence") {
  problem<float> p = make_problem<float>();
  using steering = meta::steering<rule, problem<float>, any_policy>;
  CHECK(support::message_of<error>([&] { steering const s(p, {optim::selection::thirds(4)}); }) ==
        "policy: expected as many layers as selection::thirds or custom was told of, found "
        "a network of 3 layers");
  CHECK(support::message_of<error>([&] {
          steering const s(p, {optim::random_layers{.low = 2}});
        }).find("low") != std::string::npos);
}
