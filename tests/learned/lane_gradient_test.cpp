// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/lane_gradient.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <halo/autodiff/check.hpp>

#include "../support/numbers.hpp"
#include "../support/small_program.hpp"

namespace learned_lane_gradient_test {

namespace {

using namespace halo;
using learned::tile_lanes;
using P = support::small_program;

/// A tensor of n coordinates among [weights | row | θ | gradient | state | carry], tiles whole.
struct parts {
  std::size_t n;
  std::size_t phi = P::table.size, row = 2;
  std::size_t tiles = learned::tiles_of(n);
  std::size_t states = tiles * P::state * tile_lanes, carries = tiles * P::carry * tile_lanes;
  std::size_t at_row = phi, at_theta = phi + row, at_gradient = at_theta + n;
  std::size_t at_state = at_gradient + n, at_carry = at_state + states, size = at_carry + carries;

  explicit parts(std::size_t count) : n(count) {}

  /// Numbers for a tensor's tiles, zero beyond its coordinates.
  [[nodiscard]] std::vector<double> judge(std::size_t kinds, std::uint64_t stream) const {
    auto x = support::numbers<double>(tiles * kinds * tile_lanes, stream);
    for (std::size_t i = 0; i < x.size(); ++i) {
      std::size_t const coordinate = i / (kinds * tile_lanes) * tile_lanes + i % tile_lanes;
      if (coordinate >= n) x[i] = 0;
    }
    return x;
  }
};

double dot(std::vector<double> const& a, double const* b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// <A, θ'> + <B, state'> after apply(), and its derivatives as lane_gradient gives them.
template <class Arch>
void goes_back_through_apply(std::size_t n) {
  parts const p(n);
  auto const a = support::numbers<double>(n, 21);
  auto const b = p.judge(P::state, 22);
  auto const value = [&](std::span<double const> x) {
    std::vector<double> theta(x.begin() + static_cast<long>(p.at_theta), x.end());
    std::vector<double> state(x.begin() + static_cast<long>(p.at_state), x.end());
    learned::apply_tensor<P, Arch>(x.data(), x.data() + p.at_row, n, theta.data(),
                                   x.data() + p.at_gradient, learned::conditioner<double>{},
                                   state.data(), x.data() + p.at_carry);
    return dot(a, theta.data()) + dot(b, state.data());
  };
  auto const gradient = [&](std::span<double const> x, std::span<double> to) {
    std::fill(to.begin(), to.end(), 0.0);
    learned::lane_gradient<P, double, Arch> back;
    std::copy(a.begin(), a.end(), to.begin() + static_cast<long>(p.at_theta));
    std::copy(b.begin(), b.end(), to.begin() + static_cast<long>(p.at_state));
    double const* const s = x.data() + p.at_state;
    back.apply(x.data(), x.data() + p.at_row, n, x.data() + p.at_theta, x.data() + p.at_gradient, s,
               s, x.data() + p.at_carry, to.data() + p.at_theta, to.data() + p.at_state,
               to.data() + p.at_carry, to.data() + p.at_row, to.data() + p.at_gradient);
    back.add_weights(to.first(p.phi));
  };
  auto const report =
      autodiff::check_gradient(value, gradient, support::numbers<double>(p.size, 20 + n, 0.8));
  CAPTURE(report.index);
  CAPTURE(report.given);
  CAPTURE(report.expected);
  CHECK(report.checked == p.size);
  CHECK(report.passed);
}

/// <A, θ> + <B, state'> + <C, carry'> + <D, means> of observe(), which is told θ's adjoint.
template <class Arch>
void goes_back_through_observe(std::size_t n) {
  parts const p(n);
  auto const a = support::numbers<double>(n, 31);
  auto const b = p.judge(P::state, 32), c = p.judge(P::carry, 33);
  auto const d = support::numbers<double>(P::sums, 34);
  auto const value = [&](std::span<double const> x) {
    std::vector<double> state(x.begin() + static_cast<long>(p.at_state), x.end());
    std::vector<double> carry(p.carries), mean(P::sums);
    learned::observe_tensor<P, Arch>(x.data(), x.data() + p.at_row, n, x.data() + p.at_theta,
                                     x.data() + p.at_gradient, learned::conditioner<double>{},
                                     state.data(), carry.data(), mean.data());
    return dot(a, x.data() + p.at_theta) + dot(b, state.data()) + dot(c, carry.data()) +
           dot(d, mean.data());
  };
  auto const gradient = [&](std::span<double const> x, std::span<double> to) {
    std::fill(to.begin(), to.end(), 0.0);
    learned::lane_gradient<P, double, Arch> back;
    std::copy(a.begin(), a.end(), to.begin() + static_cast<long>(p.at_theta));
    std::copy(b.begin(), b.end(), to.begin() + static_cast<long>(p.at_state));
    back.observe(x.data(), x.data() + p.at_row, n, x.data() + p.at_theta, x.data() + p.at_gradient,
                 x.data() + p.at_state, c.data(), d.data(), to.data() + p.at_theta,
                 to.data() + p.at_state, to.data() + p.at_row, to.data() + p.at_gradient);
    back.add_weights(to.first(p.phi));
  };
  auto const report =
      autodiff::check_gradient(value, gradient, support::numbers<double>(p.size, 30 + n, 0.8));
  CAPTURE(report.index);
  CAPTURE(report.given);
  CAPTURE(report.expected);
  CHECK(report.checked == p.size);
  CHECK(report.passed);
}

}  // namespace

TEST_CASE_TEMPLATE("the ways back through both passes agree with differences", Arch, simd::scalar,
                   simd::default_arch) {
  for (std::size_t const n : std::array<std::size_t, 4>{1, 3, 16, 21}) {
    CAPTURE(n);
    goes_back_through_apply<Arch>(n);
    goes_back_through_observe<Arch>(n);
  }
}

TEST_CASE("adjoints of weights add up until they are taken") {
  parts const p(5);
  auto const x = support::numbers<double>(p.size, 40, 0.8);
  auto const seeds = p.judge(P::state, 41), carry = p.judge(P::carry, 42);
  std::vector<double> mean(P::sums, 0.5), row(P::context), once(p.phi), twice(p.phi), none(p.phi);
  learned::lane_gradient<P, double> back;
  auto const run = [&] {
    std::vector<double> theta(p.n), state = seeds;
    back.observe(x.data(), x.data() + p.at_row, p.n, x.data() + p.at_theta,
                 x.data() + p.at_gradient, x.data() + p.at_state, carry.data(), mean.data(),
                 theta.data(), state.data(), row.data(), nullptr);
  };
  run();
  back.add_weights(once);
  back.add_weights(none);
  run();
  run();
  back.add_weights(twice);
  double largest = 0;
  for (std::size_t i = 0; i < p.phi; ++i) {
    CHECK(none[i] == 0);
    CHECK(twice[i] == doctest::Approx(2 * once[i]).epsilon(1e-13));
    largest = std::max(largest, std::abs(once[i]));
  }
  CHECK(largest > 0.01);
}

}  // namespace learned_lane_gradient_test
