// SPDX-License-Identifier: BSD-3-Clause
#include <halo/task/reparametrised.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/core/random.hpp>

#include "../support/two_tensors.hpp"

namespace task_reparametrised_test {

namespace {

using namespace halo;
using inner = support::two_tensors<double>;
using outer = task::reparametrised<inner>;
static_assert(task::task<outer>);

/// c of both tensors: where the inner task starts over where the outer one does.
std::vector<double> scales(outer& p, seed s) {
  std::vector<double> a(6), b(6), c(6);
  inner().start(s, a.data());
  p.start(s, b.data());
  for (std::size_t k = 0; k < 6; ++k) c[k] = a[k] / b[k];
  for (std::size_t k = 1; k < 5; ++k) CHECK(c[k] == doctest::Approx(c[0]));
  return c;
}

}  // namespace

TEST_CASE("reparametrised: the same loss, gradients c times and curvature c·H·c") {
  inner plain;
  outer p(plain, 1.5);
  std::vector<double> theta(6), at(6), g(6), h(6), v(6), w(6);
  for (std::uint64_t s = 0; s < 4; ++s) {
    CAPTURE(s);
    auto const c = scales(p, seed{s});
    CHECK(c[0] != c[5]);
    generator random(seed{9}, s);
    for (std::size_t k = 0; k < 6; ++k) {
      theta[k] = static_cast<double>(random.normal());
      v[k] = static_cast<double>(random.normal());
      at[k] = c[k] * theta[k];
      w[k] = c[k] * v[k];
    }
    for (auto part : {task::part::train, task::part::held_out}) {
      double const loss = p.value_and_gradient(part, 5, theta.data(), g.data());
      CHECK(loss == doctest::Approx(plain.value_and_gradient(part, 5, at.data(), h.data())));
      CHECK(p.value_and_gradient(part, 5, theta.data(), nullptr) == loss);
      for (std::size_t k = 0; k < 6; ++k) CHECK(g[k] == doctest::Approx(c[k] * h[k]));
    }
    p.hessian_vector_product(5, theta.data(), v.data(), g.data());
    plain.hessian_vector_product(5, at.data(), w.data(), h.data());
    for (std::size_t k = 0; k < 6; ++k) CHECK(g[k] == doctest::Approx(c[k] * h[k]));
    CHECK(p.accuracy(theta.data()) == doctest::Approx(plain.accuracy(at.data())));
  }
}

TEST_CASE("reparametrised: scales are drawn with the start, log-uniform within the spread") {
  outer p(inner{}, 0.7);
  double low = 1, high = 1;
  for (std::uint64_t s = 0; s < 50; ++s) {
    for (double const c : scales(p, seed{s})) {
      low = std::min(low, c);
      high = std::max(high, c);
    }
    CHECK(scales(p, seed{s}) == scales(p, seed{s}));
  }
  CHECK(low >= std::exp(-0.7) * (1 - 1e-12));
  CHECK(low < std::exp(-0.6));
  CHECK(high <= std::exp(0.7) * (1 + 1e-12));
  CHECK(high > std::exp(0.6));
}

TEST_CASE("reparametrised: no spread, no change") {
  outer p(inner{}, 0);
  for (double const c : scales(p, seed{1})) CHECK(c == 1);
  CHECK_THROWS_AS(outer(inner{}, -1), halo::error);
  CHECK_THROWS_AS(outer(inner{}, 41), halo::error);
}

}  // namespace task_reparametrised_test
