// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/activation.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "../support/network.hpp"

namespace nn_activation_test {

using namespace halo;
using support::draw;

TEST_CASE_TEMPLATE("activation: any shape, element by element, without memory", L, nn::relu,
                   nn::leaky_relu, nn::tanh, nn::sigmoid, nn::elu, nn::softplus, nn::gelu) {
  using X = shape<2, 3>;
  static_assert(std::is_same_v<typename L::template output<X>, X>);
  static_assert(nn::parameter_count<L, X>() == 0 && L::template memory<X> == 0);
  // What backward reads is kept; only an output may lie on top of the input.
  static_assert(L::needs_input != L::needs_output && L::elementwise == L::needs_output);
  CHECK(std::string(L::kind) == L::function::name);

  std::size_t const n = 5 * X::size;
  auto const x = draw(n, 1), dy = draw(n, 2);
  std::vector<double> y(n + 1, 7), dx(n + 1, 7);
  double const* const nothing = nullptr;
  double* const nowhere = nullptr;
  nn::pass const p{.rows = 5, .capacity = 8};
  L::template forward<X>(p, nothing, x.data(), y.data(), nowhere);
  auto upper = dy;
  nn::backward_arguments<double*> a{};
  a.x = x.data();
  a.y = y.data();
  a.dy = upper.data();
  a.dx = dx.data();
  L::template backward<X>(p, a);
  for (std::size_t i = 0; i < n; ++i) {
    CAPTURE(x[i]);
    CHECK(std::abs(y[i] - support::plain_activation(L::kind, x[i])) < 1e-13);
    CHECK(std::abs(dx[i] - dy[i] * support::plain_slope(L::kind, x[i])) < 1e-13);
  }
  CHECK(y[n] == 7);
  CHECK(dx[n] == 7);

  a.dx = nullptr;  // nobody asks: nothing is read or written
  a.dy = nullptr;
  L::template backward<X>(p, a);
}

}  // namespace nn_activation_test
