// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/adapter.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include <halo/learned/lean_halo_rule.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim.hpp>
#include <halo/tensor/view.hpp>

#include "../support/allocation.hpp"
#include "../support/data.hpp"
#include "../support/device.hpp"
#include "../support/network_cases.hpp"

namespace adapt_adapter_test {

namespace {

using namespace halo;

/// Keeps what it was told and moves nothing.
struct listener {
  static constexpr char const* name = "listener";
  static constexpr std::size_t operations_per_parameter = 0;
  static constexpr void record(auto&, auto&& f) { f.constant("name", name); }
  template <parameter_layout Layout, floating T = float>
  struct state {
    std::uint64_t rows = 1;
    static constexpr void record(auto& self, auto&& f) { f.number("rows", self.rows); }
  };
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    return {};
  }
  template <class Layout, class T>
  optim::status step(T*, T const*, state<Layout, T>& s,
                     optim::step_context<T> const& context = {}) const noexcept {
    s.rows = context.rows;
    return optim::status::done;
  }
};

/// Three layers with parameters, a dropout between them; at most 8 examples.
using network = nn::sequential<nn::linear<5, 7>, nn::tanh, nn::dropout<std::ratio<1, 4>>,
                               nn::linear<7, 6>, nn::relu, nn::linear<6, 3>>;
template <class Optimizer, class Network = network>
using device_of = adapt::adapter<Network, nn::cross_entropy, Optimizer, 8>;

support::plain_network plain() {
  return {5,
          {{"linear", 7}, {"tanh"}, {"dropout", 0, 0.25}, {"linear", 6}, {"relu"}, {"linear", 3}}};
}

/// The layers of a mask, in every step.
optim::selection always(std::uint64_t bits) {
  std::array<double, 3> p{};
  for (std::size_t j = 0; j < 3; ++j) p[j] = layer_mask(bits)[j] ? 1 : 0;
  return optim::selection::custom(p);
}

std::size_t layer_of(std::size_t parameter) {
  return parameter < 5 * 7 + 7 ? 0 : parameter < 5 * 7 + 7 + 7 * 6 + 6 ? 1 : 2;
}

/// Mean softmax cross-entropy of [rows, 3] logits and its gradient, as the formula says it.
double plain_loss(std::vector<double> const& y, std::vector<std::int32_t> const& t,
                  std::vector<double>& dy) {
  std::size_t const rows = t.size();
  double loss = 0;
  dy.assign(y.size(), 0);
  for (std::size_t i = 0; i < rows; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < 3; ++j) sum += std::exp(y[3 * i + j]);
    for (std::size_t j = 0; j < 3; ++j) {
      bool const right = j == static_cast<std::size_t>(t[i]);
      dy[3 * i + j] = (std::exp(y[3 * i + j]) / sum - (right ? 1 : 0)) / static_cast<double>(rows);
      if (right) loss -= std::log(std::exp(y[3 * i + j]) / sum) / static_cast<double>(rows);
    }
  }
  return loss;
}

std::vector<double> wide(std::span<float const> values) { return {values.begin(), values.end()}; }

/// All numbers but the counters.
template <class Device>
std::vector<unsigned char> weights_and_state(Device& d) {
  std::vector<unsigned char> all;
  walk(d, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
    std::string_view first;
    path.each([&](std::string_view name) { first = first.empty() ? name : first; });
    if (first.starts_with("run") || !field.is_state()) return;
    auto const* const p = reinterpret_cast<unsigned char const*>(field.values.data());
    all.insert(all.end(), p, p + field.values.size_bytes());
  });
  return all;
}

/// A few good steps, then one on poisoned numbers: refused and without effect.
template <class Optimizer, class Network = network>
void refuses(std::vector<float> const& poisoned, std::uint64_t bits) {
  device_of<Optimizer, Network> d(Optimizer{}, seed{3}, always(bits));
  std::vector<std::int32_t> const t = support::draw_labels(4, 3, 11);
  std::vector<float> const good = support::draw<float>(20, 12);
  for (int i = 0; i < 3; ++i) REQUIRE(d.step(good, t).status == optim::status::done);
  auto const before = weights_and_state(d);
  adapt::totals const spent = d.totals();
  adapt::report const r = d.step(poisoned, t);
  CHECK(r.status == optim::status::non_finite);
  CHECK_FALSE(r.finite());
  CHECK(r.layers.empty());
  CHECK(weights_and_state(d) == before);
  CHECK(d.totals().iterations == spent.iterations + 1);
  CHECK(d.totals().non_finite == 1);
  CHECK(d.totals().layers == spent.layers);
  CHECK(d.step(good, t).status == optim::status::done);
  CHECK(weights_and_state(d) != before);
}

template <class Activation>
using with =
    nn::sequential<nn::linear<5, 7>, Activation, nn::linear<7, 6>, Activation, nn::linear<6, 3>>;

}  // namespace

TEST_CASE("adapter: draws its weights by the rule it is given") {
  using one_layer = nn::sequential<nn::linear<3, 200>>;
  adapt::adapter<one_layer, nn::cross_entropy, optim::sgd, 1> const he(optim::sgd{}, seed{1});
  adapt::adapter<one_layer, nn::cross_entropy, optim::sgd, 1> const narrow(optim::sgd{}, seed{1},
                                                                           {}, nn::normal{1e-3F});
  float const scale = 1e-3F / nn::he::deviation(3, 200);
  for (std::size_t i = 0; i < 600; ++i)
    CHECK(narrow.parameters()[i] == doctest::Approx(scale * he.parameters()[i]).epsilon(1e-5));
}

TEST_CASE("adapter: two steps of momentum against plain loops, under every mask") {
  for (std::uint64_t bits = 1; bits < 8; ++bits) {
    CAPTURE(bits);
    device_of<optim::momentum> d(optim::momentum{{.rate = 0.1F, .momentum = 0.8F}}, seed{3},
                                 always(bits));
    std::vector<double> theta = wide(d.parameters());
    std::vector<float> const fresh(d.parameters().begin(), d.parameters().end());
    std::vector<double> m(theta.size());
    for (std::uint64_t step = 0; step < 2; ++step) {
      std::vector<float> const x = support::draw<float>(6 * 5, 20 + step);
      std::vector<std::int32_t> const t = support::draw_labels(6, 3, 30 + step);
      support::plain_network loops = plain();
      loops.training = true;
      loops.noise = seed{3};
      loops.step = step;
      auto const values = loops.forward(6, theta, wide(x));
      std::vector<double> dy;
      double const loss = plain_loss(values.back(), t, dy);
      std::vector<double> const g = loops.backward(6, theta, values, dy);
      adapt::report const r = d.step(x, t);
      CHECK(r.status == optim::status::done);
      CHECK(r.loss == doctest::Approx(loss).epsilon(1e-5));
      CHECK(r.layers == layer_mask(bits));
      for (std::size_t i = 0; i < theta.size(); ++i) {
        if (!layer_mask(bits)[layer_of(i)]) continue;
        m[i] = 0.8 * m[i] + g[i];
        theta[i] -= 0.1 * m[i];
      }
    }
    for (std::size_t i = 0; i < theta.size(); ++i) {
      CAPTURE(i);
      CHECK(std::abs(static_cast<double>(d.parameters()[i]) - theta[i]) < 2e-6);
      if (!layer_mask(bits)[layer_of(i)]) {
        CHECK(std::memcmp(&fresh[i], &d.parameters()[i], sizeof(float)) == 0);
        CHECK(d.state().m[i] == 0.0F);
      }
    }
  }
}

TEST_CASE("adapter: a step without layers runs nothing and is counted") {
  device_of<optim::adam> d(optim::adam{}, seed{3}, always(0));
  auto const before = weights_and_state(d);
  std::vector<float> const x(10, std::numeric_limits<float>::quiet_NaN());  // nobody looks
  adapt::report const r = d.step(x, std::vector<std::int32_t>{0, 1});
  CHECK(r.status == optim::status::empty);
  CHECK(r.finite());
  CHECK(r.loss == 0.0);
  CHECK(r.operations == 0);
  CHECK(weights_and_state(d) == before);
  CHECK(d.totals().iterations == 1);
  CHECK(d.totals().empty == 1);
  CHECK(d.totals().non_finite == 0);
  CHECK(d.totals().operations == 0);
}

TEST_CASE("adapter: multiply-adds are counted as the mask says") {
  // Forward 35 + 42 + 18 an example; weight gradients of the selected; input gradients above the
  // lowest selected. Adam spends 14 on each selected parameter: 42, 48 and 21 of them.
  struct {
    std::uint64_t bits;
    std::uint64_t an_example;
    std::uint64_t selected;
  } const cases[] = {{1, 95 + 35 + 60, 42},      {2, 95 + 42 + 18, 48},
                     {4, 95 + 18, 21},           {5, 95 + 35 + 18 + 60, 63},
                     {6, 95 + 42 + 18 + 18, 69}, {7, 95 + 95 + 60, 111}};
  for (auto const& c : cases) {
    CAPTURE(c.bits);
    device_of<optim::adam> d(optim::adam{}, seed{3}, always(c.bits));
    std::uint64_t total = 0;
    for (std::size_t rows : std::array<std::size_t, 3>{1, 3, 8}) {
      adapt::report const r =
          d.step(support::draw<float>(rows * 5, 1), support::draw_labels(rows, 3, 2));
      CHECK(r.operations == c.an_example * rows + 11 * c.selected);
      total += r.operations;
    }
    CHECK(d.totals().operations == total);
    CHECK(d.totals().layers == 3 * layer_mask(c.bits).count());
  }
}

TEST_CASE("adapter: layers are drawn anew in every step, from the seed") {
  auto const masks = [](std::uint64_t s) {
    device_of<optim::sgd> d(optim::sgd{}, seed{s}, optim::selection::uniform(0.5));
    std::vector<std::uint64_t> found;
    for (std::uint64_t i = 0; i < 64; ++i) {
      found.push_back(
          d.step(support::draw<float>(10, i), support::draw_labels(2, 3, i)).layers.bits());
    }
    return found;
  };
  auto const a = masks(1);
  CHECK(a == masks(1));
  CHECK(a != masks(2));
  for (std::uint64_t bits = 0; bits < 8; ++bits) CHECK(std::ranges::count(a, bits) > 0);
}

TEST_CASE("adapter: NaN in the examples changes nothing, whatever layers and activations") {
  std::vector<float> x = support::draw<float>(20, 14);
  for (std::size_t at : std::array<std::size_t, 3>{0, 13, 19}) {
    CAPTURE(at);
    std::vector<float> bad = x;
    bad[at] = std::numeric_limits<float>::quiet_NaN();
    for (std::uint64_t bits = 1; bits < 8; ++bits) {
      CAPTURE(bits);
      refuses<optim::sgd>(bad, bits);
      refuses<optim::momentum>(bad, bits);
      refuses<optim::adagrad>(bad, bits);
      refuses<optim::rmsprop>(bad, bits);
      refuses<optim::adam>(bad, bits);
      refuses<optim::sgd, with<nn::relu>>(bad, bits);
      refuses<optim::sgd, with<nn::leaky_relu>>(bad, bits);
      refuses<optim::sgd, with<nn::tanh>>(bad, bits);
      refuses<optim::sgd, with<nn::sigmoid>>(bad, bits);
      refuses<optim::sgd, with<nn::elu>>(bad, bits);
      refuses<optim::sgd, with<nn::softplus>>(bad, bits);
      refuses<optim::sgd, with<nn::gelu>>(bad, bits);
    }
  }
}

TEST_CASE("adapter: infinity in the examples and numbers that overflow change nothing") {
  std::vector<float> infinite = support::draw<float>(20, 14);
  infinite[7] = std::numeric_limits<float>::infinity();
  refuses<optim::sgd>(infinite, 7);
  refuses<optim::adam>(infinite, 7);
  refuses<optim::adagrad, with<nn::tanh>>(infinite, 7);
  for (auto const& bad : {infinite, std::vector<float>(20, 3e38F)}) {
    refuses<optim::sgd, with<nn::relu>>(bad, 7);
    refuses<optim::adam, with<nn::relu>>(bad, 5);
    refuses<optim::momentum, with<nn::leaky_relu>>(bad, 4);
  }
}

TEST_CASE("adapter: an update that would overflow changes nothing") {
  device_of<optim::sgd, with<nn::relu>> d(optim::sgd{{.rate = 1e38F}}, seed{3});
  std::vector<float> x = support::draw<float>(40, 1, 1e4);
  auto const before = weights_and_state(d);
  adapt::report const r = d.step(x, support::draw_labels(8, 3, 2));
  CHECK(std::isfinite(r.loss));
  CHECK(r.status == optim::status::non_finite);
  CHECK(weights_and_state(d) == before);
}

TEST_CASE("adapter: arguments that do not fit are refused before anything moves") {
  device_of<optim::adam> d;
  auto const before = support::bytes_of(d);
  auto const says = [&](std::vector<float> const& x, std::vector<std::int32_t> const& t) {
    return support::message_of<error>([&] { d.step(x, t); });
  };
  CHECK(says(std::vector<float>(45), std::vector<std::int32_t>(9)) ==
        "adapter: x: expected at most 8 examples, found 9");
  CHECK(says(std::vector<float>(4), {0}) ==
        "adapter: x: expected examples of 5 numbers, found 4 numbers");
  CHECK(
      says({}, {}) ==
      "adapter: x: expected at least one example of 5 numbers, found none, as of an empty buffer");
  CHECK(says(std::vector<float>(10), {0}) == "adapter: targets: expected 2, found 1");
  CHECK(says(std::vector<float>(10), {0, 3}) ==
        "adapter: label of example 1: expected 0 to 2, found 3");
  CHECK(says(std::vector<float>(10), {-1, 0}) ==
        "adapter: label of example 0: expected 0 to 2, found -1");
  tensor::array<float, 2> const turned = tensor::array<float, 2>::from_shape({5, 2});
  CHECK(support::message_of<error>([&] {
          d.step(turned, std::vector<std::int32_t>{0, 1});
        }) == "adapter: x: expected examples of 5 numbers, found 10 numbers in 5 rows");
  std::vector<float> out(5);
  CHECK(support::message_of<error>([&] { d.predict(std::vector<float>(10), out); }) ==
        "adapter: outputs: expected 6, found 5");
  CHECK(support::message_of<error>([&] { d.assign(std::vector<float>(3)); }) ==
        "adapter: parameters: expected 111, found 3");
  std::vector<float> theta(111, 1.0F);
  theta[110] = std::numeric_limits<float>::quiet_NaN();
  CHECK(support::message_of<error>([&] { d.assign(theta); }) ==
        "adapter: parameters: number 110: expected a finite number, found nan");
  CHECK(support::bytes_of(d) == before);
}

TEST_CASE(
    "adapter: the same mistakes without exceptions: said, nothing moves, nothing is counted") {
  device_of<optim::adam> d;
  auto const before = support::bytes_of(d);
  auto const refused = [&](std::vector<float> const& x, std::vector<std::int32_t> const& t) {
    static_assert(noexcept(d.try_step(x, t)));
    adapt::report const r = d.try_step(x, t);
    CHECK(r.status == optim::status::refused);
    CHECK(std::string(text(r.status)) == "refused");
    CHECK(r.layers.empty());
    return r.refused;
  };
  using adapt::misfit;
  CHECK(refused(std::vector<float>(45), std::vector<std::int32_t>(9)).what == misfit::too_many);
  CHECK(refused(std::vector<float>(4), {0}).what == misfit::example_size);
  CHECK(refused({}, {}).what == misfit::no_examples);
  CHECK(refused(std::vector<float>(10), {0}).what == misfit::count);
  adapt::refusal const label = refused(std::vector<float>(15), {0, 3, -1});
  CHECK(label.what == misfit::label);
  CHECK(std::string(label.argument) == "targets");
  CHECK(label.at == 1);
  CHECK(label.found == 3);
  CHECK(label.expected == 2);
  tensor::array<float, 2> const turned = tensor::array<float, 2>::from_shape({5, 2});
  CHECK(d.try_step(turned, std::vector<std::int32_t>{0, 1}).refused.what == misfit::tensor_shape);
  std::vector<float> out(5);
  CHECK(d.try_predict(std::vector<float>(10), out).what == misfit::count);
  CHECK(d.try_evaluate(std::vector<float>(10), std::vector<std::int32_t>{0, 7}).refused.what ==
        misfit::label);
  std::vector<float> theta(111, 1.0F);
  theta[110] = std::numeric_limits<float>::quiet_NaN();
  CHECK(d.try_assign(theta).what == misfit::not_finite);
  CHECK(d.try_assign(std::span(theta).first(3)).what == misfit::count);
  CHECK(support::bytes_of(d) == before);
  CHECK(d.totals().iterations == 0);

  theta[110] = 1.0F;
  CHECK_FALSE(d.try_assign(theta));
  device_of<optim::adam> other;
  other.assign(theta);
  std::vector<float> const x = support::draw<float>(20, 1);
  std::vector<std::int32_t> const t = support::draw_labels(4, 3, 2);
  CHECK(d.try_step(x, t).loss == other.step(x, t).loss);
  CHECK(support::bytes_of(d) == support::bytes_of(other));
}

TEST_CASE("adapter: predict and evaluate any number of rows, in parts of the largest batch") {
  device_of<optim::adam> d(optim::adam{}, seed{8});
  for (std::size_t rows : std::array<std::size_t, 6>{1, 7, 8, 9, 16, 21}) {
    CAPTURE(rows);
    std::vector<float> const x = support::draw<float>(rows * 5, 40);
    std::vector<std::int32_t> const t = support::draw_labels(rows, 3, 41);
    std::vector<double> const y = plain().forward(rows, wide(d.parameters()), wide(x)).back();
    std::vector<float> found(rows * 3);
    d.predict(x, found);
    for (std::size_t i = 0; i < y.size(); ++i) {
      CHECK(std::abs(static_cast<double>(found[i]) - y[i]) < 1e-5);
    }
    std::size_t right = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      auto const* const row = y.data() + 3 * i;
      right += std::max_element(row, row + 3) - row == t[i] ? 1U : 0U;
    }
    std::vector<double> dy;
    adapt::evaluation const e = d.evaluate(x, t);
    CHECK(e.loss == doctest::Approx(plain_loss(y, t, dy)).epsilon(1e-5));
    CHECK(e.accuracy == static_cast<double>(right) / static_cast<double>(rows));
    CHECK(d.accuracy(x, t) == e.accuracy);
    auto const view = tensor::view(std::span(x), std::array{rows, std::size_t{5}});
    CHECK(d.accuracy(view, t) == e.accuracy);
  }
  CHECK(d.totals().iterations == 0);
}

TEST_CASE("adapter: tensors, views and spans are the same examples") {
  tensor::array<float, 2> x = tensor::array<float, 2>::from_shape({4, 5});
  std::vector<float> const values = support::draw<float>(20, 50);
  std::copy(values.begin(), values.end(), x.data());
  tensor::array<std::int32_t, 1> const t{0, 1, 2, 0};
  std::vector<std::int32_t> const labels{0, 1, 2, 0};
  device_of<optim::adam> a, b, c;
  a.step(x, t);
  b.step(tensor::view(x), std::span<std::int32_t const>(labels));
  c.step(values, labels);
  CHECK(support::bytes_of(a) == support::bytes_of(b));
  CHECK(support::bytes_of(a) == support::bytes_of(c));
}

TEST_CASE("adapter: a row and its label are a mini-batch of one") {
  std::vector<float> const x = support::draw<float>(5, 51);
  std::array<std::int32_t, 1> const label{2};
  device_of<optim::adam> a, b;
  a.step(x, label);
  b.step(x, 2);
  CHECK(support::bytes_of(a) == support::bytes_of(b));
  CHECK(a.evaluate(x, label).loss == b.evaluate(x, 2).loss);
  CHECK(b.try_step(x, 3).refused.what == adapt::misfit::label);
}

TEST_CASE("adapter: a new head, the other layers as they were") {
  device_of<optim::adam> d(optim::adam{}, seed{1});
  d.step(support::draw<float>(40, 1), support::draw_labels(8, 3, 2));
  std::vector<float> const old(d.parameters().begin(), d.parameters().end());
  d.redraw_head(seed{6});
  device_of<optim::adam> const other(optim::adam{}, seed{6});
  for (std::size_t i = 0; i < 111; ++i) {
    CHECK(d.parameters()[i] == (layer_of(i) == 2 ? other.parameters()[i] : old[i]));
  }
}

TEST_CASE("adapter: nothing is allocated after construction") {
  auto const d = std::make_unique<device_of<optim::adam>>(optim::adam{}, seed{1},
                                                          optim::selection::uniform(0.7));
  std::vector<float> const x = support::draw<float>(20 * 5, 1);
  std::vector<std::int32_t> const t = support::draw_labels(20, 3, 2);
  std::vector<float> y(60);
  if (!support::allocations_are_counted()) {
    MESSAGE("skipped: allocations are not counted under this sanitizer");
    return;
  }
  std::size_t const count = support::allocations_of([&] {
    for (int i = 0; i < 20; ++i) d->step(std::span(x).first(40), std::span(t).first(8));
    d->predict(x, y);
    static_cast<void>(d->evaluate(x, t));
    d->redraw_head(seed{2});
  });
  CHECK(count == 0);
}

TEST_CASE("adapter: given parameters are those of assign, and none counts as drawn") {
  using device = device_of<optim::adam>;
  auto const drawn = std::make_unique<device>(optim::adam{}, seed{3});
  auto const given = std::make_unique<device>(optim::adam{}, drawn->parameters(), seed{5});
  auto const assigned = std::make_unique<device>(optim::adam{}, seed{5});
  CHECK(assigned->drawn() == layer_mask::all(network::layers));
  assigned->assign(drawn->parameters());
  CHECK(std::ranges::equal(given->parameters(), drawn->parameters()));
  CHECK(given->drawn().empty());
  CHECK(assigned->drawn().empty());
  float const x[10] = {1, 2, 3, 4, 5, -1, 2, -3, 4, -5};
  std::int32_t const y[2] = {0, 2};
  for (int i = 0; i < 5; ++i) {
    CHECK(given->step(x, y).status == optim::status::done);
    CHECK(assigned->step(x, y).status == optim::status::done);
  }
  CHECK(std::ranges::equal(given->parameters(), assigned->parameters()));
}

TEST_CASE("adapter: sizeof is all there is, and all of it is named") {
  using device = device_of<optim::adam>;
  constexpr std::size_t buffer = (network::parameters * 4 + 63) / 64 * 64;
  // the small ones lie side by side, in front of buffers that begin at multiples of 64
  constexpr std::size_t small = sizeof(optim::adam) + sizeof(optim::selection) + sizeof(seed) +
                                sizeof(adapt::totals) + sizeof(std::uint64_t) +
                                sizeof(adapt::plan) + 2 * network::layers;
  std::size_t const parts = 2 * buffer + sizeof(device::state_type) +
                            sizeof(nn::workspace<network, float, 8>) + (small + 63) / 64 * 64;
  CHECK(sizeof(device) >= parts);
  CHECK(sizeof(device) <= parts + 64);
  CHECK(sizeof(device::state_type) >= 2 * buffer + 6 * 4 + 4);
  CHECK(sizeof(device::state_type) <= 2 * buffer + 64);
  CHECK(sizeof(nn::workspace<network, float, 8>) >= (network::arena_size(8) + 3 * 8) * 4);
  CHECK(sizeof(nn::workspace<network, float, 8>) < (network::arena_size(8) + 3 * 8) * 4 + 128);
}

TEST_CASE("adapter tells the optimizer how many examples there are") {
  adapt::adapter<nn::sequential<nn::linear<2, 2>>, nn::cross_entropy, listener> device;
  std::array<float, 2> const x{1.0F, -1.0F};
  std::array<std::int32_t, 1> const label{1};
  device.step(x, label);
  CHECK(device.state().rows == 0);
  device.set_training_rows(4500);
  CHECK(device.training_rows() == 4500);
  device.step(x, label);
  CHECK(device.state().rows == 4500);
}

TEST_CASE("the number of examples is part of a run") {
  adapt::adapter<nn::sequential<nn::linear<2, 2>>, nn::cross_entropy, listener> device;
  device.set_training_rows(77);
  std::uint64_t found = 0;
  walk(device, [&](field_path const& path, auto const& field) {
    if (path.name == "run.training_rows") found = static_cast<std::uint64_t>(field.values[0]);
  });
  CHECK(found == 77);
}

TEST_CASE("adapter: the average of the path beside the parameters, for every optimizer") {
  auto const follows = [](auto rule) {
    using Optimizer = decltype(rule);
    INFO(std::string(Optimizer::name));
    device_of<optim::averaged<Optimizer>> d({rule}, seed{3}, optim::selection::uniform(0.5));
    device_of<Optimizer> plain_device(rule, seed{3}, optim::selection::uniform(0.5));
    std::vector<float> const x = support::draw<float>(13 * 5, 40);
    std::vector<std::int32_t> const t = support::draw_labels(13, 3, 41);
    CHECK(std::ranges::equal(d.parameters(adapt::weights::averaged), d.parameters()));
    std::vector<double> average(network::parameters);
    double done = 0;
    for (std::uint64_t step = 0; step < 30; ++step) {
      std::vector<float> const rows = support::draw<float>(30, step);
      std::vector<std::int32_t> const labels = support::draw_labels(6, 3, step);
      adapt::report const r = d.step(rows, labels);
      adapt::report const other = plain_device.step(rows, labels);
      CHECK(r.layers == other.layers);
      if (r.status != optim::status::done) continue;
      CHECK(r.operations == other.operations + 2 * 111);
      double const rate = 1 / (1 + done++ / 8);
      for (std::size_t i = 0; i < average.size(); ++i) {
        average[i] += rate * (static_cast<double>(plain_device.parameters()[i]) - average[i]);
      }
    }
    REQUIRE(done > 10);
    CHECK(std::ranges::equal(d.parameters(), plain_device.parameters()));
    auto const a = d.parameters(adapt::weights::averaged);
    for (std::size_t i = 0; i < average.size(); ++i) {
      CHECK(std::abs(static_cast<double>(a[i]) - average[i]) < 1e-6);
    }
    plain_device.assign(a);
    std::vector<float> here(13 * 3), there(13 * 3), raw(13 * 3);
    d.predict(x, here);
    d.predict(x, raw, adapt::weights::raw);
    plain_device.predict(x, there);
    CHECK(here == there);
    CHECK(here != raw);
    CHECK(d.evaluate(x, t).loss == plain_device.evaluate(x, t).loss);
    CHECK(d.evaluate(x, t, adapt::weights::raw).loss != d.evaluate(x, t).loss);
    CHECK(d.accuracy(x, t) == plain_device.accuracy(x, t));
  };
  follows(optim::sgd{{.rate = 0.3F}});
  follows(optim::momentum{{.rate = 0.1F}});
  follows(optim::adagrad{{.rate = 0.1F}});
  follows(optim::rmsprop{{.rate = 0.03F}});
  follows(optim::adam{{.rate = 0.03F}});
}

TEST_CASE("adapter: an average starts anew where parameters were put, and is refused with NaN") {
  device_of<optim::averaged<optim::adam>> d(optim::averaged<optim::adam>{}, seed{3});
  std::vector<float> const x = support::draw<float>(40, 1);
  std::vector<std::int32_t> const t = support::draw_labels(8, 3, 2);
  auto const raw = [&] {
    return std::ranges::equal(d.parameters(adapt::weights::averaged), d.parameters());
  };
  for (int i = 0; i < 3; ++i) d.step(x, t);
  CHECK_FALSE(raw());
  d.redraw_head(seed{9});
  CHECK(raw());
  for (int i = 0; i < 2; ++i) d.step(x, t);
  CHECK_FALSE(raw());
  d.assign(support::draw<float>(network::parameters, 5));
  CHECK(raw());
  d.step(x, t);
  CHECK(raw());  // a path of one point
  refuses<optim::averaged<optim::adam>>(
      std::vector<float>(20, std::numeric_limits<float>::quiet_NaN()), 7);
}

TEST_CASE("adapter: dense unless named, or what a learned optimizer prefers") {
  using learned_device =
      adapt::adapter<network, nn::cross_entropy, optim::averaged<learned::tensor_rnn<>>, 32>;
  auto const d = std::make_unique<learned_device>();
  CHECK(device_of<optim::adam>().wanted_batch() == 0);
  CHECK(d->wanted_batch() == 16);
  adapt::report const r = d->step(support::draw<float>(80, 1), support::draw_labels(16, 3, 2));
  CHECK(r.layers == layer_mask(6));
}

TEST_CASE("adapter: a step on the hardest examples allocates nothing") {
  if (!support::allocations_are_counted()) {
    MESSAGE("skipped: allocations are not counted under this sanitizer");
    return;
  }
  adapt::adapter<network, nn::cross_entropy, optim::averaged<optim::adam>, 32, optim::gated<>> d(
      {}, seed{1}, {.inner = {.begin = optim::start_depth::all}, .accuracy = 0});
  std::vector<float> const x = support::draw<float>(160, 1);
  std::vector<std::int32_t> const t = support::draw_labels(32, 3, 2);
  CHECK(d.step(x, t).examples == 32);  // the gate has seen nothing yet
  adapt::report r;
  CHECK(support::allocations_of([&] { r = d.step(x, t); }) == 0);
  CHECK(r.examples == 8);
}

TEST_CASE("adapter: a rule that draws what is no number is refused by name") {
  using device = adapt::adapter<nn::sequential<nn::linear<2, 2>>>;
  struct none {
    [[nodiscard]] float deviation(double, double) const noexcept { return std::nanf(""); }
  };
  auto const message = [](auto const& rule) {
    return support::message_of<error>([&] { device(optim::adam{}, seed{3}, {}, rule); });
  };
  CHECK(message(nn::normal{-1}) ==
        "initializer: standard_deviation: expected a number from 0 to 1e+30, found -1");
  CHECK(support::contains(message(nn::normal{std::nanf("")}), "found "));
  CHECK_NOTHROW(device(optim::adam{}, seed{3}, {}, nn::normal{0}));
  CHECK(support::contains(message(none{}), "drawn parameters"));
}

TEST_CASE("adapter: options and policies that are none for this network are refused by name") {
  auto const says = [](auto&& call) { return support::message_of<error>(call); };
  CHECK(says([] { device_of<optim::adam>(optim::adam{{.rate = -0.1F}}); }) ==
        "adam: rate: expected a number above 0, found -0.100000001");
  CHECK(support::contains(says([] { device_of<optim::adam>(optim::adam{{.beta1 = 1.5F}}); }),
                          "adam: beta1: "));
  using averaged = optim::averaged<optim::adam>;
  CHECK(support::contains(
      says([] { device_of<averaged>(averaged(optim::adam{{.epsilon = -1.0F}})); }),
      "averaged(adam): inner.epsilon: "));
  std::array<double, 4> const four{1, 1, 1, 1};
  CHECK(support::contains(
      says([&] { device_of<optim::adam>(optim::adam{}, seed{1}, optim::selection::custom(four)); }),
      "policy: "));
  device_of<optim::adam> d;
  auto const before = support::bytes_of(d);
  CHECK(
      support::contains(says([&] { d.set_optimizer(optim::adam{{.rate = 0}}); }), "adam: rate: "));
  CHECK(support::contains(says([&] { d.set_policy(optim::selection::custom(four)); }), "policy: "));
  CHECK(support::bytes_of(d) == before);
  CHECK(d.optimizer().config.rate == 1e-3F);
  std::array<float, 5> const start{};  // of another network
  using lean = optim::averaged<learned::lean_halo_rule>;
  std::string const few = ": expected a start with one number for every parameter, found a network";
  lean const misled(learned::lean_halo_rule{start});
  CHECK(support::contains(says([&] { device_of<lean>{misled}; }), few));
  device_of<lean> pulled;
  CHECK(support::contains(says([&] { pulled.set_optimizer(misled); }), few));
}

TEST_CASE("adapter: optimizer and policy may have other options from step to step") {
  std::vector<float> const x = support::draw<float>(40, 1);
  std::vector<std::int32_t> const t = support::draw_labels(8, 3, 2);
  device_of<optim::sgd> d(optim::sgd{{.rate = 0.1F}}, seed{3}, always(7));
  CHECK(d.step(x, t).layers == layer_mask(7));
  d.set_policy(always(4));
  CHECK(d.step(x, t).layers == layer_mask(4));
  d.set_policy(always(0));
  CHECK(d.step(x, t).status == optim::status::empty);
  d.set_policy(always(7));
  device_of<optim::sgd> slow = d, fast = d;
  fast.set_optimizer(optim::sgd{{.rate = 0.2F}});
  slow.step(x, t);
  fast.step(x, t);
  for (std::size_t i = 0; i < 111; ++i) {
    double const at = static_cast<double>(d.parameters()[i]);
    CHECK(static_cast<double>(fast.parameters()[i]) - at ==
          doctest::Approx(2 * (static_cast<double>(slow.parameters()[i]) - at)).epsilon(1e-3));
  }
}

TEST_CASE("adapter: a head drawn anew learns as one that never was another") {
  // Two tasks on one network: what the moments say of the old head is not for the new one.
  std::vector<float> const x = support::draw<float>(8 * 5, 1);
  std::vector<std::int32_t> const t = support::draw_labels(8, 3, 2),
                                  other = {2, 2, 0, 0, 1, 1, 2, 0};
  auto const head_only = always(4);
  device_of<optim::adam> d(optim::adam{{.rate = 0.05F}}, seed{3}, head_only);
  for (int i = 0; i < 40; ++i) d.step(x, t);
  d.redraw_head(seed{8});
  device_of<optim::adam> fresh(optim::adam{{.rate = 0.05F}}, d.parameters(), seed{3}, head_only);
  for (std::size_t i = 0; i < 111; ++i) {
    CHECK(d.state().m[i] == 0.0F);
    CHECK(d.state().v[i] == 0.0F);
  }
  CHECK(std::ranges::count(d.state().steps, 0U) == 6);
  for (int i = 0; i < 6; ++i) {
    d.step(x, other);
    fresh.step(x, other);
  }
  CHECK(d.evaluate(x, other).loss == doctest::Approx(fresh.evaluate(x, other).loss).epsilon(0.05));

  device_of<optim::adam> whole(optim::adam{{.rate = 0.05F}}, seed{3});
  for (int i = 0; i < 10; ++i) whole.step(x, t);
  whole.redraw_head(seed{8});
  auto const& s = whole.state();
  for (std::size_t i = 0; i < 111; ++i) CHECK((s.m[i] == 0.0F) == (layer_of(i) == 2));
  CHECK(s.steps[0] == 10);
  CHECK(s.steps[5] == 0);
  whole.assign(support::draw<float>(111, 5));
  for (std::size_t i = 0; i < 111; ++i) CHECK(s.m[i] == 0.0F);
  CHECK(s.steps[0] == 0);
  CHECK(whole.totals().iterations == 10);
}

}  // namespace adapt_adapter_test
