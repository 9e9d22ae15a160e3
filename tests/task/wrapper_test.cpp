// SPDX-License-Identifier: BSD-3-Clause
#include <halo/task/wrapper.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/task/adapted.hpp>
#include <halo/task/reparametrised.hpp>
#include <halo/task/shuffled.hpp>
#include <halo/task/supervised.hpp>
#include <halo/task/teacher.hpp>

#include "../support/two_tensors.hpp"

namespace task_wrapper_test {

namespace {

using namespace halo;
using network = nn::sequential<nn::linear<4, 6>, nn::tanh, nn::linear<6, 3>>;
using layout = network::layout;
using inner = task::supervised<network, double, 16>;
struct plain : task::wrapper<inner> {
  using wrapper::wrapper;
};
static_assert(task::choosing<plain> && task::chooses_hardest<plain>());
static_assert(task::choosing<task::adapted<inner>> && task::choosing<task::shuffled<inner>> &&
              task::choosing<task::reparametrised<inner>>);
static_assert(!task::choosing<task::shuffled<support::two_tensors<double>>>);
static_assert(!task::choosing<task::wrapper<support::two_tensors<double>>>);

inner problem() {
  return {task::make_teacher({.rows = 60, .features = 4, .classes = 3, .hidden = 5}, seed{3}), 7,
          seed{4}};
}

/// Losses, gradients and products of both are one; θ and v scaled by c before, gradient and product
/// after.
template <class Outer>
void same(Outer outer, std::uint64_t shift, double c) {
  inner i = problem();
  CHECK(outer.rows() == i.rows());
  CHECK(outer.batch(0) == 7);
  CHECK(outer.batch(9) == 9);
  CHECK(outer.batch(99) == 16);
  task::choice const which{12, 5};
  CHECK(outer.operations(which, layer_mask(2)) == i.operations(which, layer_mask(2)));
  std::vector<double> theta(layout::size), scaled(theta), v(theta), a(theta), b(theta);
  i.start(seed{8}, theta.data());
  i.start(seed{9}, v.data());
  for (std::size_t k = 0; k < layout::size; ++k) scaled[k] = theta[k] / c;
  auto const e = outer.value_and_gradient(which, 3, scaled.data(), a.data());
  auto const f = i.value_and_gradient(which, shift + 3, theta.data(), b.data());
  CHECK(e.loss == doctest::Approx(f.loss));
  CHECK(e.accuracy == f.accuracy);
  for (std::size_t k = 0; k < layout::size; ++k) CHECK(a[k] == doctest::Approx(c * b[k]));
  outer.hessian_vector_product(which, 3, scaled.data(), v.data(), a.data());
  i.hessian_vector_product(which, shift + 3, theta.data(), v.data(), b.data());
  for (std::size_t k = 0; k < layout::size; ++k) CHECK(a[k] == doctest::Approx(c * c * b[k]));
  CHECK(outer.value_and_gradient(task::part::train, 3, scaled.data(), a.data()) ==
        doctest::Approx(i.value_and_gradient(task::part::train, shift + 3, theta.data(), nullptr)));
}

}  // namespace

TEST_CASE("wrapper: a choice reaches the inner task") {
  std::vector<double> theta(layout::size), begun(layout::size);
  inner i = problem();
  i.start(seed{8}, begun.data());
  SUBCASE("that adds nothing") { same(plain(problem()), 0, 1); }
  SUBCASE("from trained parameters") { same(task::adapted<inner>(problem(), begun), 0, 1); }
  SUBCASE("of other draws") {
    task::shuffled<inner> s(problem());
    s.start(seed{5}, theta.data());
    auto const first = std::uint64_t{generator(seed{5}, 0x73687566).words(0)[0] >> 12U} << 20U;
    CHECK(first > 0);
    same(std::move(s), first, 1);
  }
  SUBCASE("at other scales") {
    // without spread the scales are 1; with it they are those of the start
    task::reparametrised<inner> r(problem(), 0);
    r.start(seed{8}, theta.data());
    CHECK(theta == begun);
    same(std::move(r), 0, 1);
  }
}

TEST_CASE("wrapper: a choice at other scales has the slopes of its own losses") {
  task::reparametrised<inner> r(problem(), 1);
  std::vector<double> theta(layout::size), g(theta), h(theta), hi(theta), lo(theta), v(theta);
  r.start(seed{2}, theta.data());
  problem().start(seed{9}, v.data());
  task::choice const all{12, 12};
  (void)r.value_and_gradient(all, 3, theta.data(), g.data());
  r.hessian_vector_product(all, 3, theta.data(), v.data(), h.data());
  constexpr double e = 1e-5;
  double slope = 0;
  for (std::size_t k = 0; k < layout::size; ++k) slope += g[k] * v[k];
  auto up = theta, down = theta;
  for (std::size_t k = 0; k < layout::size; ++k) up[k] += e * v[k], down[k] -= e * v[k];
  double const above = r.value_and_gradient(all, 3, up.data(), hi.data()).loss;
  double const below = r.value_and_gradient(all, 3, down.data(), lo.data()).loss;
  CHECK(slope == doctest::Approx((above - below) / (2 * e)).epsilon(1e-6));
  for (std::size_t k = 0; k < layout::size; ++k)
    CHECK(h[k] == doctest::Approx((hi[k] - lo[k]) / (2 * e)).epsilon(1e-5).scale(0.1));
}

}  // namespace task_wrapper_test
