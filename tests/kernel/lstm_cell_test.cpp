// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/lstm_cell.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "../support/recurrent.hpp"

namespace kernel_lstm_cell_test {

using namespace halo;
using support::doubles;
using support::random_numbers;

namespace {

constexpr std::size_t rows = 2, units = 19, h_row = 23;

struct result {
  doubles c, h;
};

result forward(doubles z, doubles const& c, doubles* gates = nullptr) {
  result r{doubles(c.size()), doubles(rows * h_row, 7)};
  kernel::lstm_cell_forward<simd::default_arch, double*>(rows, units, z.data(), c.data(),
                                                         r.c.data(), r.h.data(), h_row);
  if (gates != nullptr) *gates = z;
  return r;
}

}  // namespace

TEST_CASE("lstm cell: gates and states by their formulas, in place too") {
  doubles z = random_numbers(rows * 4 * units, 1), c = random_numbers(rows * units, 2), gates;
  result const r = forward(z, c, &gates);
  auto const squash = [](double v) { return 1 / (1 + std::exp(-v)); };
  for (std::size_t i = 0; i < rows; ++i) {
    double const* const row = z.data() + i * 4 * units;
    for (std::size_t k = 0; k < units; ++k) {
      double const in = squash(row[k]), keep = squash(row[units + k]);
      double const fresh = std::tanh(row[2 * units + k]), out = squash(row[3 * units + k]);
      double const state = keep * c[i * units + k] + in * fresh;
      CHECK(r.c[i * units + k] == doctest::Approx(state).epsilon(1e-14));
      CHECK(r.h[i * h_row + k] == doctest::Approx(out * std::tanh(state)).epsilon(1e-14));
      CHECK(gates[i * 4 * units + units + k] == doctest::Approx(keep).epsilon(1e-14));
    }
    for (std::size_t k = units; k < h_row; ++k) CHECK(r.h[i * h_row + k] == 7);
  }
  doubles state = c, h(rows * h_row);
  kernel::lstm_cell_forward<simd::default_arch, double*>(rows, units, z.data(), state.data(),
                                                         state.data(), h.data(), h_row);
  CHECK(state == r.c);
}

TEST_CASE("lstm cell: backward as finite differences of forward") {
  doubles z = random_numbers(rows * 4 * units, 1), c = random_numbers(rows * units, 2), gates;
  doubles const dh = random_numbers(rows * h_row, 3), dc = random_numbers(rows * units, 4);
  auto const loss = [&] {
    result const r = forward(z, c);
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t k = 0; k < units; ++k)
        sum += r.c[i * units + k] * dc[i * units + k] + r.h[i * h_row + k] * dh[i * h_row + k];
    return sum;
  };
  result const r = forward(z, c, &gates);
  doubles before = dc, dz(z.size());
  kernel::lstm_cell_backward<simd::default_arch, double*>(
      rows, units, gates.data(), c.data(), r.c.data(), dh.data(), h_row, before.data(), dz.data());
  auto const slope = [&](double& at) {
    double const step = 1e-5, old = at;
    at = old + step;
    double const high = loss();
    at = old - step;
    double const low = loss();
    at = old;
    return (high - low) / (2 * step);
  };
  for (std::size_t i = 0; i < z.size(); ++i)
    CHECK(dz[i] == doctest::Approx(slope(z[i])).epsilon(1e-6).scale(0.01));
  for (std::size_t i = 0; i < c.size(); ++i)
    CHECK(before[i] == doctest::Approx(slope(c[i])).epsilon(1e-6).scale(0.01));
}

}  // namespace kernel_lstm_cell_test
