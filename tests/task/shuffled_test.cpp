// SPDX-License-Identifier: BSD-3-Clause
#include <halo/task/shuffled.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "../support/two_tensors.hpp"

namespace task_shuffled_test {

namespace {

using namespace halo;

/// Parameters whose loss tells the draw, and which remembers what it was asked for.
struct listening : support::two_tensors<double> {
  using base = support::two_tensors<double>;
  std::vector<std::uint64_t> draws{};

  double value_and_gradient(task::part p, std::uint64_t draw, double const* theta, double* g) {
    draws.push_back(draw);
    return base::value_and_gradient(p, 0, theta, g);
  }
  void hessian_vector_product(std::uint64_t draw, double const* theta, double const* v,
                              double* product) {
    draws.push_back(draw);
    base::hessian_vector_product(0, theta, v, product);
  }
};
using outer = task::shuffled<listening>;
static_assert(task::task<outer>);

}  // namespace

TEST_CASE("shuffled: a run's draws follow each other, and are those of no other run") {
  outer p(listening{});
  std::vector<double> theta(6), g(6), plain(6);
  std::set<std::uint64_t> seen;
  for (std::uint64_t s = 0; s < 200; ++s) {
    CAPTURE(s);
    for (int twice = 0; twice < 2; ++twice) {
      p.start(seed{s}, theta.data());
      listening().start(seed{s}, plain.data());
      CHECK(theta == plain);
      p.inner().draws.clear();
      (void)p.value_and_gradient(task::part::train, 0, theta.data(), g.data());
      (void)p.value_and_gradient(task::part::held_out, 1, theta.data(), nullptr);
      p.hessian_vector_product(7, theta.data(), g.data(), plain.data());
      auto const& draws = p.inner().draws;
      CHECK(draws[1] == draws[0] + 1);
      CHECK(draws[2] == draws[0] + 7);
      CHECK(draws[0] % (1U << 20U) == 0);
      CHECK(draws[0] < std::uint64_t{1} << 40U);
      CHECK(seen.insert(draws[0]).second == (twice == 0));
    }
  }
}

TEST_CASE("shuffled: values, gradients and products are the inner task's") {
  outer p(listening{});
  listening inner;
  std::vector<double> theta(6), a(6), b(6);
  p.start(seed{3}, theta.data());
  CHECK(p.value_and_gradient(task::part::train, 4, theta.data(), a.data()) ==
        inner.value_and_gradient(task::part::train, 4, theta.data(), b.data()));
  CHECK(a == b);
  std::vector<double> const v = a;
  p.hessian_vector_product(4, theta.data(), v.data(), a.data());
  inner.hessian_vector_product(4, theta.data(), v.data(), b.data());
  CHECK(a == b);
  CHECK(p.accuracy(theta.data()) == inner.accuracy(theta.data()));
  CHECK(p.rows() == inner.rows());
}

}  // namespace task_shuffled_test
