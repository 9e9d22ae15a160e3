// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/composite.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>

#include "../support/network.hpp"

namespace nn_composite_test {

using namespace halo;
using support::draw;

namespace {

struct pair : nn::detail::composite_of<pair, nn::linear<3, 4>, nn::tanh> {
  static constexpr char const* kind = "pair";
};
using X = shape<3>;
static_assert(nn::layer<pair, X> && nn::detail::composite<pair, X>);
static_assert(!nn::detail::composite<nn::linear<3, 4>, X>);

}  // namespace

TEST_CASE("composite: a chain of layers is a layer") {
  static_assert(std::is_same_v<pair::output<X>, shape<4>>);
  static_assert(pair::tensors<X>.size() == 2 && pair::rows<X>.size() == 3);
  static_assert(pair::operations<X> == 12 && !pair::needs_output);
  static_assert(pair::memory<X> == 4);  // tanh's output; what is behind may overwrite y
  CHECK(std::string_view(pair::rows<X>[0].kind) == "pair");
  CHECK(pair::rows<X>[0].parameters == 0);
  CHECK(pair::rows<X>[1].parameters == 16);
}

TEST_CASE("composite: backward does not need its output any more") {
  std::size_t const rows = 5;
  auto const theta = draw(16, 1), x = draw(rows * 3, 2), dy = draw(rows * 4, 3);
  nn::pass const p{.rows = rows, .capacity = rows};
  std::vector<double> y(rows * 4), memory(rows * 4), scratch(rows * pair::scratch<X>), dx(rows * 3);
  std::vector<double> top = dy;
  pair::forward<X>(p, theta.data(), x.data(), y.data(), memory.data(), scratch.data());
  support::plain_network plain(3, {{"linear", 4}, {"tanh"}});
  auto const values = plain.forward(rows, theta, x);
  auto const expected = plain.backward(rows, theta, values, dy);
  for (std::size_t i = 0; i < y.size(); ++i)
    CHECK(y[i] == doctest::Approx(values.back()[i]).epsilon(1e-14));
  std::vector<double> gradient(16);
  nn::backward_arguments<double*> a{};
  a.theta = theta.data();
  a.x = x.data();
  a.memory = memory.data();
  a.dy = top.data();
  a.dx = dx.data();
  a.gradient = gradient.data();
  a.scratch = scratch.data();
  pair::backward<X>(p, a);
  for (std::size_t i = 0; i < 16; ++i)
    CHECK(gradient[i] == doctest::Approx(expected[i]).epsilon(1e-12));
  CHECK(top == dy);
}

TEST_CASE("composite: lists are joined, layers numbered on") {
  constexpr auto both = nn::detail::joined(nn::linear<3, 4>::tensors<X>, pair::tensors<X>, 1);
  static_assert(both.size() == 4 && both[1].layer == 0 && both[2].layer == 1);
}

TEST_CASE("composite: a pass inside stands one line lower") {
  nn::pass const p{.rows = 2, .index = 7};
  CHECK(nn::detail::inside(p).index == 8);
  CHECK(nn::detail::inside(p, 3).index == 11);
  CHECK(nn::detail::inside(p).rows == 2);
}

}  // namespace nn_composite_test
