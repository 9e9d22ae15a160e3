// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Recurrent layers in plain loops over doubles, forward alone: what kernels and their derivatives
// are compared with.

#include <cmath>
#include <cstddef>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/kernel/recurrent.hpp>

#include "lstm.hpp"

namespace support {

using doubles = std::vector<double>;

template <class T = double>
[[nodiscard]] std::vector<T> random_numbers(std::size_t n, std::uint64_t stream, float scale = 1) {
  halo::generator g(halo::seed{2025}, stream);
  std::vector<T> x(n);
  for (T& v : x) v = static_cast<T>(scale * g.normal());
  return x;
}

/// One step of one example: changes state, whose first `units` numbers are h.
using plain_cell = void (*)(double const* x, std::size_t inputs, double const* theta,
                            std::size_t units, doubles& state);

/// θ = W [inputs + units, 4 units], b; state h, c.
inline void plain_lstm(double const* x, std::size_t inputs, double const* theta, std::size_t units,
                       doubles& state) {
  lstm_state s(units);
  for (std::size_t k = 0; k < units; ++k) s.h[k] = state[k], s.c[k] = state[units + k];
  lstm_step(doubles(x, x + inputs), theta, theta + (inputs + units) * 4 * units, s);
  for (std::size_t k = 0; k < units; ++k) state[k] = s.h[k], state[units + k] = s.c[k];
}

/// θ = W [inputs, 3 units], U [units, 3 units], b [3 units], the bias of n inside r [units]:
/// r = σ, z = σ, n = tanh(x·Wn + bn + r∘(h·Un + cn)), h ← (1-z)∘n + z∘h.
inline void plain_gru(double const* x, std::size_t inputs, double const* theta, std::size_t units,
                      doubles& state) {
  double const* const w = theta;
  double const* const u = w + inputs * 3 * units;
  double const* const b = u + units * 3 * units;
  auto const from_x = [&](std::size_t j) {
    double sum = b[j];
    for (std::size_t i = 0; i < inputs; ++i) sum += x[i] * w[i * 3 * units + j];
    return sum;
  };
  doubles const h(state.begin(), state.begin() + static_cast<std::ptrdiff_t>(units));
  auto const from_h = [&](std::size_t j) {
    double sum = 0;
    for (std::size_t k = 0; k < units; ++k) sum += h[k] * u[k * 3 * units + j];
    return sum;
  };
  auto const squash = [](double v) { return 1 / (1 + std::exp(-v)); };
  for (std::size_t k = 0; k < units; ++k) {
    double const r = squash(from_x(k) + from_h(k));
    double const z = squash(from_x(units + k) + from_h(units + k));
    double const n =
        std::tanh(from_x(2 * units + k) + r * (from_h(2 * units + k) + b[3 * units + k]));
    state[k] = (1 - z) * n + z * h[k];
  }
}

/// A recurrent layer of a geometry; `width` numbers a state.
struct plain_recurrent {
  halo::kernel::recurrent_geometry g;
  plain_cell cell;
  std::size_t width;

  /// States before every step, and behind the last: [steps + 1][row * width + k].
  [[nodiscard]] std::vector<doubles> run(std::size_t rows, doubles const& theta,
                                         doubles const& x) const {
    std::vector<doubles> states{doubles(rows * width)};
    for (std::size_t t = 0; t < g.steps; ++t) states.push_back(step(rows, theta, x, t, states[t]));
    return states;
  }

  [[nodiscard]] doubles outputs(std::size_t rows, std::vector<doubles> const& states) const {
    doubles y(rows * g.outputs());
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t t = 0; t < (g.all ? g.steps : 1); ++t)
        for (std::size_t k = 0; k < g.units; ++k)
          y[i * g.outputs() + t * g.units + k] = states[g.all ? t + 1 : g.steps][i * width + k];
    return y;
  }

  /// Σ dy·y as a gradient that is cut sees it: every piece starts from the states that were there
  /// before θ and x were touched.
  [[nodiscard]] double loss(std::size_t rows, doubles const& theta, doubles const& x,
                            std::vector<doubles> const& untouched, doubles const& dy) const {
    double sum = 0;
    doubles state = untouched[0];
    for (std::size_t t = 0; t < g.steps; ++t) {
      if (g.truncation != 0 && (g.steps - t) % g.truncation == 0) state = untouched[t];
      state = step(rows, theta, x, t, state);
      if (!g.all && t + 1 < g.steps) continue;
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t k = 0; k < g.units; ++k)
          sum += dy[i * g.outputs() + (g.all ? t * g.units : 0) + k] * state[i * width + k];
    }
    return sum;
  }

 private:
  [[nodiscard]] doubles step(std::size_t rows, doubles const& theta, doubles const& x,
                             std::size_t t, doubles const& before) const {
    doubles after;
    for (std::size_t i = 0; i < rows; ++i) {
      auto const first = before.begin() + static_cast<std::ptrdiff_t>(i * width);
      doubles state(first, first + static_cast<std::ptrdiff_t>(width));
      cell(x.data() + (i * g.steps + t) * g.inputs, g.inputs, theta.data(), g.units, state);
      after.insert(after.end(), state.begin(), state.end());
    }
    return after;
  }
};

/// Geometries on which kernels are checked: one step, one unit, more and fewer steps than are
/// gathered, cut and not, widths around a register's.
[[nodiscard]] inline std::vector<halo::kernel::recurrent_geometry> recurrent_geometries() {
  return {{1, 1, 1, false, 0},  {1, 3, 2, true, 0},  {5, 3, 4, false, 0}, {9, 2, 3, true, 0},
          {20, 1, 5, false, 0}, {3, 17, 9, true, 0}, {7, 2, 3, false, 3}, {7, 2, 3, true, 3},
          {19, 2, 2, true, 9},  {4, 2, 3, false, 1}, {4, 2, 3, true, 1},  {6, 2, 17, false, 9}};
}

}  // namespace support
