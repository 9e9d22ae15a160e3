// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/gradient.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include <halo/autodiff/check.hpp>
#include <halo/autodiff/planar_gemm.hpp>

#include "../support/network_cases.hpp"

namespace nn_gradient_test {

using namespace halo;
using autodiff::dual;
using autodiff::planar;
using support::draw;

namespace {

constexpr std::size_t capacity = 64;
constexpr nn::pass training{.training = true, .noise = halo::seed{5}, .step = 3};

/// A mini-batch and everything to run a network on it, in double and on planes of duals.
template <class Case, class Loss>
struct problem {
  using network = typename Case::network;
  using target = typename Loss::target;
  static constexpr std::size_t n = network::parameters;

  nn::pass pass = training;
  std::vector<double> x;
  std::vector<target> t;
  nn::workspace<network, double, capacity> work;
  nn::workspace<network, dual<double>, capacity> dual_work;

  explicit problem(std::size_t rows) : x(draw(rows * network::inputs, 1)) {
    pass.rows = rows;
    if constexpr (std::is_integral_v<target>) {
      t = support::draw_labels(rows, network::outputs, 2);
    } else {
      t = draw<target>(rows * network::outputs, 2);
    }
  }

  double value(std::span<double const> theta) {
    return nn::value<network, Loss, double*>(pass, theta.data(), x.data(), t.data(), work);
  }
  double gradient(std::span<double const> theta, std::span<double> g,
                  layer_mask mask = layer_mask::all()) {
    pass.layers = mask;
    return nn::value_and_gradient<network, Loss, double*>(pass, theta.data(), x.data(), t.data(),
                                                          g.data(), work);
  }
  dual<double> dual_gradient(planar<double const> theta, planar<double> g,
                             layer_mask mask = layer_mask::all()) {
    planar<double const> const examples(x.data(), nullptr);  // the data do not move
    pass.layers = mask;
    return nn::value_and_gradient<network, Loss, planar<double>>(pass, theta, examples, t.data(), g,
                                                                 dual_work);
  }
};

double dot(std::vector<double> const& a, std::vector<double> const& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// First and second derivatives of a network with a loss, against finite differences.
template <class Case, class Loss>
void check_derivatives() {
  problem<Case, Loss> whole(1);
  constexpr std::size_t n = problem<Case, Loss>::n;
  auto const theta = draw(n, 3, 0.5);
  for (std::size_t const rows : {1U, 2U, 7U, 64U}) {
    CAPTURE(rows);
    problem<Case, Loss> p(rows);

    auto const first = autodiff::check_gradient(
        [&](std::span<double const> at) { return p.value(at); },
        [&](std::span<double const> at, std::span<double> g) { p.gradient(at, g); }, theta);
    CAPTURE(first.index);
    CAPTURE(first.given);
    CAPTURE(first.expected);
    CHECK(first.passed);
    CHECK(first.checked == n);

    auto const u = draw(n, 4), v = draw(n, 5);
    auto const second = autodiff::check_hessian_vector_product(
        [&](planar<double const> at, planar<double> g) { p.dual_gradient(at, g); }, theta, v);
    CAPTURE(second.index);
    CAPTURE(second.given);
    CAPTURE(second.expected);
    CHECK(second.passed);

    // The values on planes are the plain gradient; the Hessian is symmetric and linear.
    std::vector<double> g(n), dual_g(n), hv(n), hu(n);
    double const value = p.gradient(theta, g);
    auto const both = p.dual_gradient({theta.data(), v.data()}, {dual_g.data(), hv.data()});
    CHECK(both.value == doctest::Approx(value).epsilon(1e-14));
    CHECK(both.tangent == doctest::Approx(dot(g, v)).epsilon(1e-9));
    CHECK(value == doctest::Approx(p.value(theta)).epsilon(1e-15));
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(dual_g[i] == doctest::Approx(g[i]).epsilon(1e-11));
    }
    p.dual_gradient({theta.data(), u.data()}, {dual_g.data(), hu.data()});
    double const size = std::sqrt(dot(hu, hu) * dot(v, v)) + std::sqrt(dot(hv, hv) * dot(u, u));
    CHECK(std::abs(dot(u, hv) - dot(v, hu)) < 1e-12 * size);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("gradient: first and second derivatives under cross entropy", Case,
                   support::small_case, support::odd_case, support::norm_case) {
  check_derivatives<Case, nn::cross_entropy>();
}

TEST_CASE_TEMPLATE("gradient: first and second derivatives under mean square", Case,
                   support::small_case, support::mixed_case, support::norm_case) {
  check_derivatives<Case, nn::mean_square>();
}

TEST_CASE("gradient: derivatives of a network wider than a register") {
  problem<support::wide_case, nn::cross_entropy> p(7);
  auto const theta = draw(p.n, 3, 0.2);
  CHECK(autodiff::check_gradient(
      [&](std::span<double const> at) { return p.value(at); },
      [&](std::span<double const> at, std::span<double> g) { p.gradient(at, g); }, theta));
  CHECK(autodiff::check_hessian_vector_product(
      [&](planar<double const> at, planar<double> g) { p.dual_gradient(at, g); }, theta,
      draw(p.n, 4)));
}

TEST_CASE("gradient: a masked one is the derivative of what is selected, the rest stays") {
  using problem_type = problem<support::mixed_case, nn::mean_square>;
  problem_type p(7);
  constexpr std::size_t n = problem_type::n;
  auto const theta = draw(n, 3, 0.5), v = draw(n, 4);
  std::vector<double> g(n), hv(n);
  p.dual_gradient({theta.data(), v.data()}, {g.data(), hv.data()});
  for (std::uint64_t bits = 0; bits < 32; ++bits) {
    layer_mask const mask(bits);
    CAPTURE(bits);
    std::vector<double> masked(n, 0.125), product(n, -0.125);
    p.dual_gradient({theta.data(), v.data()}, {masked.data(), product.data()}, mask);
    for (parameter_info const& info : problem_type::network::layout::table) {
      for (std::size_t i = info.offset; i < info.offset + info.count; ++i) {
        CHECK(masked[i] == (mask[info.layer] ? g[i] : 0.125));
        CHECK(product[i] == (mask[info.layer] ? hv[i] : -0.125));
      }
    }
  }
}

TEST_CASE("gradient: float follows double") {
  using network = support::mixed_case::network;
  constexpr std::size_t n = network::parameters;
  problem<support::mixed_case, nn::mean_square> p(64);
  auto const theta = draw(n, 3, 0.5), v = draw(n, 4);
  std::vector<double> g(n), hv(n);
  auto const exact = p.dual_gradient({theta.data(), v.data()}, {g.data(), hv.data()});

  nn::workspace<network, dual<float>, 64> work;
  std::vector<float> const x(p.x.begin(), p.x.end()), t(p.t.begin(), p.t.end());
  std::vector<float> const at(theta.begin(), theta.end()), along(v.begin(), v.end());
  std::vector<float> g_float(n), hv_float(n);
  nn::pass pass = training;
  pass.rows = 64;
  auto const fast = nn::value_and_gradient<network, nn::mean_square, planar<float>>(
      pass, {at.data(), along.data()}, {x.data(), nullptr}, t.data(),
      {g_float.data(), hv_float.data()}, work);
  CHECK(static_cast<double>(fast.value) == doctest::Approx(exact.value).epsilon(1e-5));
  double const g_size = std::sqrt(dot(g, g)), hv_size = std::sqrt(dot(hv, hv));
  for (std::size_t i = 0; i < n; ++i) {
    CHECK(std::abs(static_cast<double>(g_float[i]) - g[i]) < 1e-5 * g_size);
    CHECK(std::abs(static_cast<double>(hv_float[i]) - hv[i]) < 1e-5 * hv_size);
  }
}

TEST_CASE("gradient: a workspace is arena and output gradient, nothing else") {
  using network = support::wide_case::network;
  using work = nn::workspace<network, float, 64>;
  static_assert(work::capacity == 64);
  constexpr std::size_t floats = network::arena_size(64) + 64 * network::outputs;
  static_assert(sizeof(work) >= sizeof(float) * floats &&
                sizeof(work) < sizeof(float) * floats + 128);
}

}  // namespace nn_gradient_test
