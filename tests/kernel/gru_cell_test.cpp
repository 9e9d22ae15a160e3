// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/gru_cell.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "../support/recurrent.hpp"

namespace kernel_gru_cell_test {

using namespace halo;
using support::doubles;
using support::random_numbers;

namespace {

constexpr std::size_t rows = 2, units = 19, h_row = 23;

/// p and q as the products leave them, and what comes of them.
struct cell {
  doubles p = random_numbers(rows * 3 * units, 1), q = random_numbers(rows * 3 * units, 2);
  doubles c = random_numbers(units, 3), h = random_numbers(rows * h_row, 4);
  doubles gates, next;

  void forward() {
    gates.assign(rows * 4 * units, 7);
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t k = 0; k < 3 * units; ++k) gates[i * 4 * units + k] = p[i * 3 * units + k];
    next.assign(rows * h_row, 7);
    kernel::gru_cell_forward<simd::default_arch, double*>(
        rows, units, gates.data(), q.data(), c.data(), h.data(), h_row, next.data(), h_row);
  }
  double loss(doubles const& dh) {
    forward();
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t k = 0; k < units; ++k) sum += next[i * h_row + k] * dh[i * h_row + k];
    return sum;
  }
};

}  // namespace

TEST_CASE("gru cell: gates and states by their formulas, in place too") {
  cell a;
  a.forward();
  auto const squash = [](double v) { return 1 / (1 + std::exp(-v)); };
  for (std::size_t i = 0; i < rows; ++i) {
    double const *const p = a.p.data() + i * 3 * units, *const q = a.q.data() + i * 3 * units;
    for (std::size_t k = 0; k < units; ++k) {
      double const r = squash(p[k] + q[k]), z = squash(p[units + k] + q[units + k]);
      double const n = std::tanh(p[2 * units + k] + r * (q[2 * units + k] + a.c[k]));
      double const h = (1 - z) * n + z * a.h[i * h_row + k];
      CHECK(a.next[i * h_row + k] == doctest::Approx(h).epsilon(1e-13));
      CHECK(a.gates[i * 4 * units + 2 * units + k] == doctest::Approx(n).epsilon(1e-13));
    }
    for (std::size_t k = units; k < h_row; ++k) CHECK(a.next[i * h_row + k] == 7);
  }
  cell b;
  b.forward();
  doubles gates(rows * 4 * units), state = b.h;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t k = 0; k < 3 * units; ++k) gates[i * 4 * units + k] = b.p[i * 3 * units + k];
  kernel::gru_cell_forward<simd::default_arch, double*>(
      rows, units, gates.data(), b.q.data(), b.c.data(), state.data(), h_row, state.data(), h_row);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t k = 0; k < units; ++k) CHECK(state[i * h_row + k] == b.next[i * h_row + k]);
}

TEST_CASE("gru cell: backward as finite differences of forward") {
  cell a;
  doubles const dh = random_numbers(rows * h_row, 5);
  a.forward();
  doubles past = dh, dpq(rows * 6 * units);
  kernel::gru_cell_backward<simd::default_arch, double*>(rows, units, a.gates.data(), a.h.data(),
                                                         h_row, past.data(), h_row, dpq.data());
  auto const slope = [&](double& at) {
    double const step = 1e-5, old = at;
    at = old + step;
    double const high = a.loss(dh);
    at = old - step;
    double const low = a.loss(dh);
    at = old;
    return (high - low) / (2 * step);
  };
  for (std::size_t i = 0; i < rows; ++i) {
    double const* const d = dpq.data() + i * 6 * units;
    for (std::size_t k = 0; k < 3 * units; ++k) {
      CHECK(d[k] == doctest::Approx(slope(a.p[i * 3 * units + k])).epsilon(1e-6).scale(0.01));
      CHECK(d[3 * units + k] ==
            doctest::Approx(slope(a.q[i * 3 * units + k])).epsilon(1e-6).scale(0.01));
    }
    for (std::size_t k = 0; k < units; ++k)
      CHECK(past[i * h_row + k] ==
            doctest::Approx(slope(a.h[i * h_row + k])).epsilon(1e-6).scale(0.01));
    for (std::size_t k = units; k < h_row; ++k) CHECK(past[i * h_row + k] == dh[i * h_row + k]);
  }
}

}  // namespace kernel_gru_cell_test
