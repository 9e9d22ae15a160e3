// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/lstm.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "../support/recurrent.hpp"

using namespace halo;
using support::numbers;
using support::random_numbers;

namespace {

std::size_t parameters(kernel::recurrent_geometry const& g) {
  return (g.inputs + g.units + 1) * 4 * g.units;
}

/// A layer with its buffers, behind each of which nothing may be written.
template <class T>
struct layer {
  kernel::recurrent_geometry g;
  std::size_t rows;
  std::vector<T> theta = random_numbers<T>(parameters(g), 1, 0.5F);
  std::vector<T> x = random_numbers<T>(rows * g.steps * g.inputs, 2);
  std::vector<T> dy = random_numbers<T>(rows * g.outputs(), 3);
  std::vector<T> y = std::vector<T>(rows * g.outputs() + 20, T(7));
  std::vector<T> memory = std::vector<T>(rows * kernel::lstm_memory::size(g) + 20, T(7));
  std::vector<T> dx = std::vector<T>(x.size() + 20, T(7));
  std::vector<T> gradient = std::vector<T>(theta.size() + 20, T(7));
  std::vector<T> scratch = std::vector<T>(rows * kernel::lstm_scratch(g) + 20, T(7));

  void forward() {
    kernel::lstm_forward<simd::default_arch, T*>(rows, g, x.data(), theta.data(), y.data(),
                                                 memory.data());
  }
  void backward(bool with_gradient = true, bool with_input = true) {
    kernel::lstm_backward<simd::default_arch, T*>(
        rows, g, theta.data(), memory.data(), dy.data(), with_input ? dx.data() : nullptr,
        with_gradient ? gradient.data() : nullptr, scratch.data());
  }
  [[nodiscard]] bool kept_inside() const {
    for (auto const* v : {&y, &memory, &dx, &gradient, &scratch})
      for (std::size_t i = v->size() - 20; i < v->size(); ++i)
        if ((*v)[i] != T(7)) return false;
    return true;
  }
};

}  // namespace

TEST_CASE("lstm: forward as a plain loop, in double and in float") {
  for (auto const& g : support::recurrent_geometries())
    for (std::size_t const rows : {1U, 3U, 18U}) {
      CAPTURE(g.steps);
      CAPTURE(g.inputs);
      CAPTURE(g.units);
      CAPTURE(rows);
      layer<double> d{g, rows};
      d.forward();
      support::plain_recurrent const plain{g, support::plain_lstm, 2 * g.units};
      numbers const expected = plain.outputs(rows, plain.run(rows, d.theta, d.x));
      layer<float> f{g, rows};
      f.forward();
      for (std::size_t i = 0; i < expected.size(); ++i) {
        REQUIRE(std::abs(d.y[i] - expected[i]) < 1e-14);
        REQUIRE(std::abs(static_cast<double>(f.y[i]) - expected[i]) < 1e-5);
      }
      CHECK(d.kept_inside());
      CHECK(f.kept_inside());
    }
}

TEST_CASE("lstm: backward as finite differences of the plain loop, gradients cut where told") {
  for (auto const& g : support::recurrent_geometries()) {
    CAPTURE(g.steps);
    CAPTURE(g.inputs);
    CAPTURE(g.units);
    CAPTURE(g.all);
    CAPTURE(g.truncation);
    std::size_t const rows = 2;
    layer<double> d{g, rows};
    d.forward();
    d.backward();
    CHECK(d.kept_inside());
    support::plain_recurrent const plain{g, support::plain_lstm, 2 * g.units};
    auto const untouched = plain.run(rows, d.theta, d.x);
    auto const slope = [&](numbers& at, std::size_t i) {
      double const step = 1e-5, before = at[i];
      at[i] = before + step;
      double const high = plain.loss(rows, d.theta, d.x, untouched, d.dy);
      at[i] = before - step;
      double const low = plain.loss(rows, d.theta, d.x, untouched, d.dy);
      at[i] = before;
      return (high - low) / (2 * step);
    };
    for (std::size_t i = 0; i < d.theta.size(); i += 1 + d.theta.size() / 60) {
      CAPTURE(i);
      CHECK(d.gradient[i] == doctest::Approx(slope(d.theta, i)).epsilon(1e-6).scale(0.01));
    }
    for (std::size_t i = 0; i < d.x.size(); i += 1 + d.x.size() / 40) {
      CAPTURE(i);
      CHECK(d.dx[i] == doctest::Approx(slope(d.x, i)).epsilon(1e-6).scale(0.01));
    }
  }
}

TEST_CASE("lstm: what is left out of backward changes no bit of the rest") {
  for (auto const& g : support::recurrent_geometries()) {
    layer<float> both{g, 5}, weights{g, 5}, input{g, 5};
    for (auto* l : {&both, &weights, &input}) l->forward();
    both.backward();
    weights.backward(true, false);
    input.backward(false, true);
    CHECK(weights.gradient == both.gradient);
    CHECK(weights.dx == std::vector<float>(both.dx.size(), 7));
    CHECK(input.dx == both.dx);
    CHECK(input.gradient == std::vector<float>(both.gradient.size(), 7));
  }
}

TEST_CASE("lstm: NaN in one example is NaN in its output and in no other") {
  kernel::recurrent_geometry const g{6, 3, 20, false, 0};
  layer<float> l{g, 3};
  l.x[1 * g.steps * g.inputs + 4] = std::numeric_limits<float>::quiet_NaN();
  l.forward();
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < g.units; ++k) CHECK(std::isnan(l.y[i * g.units + k]) == (i == 1));
}
