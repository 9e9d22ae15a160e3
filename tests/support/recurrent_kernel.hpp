// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the kernels of recurrent layers have to do, whatever their cell. A Kernel tells:
//
//     parameters(g), memory(g), scratch(g)           numbers of a geometry
//     forward(rows, g, x, theta, y, memory), backward(...)
//     cell, width(g)                                 the plain loop, numbers of its state

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "recurrent.hpp"

namespace support {

/// A layer with its buffers, behind each of which nothing may be written.
template <class Kernel, class T>
struct buffered {
  halo::kernel::recurrent_geometry g;
  std::size_t rows;
  std::vector<T> theta = random_numbers<T>(Kernel::parameters(g), 1, 0.5F);
  std::vector<T> x = random_numbers<T>(rows * g.steps * g.inputs, 2);
  std::vector<T> dy = random_numbers<T>(rows * g.outputs(), 3);
  std::vector<T> y = std::vector<T>(rows * g.outputs() + 20, T(7));
  std::vector<T> memory = std::vector<T>(rows * Kernel::memory(g) + 20, T(7));
  std::vector<T> dx = std::vector<T>(x.size() + 20, T(7));
  std::vector<T> gradient = std::vector<T>(theta.size() + 20, T(7));
  std::vector<T> scratch = std::vector<T>(rows * Kernel::scratch(g) + 20, T(7));

  void forward() { Kernel::forward(rows, g, x.data(), theta.data(), y.data(), memory.data()); }
  void backward(bool with_gradient = true, bool with_input = true) {
    Kernel::backward(rows, g, theta.data(), memory.data(), dy.data(),
                     with_input ? dx.data() : static_cast<T*>(nullptr),
                     with_gradient ? gradient.data() : static_cast<T*>(nullptr), scratch.data());
  }
  [[nodiscard]] bool kept_inside() const {
    for (auto const* v : {&y, &memory, &dx, &gradient, &scratch})
      for (std::size_t i = v->size() - 20; i < v->size(); ++i)
        if ((*v)[i] != T(7)) return false;
    return true;
  }
};

/// Forward is the plain loop, in double and in float.
template <class Kernel>
void check_forward() {
  for (auto const& g : recurrent_geometries())
    for (std::size_t const rows : {1U, 3U, 18U}) {
      CAPTURE(g.steps);
      CAPTURE(g.inputs);
      CAPTURE(g.units);
      CAPTURE(rows);
      buffered<Kernel, double> d{g, rows};
      d.forward();
      plain_recurrent const plain{g, Kernel::cell, Kernel::width(g)};
      doubles const expected = plain.outputs(rows, plain.run(rows, d.theta, d.x));
      buffered<Kernel, float> f{g, rows};
      f.forward();
      for (std::size_t i = 0; i < expected.size(); ++i) {
        REQUIRE(std::abs(d.y[i] - expected[i]) < 1e-14);
        REQUIRE(std::abs(static_cast<double>(f.y[i]) - expected[i]) < 1e-5);
      }
      CHECK(d.kept_inside());
      CHECK(f.kept_inside());
    }
}

/// Backward is finite differences of the plain loop, gradients cut where told.
template <class Kernel>
void check_backward() {
  for (auto const& g : recurrent_geometries()) {
    CAPTURE(g.steps);
    CAPTURE(g.inputs);
    CAPTURE(g.units);
    CAPTURE(g.all);
    CAPTURE(g.truncation);
    std::size_t const rows = 2;
    buffered<Kernel, double> d{g, rows};
    d.forward();
    d.backward();
    CHECK(d.kept_inside());
    plain_recurrent const plain{g, Kernel::cell, Kernel::width(g)};
    auto const untouched = plain.run(rows, d.theta, d.x);
    auto const slope = [&](doubles& at, std::size_t i) {
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

/// What is left out of backward changes no bit of the rest.
template <class Kernel>
void check_parts() {
  for (auto const& g : recurrent_geometries()) {
    buffered<Kernel, float> both{g, 5}, weights{g, 5}, input{g, 5};
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

/// NaN in one example is NaN in its output and in no other.
template <class Kernel>
void check_nan() {
  halo::kernel::recurrent_geometry const g{6, 3, 20, false, 0};
  buffered<Kernel, float> l{g, 3};
  l.x[1 * g.steps * g.inputs + 4] = std::numeric_limits<float>::quiet_NaN();
  l.forward();
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < g.units; ++k) CHECK(std::isnan(l.y[i * g.units + k]) == (i == 1));
}

}  // namespace support
