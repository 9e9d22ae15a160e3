// SPDX-License-Identifier: BSD-3-Clause
// What every layer owes its network, by itself: exact derivatives of first and second order in
// parameters and input, parts that can be left out without a change of bits, and not an element
// written outside its place.
#include <halo/nn/layer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <ratio>
#include <span>
#include <type_traits>
#include <vector>

#include <halo/autodiff/check.hpp>
#include <halo/autodiff/planar_conv2d.hpp>
#include <halo/autodiff/planar_gemm.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/dropout.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/linear.hpp>

#include "../support/network.hpp"

using namespace halo;
using autodiff::planar;
using support::draw;

namespace {

/// A layer and the shape of its examples.
template <class L, class X>
struct model {
  using layer = L;
  using shape = X;
};

#define HALO_CONVOLUTIONS                                                                 \
  model<nn::conv2d<3, nn::window{2, 3}>, shape<4, 5, 2>>,                                 \
      model<nn::conv2d<4, 3, 2, nn::padding::valid, 2, 1, false>, shape<5, 6, 2>>,        \
      model<nn::conv2d<3, 2, nn::window{1, 3}, nn::padding::same, 3, 2>, shape<4, 4, 3>>, \
      model<nn::conv1d<5, 3, 2>, shape<7, 2>>, model<nn::flatten, shape<2, 3>>

#define HALO_LAYERS                                                                             \
  model<nn::linear<5, 3>, shape<5>>, model<nn::linear<17, 9>, shape<17>>,                       \
      model<nn::relu, shape<5>>, model<nn::leaky_relu, shape<5>>, model<nn::tanh, shape<2, 3>>, \
      model<nn::sigmoid, shape<5>>, model<nn::elu, shape<17>>, model<nn::softplus, shape<5>>,   \
      model<nn::gelu, shape<2, 2, 3>>, model<nn::dropout<std::ratio<1, 3>>, shape<7>>,          \
      model<nn::layer_norm, shape<5>>, model<nn::layer_norm, shape<2, 9>>, HALO_CONVOLUTIONS

/// One layer on its own, under the loss Σ (y_i²/2 + w_i y_i), so that dL/dy = y + w bends too.
template <class M>
struct bench {
  using L = typename M::layer;
  using X = typename M::shape;
  static constexpr std::size_t parameters = nn::parameter_count<L, X>();
  static constexpr std::size_t inputs = X::size;
  static constexpr std::size_t outputs = L::template output<X>::size;
  static constexpr std::size_t memory = L::template memory<X>;

  std::size_t rows;
  std::size_t variables = parameters + rows * inputs;  ///< θ, then x
  std::vector<double> w = draw(rows * outputs, 1);
  nn::pass pass{.rows = rows, .capacity = rows + 3, .training = true, .noise = seed{3}, .step = 8};

  /// Two planes of n elements, or room for plain ones.
  struct room {
    std::vector<double> value, tangent;
    explicit room(std::size_t n) : value(n), tangent(n) {}
    operator planar<double>() { return {value.data(), tangent.data()}; }
    operator double*() { return value.data(); }
  };

  /// dL/d(θ, x) at both; returns L of the values.
  template <class P>
  double run(simd::const_of<P> at, P gradient) {
    room y(rows * outputs), kept(memory * pass.capacity), dy(rows * outputs), dx(rows * inputs);
    P const out = y;
    simd::const_of<P> const x = at + parameters;
    L::template forward<X>(pass, at, x, out, P(kept));
    double loss = 0;
    for (std::size_t i = 0; i < rows * outputs; ++i) {
      dy.value[i] = y.value[i] + w[i];
      dy.tangent[i] = y.tangent[i];
      loss += y.value[i] * (y.value[i] / 2 + w[i]);
    }
    if (gradient == nullptr) return loss;
    nn::backward_arguments<P> a{};
    a.theta = at;
    a.x = x;
    a.y = simd::const_of<P>(out);
    a.memory = simd::const_of<P>(P(kept));
    a.dy = dy;
    a.dx = gradient + parameters;
    a.gradient = parameters > 0 ? gradient : P{};
    L::template backward<X>(pass, a);
    return loss;
  }
};

/// Away from the kinks of the rectifiers.
std::vector<double> draw_point(std::size_t n) {
  std::vector<double> x = draw(n, 2);
  for (double& e : x) e += e < 0 ? -0.01 : 0.01;
  return x;
}

template <class L>
concept bounding = requires(nn::pass const& p, nn::backward_arguments<float*> a) {
  { L::template backward<shape<5>>(p, a) } -> std::same_as<float>;
};

}  // namespace

TEST_CASE_TEMPLATE("layer: derivatives of first and second order in θ and x", M, HALO_LAYERS) {
  using autodiff::check_gradient;
  for (std::size_t const rows : {1U, 2U, 7U}) {
    CAPTURE(rows);
    bench<M> b{rows};
    auto const at = draw_point(b.variables);
    auto const first = check_gradient(
        [&](std::span<double const> x) { return b.template run<double*>(x.data(), nullptr); },
        [&](std::span<double const> x, std::span<double> g) {
          b.template run<double*>(x.data(), g.data());
        },
        at);
    CAPTURE(first.index);
    CAPTURE(first.given);
    CAPTURE(first.expected);
    CHECK(first.passed);
    CHECK(first.checked == b.variables);

    auto const second = autodiff::check_hessian_vector_product(
        [&](planar<double const> x, planar<double> g) { b.template run<planar<double>>(x, g); }, at,
        draw(b.variables, 3));
    CAPTURE(second.index);
    CAPTURE(second.given);
    CAPTURE(second.expected);
    CHECK(second.passed);
    CHECK(second.checked == b.variables);
  }
}

TEST_CASE_TEMPLATE("layer: what is left out changes no bit of the rest", M, HALO_LAYERS) {
  using L = typename M::layer;
  using X = typename M::shape;
  using B = bench<M>;
  std::size_t const rows = 6;
  auto const theta = draw<float>(B::parameters + 1, 1), x = draw<float>(rows * B::inputs, 2);
  auto const dy = draw<float>(rows * B::outputs, 3);
  nn::pass const p{.rows = rows, .capacity = rows, .training = true, .noise = seed{3}};
  std::vector<float> y(rows * B::outputs), memory(rows * B::memory + 1);
  L::template forward<X>(p, theta.data(), x.data(), y.data(), memory.data());

  struct result {
    std::vector<float> gradient, dx;
  };
  auto const run = [&](bool with_gradient, bool with_input) {
    result r{std::vector<float>(B::parameters, 7), std::vector<float>(rows * B::inputs, 7)};
    auto upper = dy;
    nn::backward_arguments<float*> a{};
    a.theta = theta.data();
    a.x = L::needs_input ? x.data() : nullptr;  // what it does not need it does not get
    a.y = L::needs_output ? y.data() : nullptr;
    a.memory = memory.data();
    a.dy = upper.data();
    a.dx = with_input ? r.dx.data() : nullptr;
    a.gradient = with_gradient && B::parameters > 0 ? r.gradient.data() : nullptr;
    L::template backward<X>(p, a);
    return r;
  };
  result const both = run(true, true), none = run(false, false);
  CHECK(run(true, false).gradient == both.gradient);
  CHECK(run(false, true).dx == both.dx);
  CHECK(run(true, false).dx == none.dx);
  CHECK(none.dx == std::vector<float>(rows * B::inputs, 7));
  CHECK(none.gradient == std::vector<float>(B::parameters, 7));

  if constexpr (L::elementwise) {  // on top of each other, as sequential lays them
    std::vector<float> in_place = x, upper = dy;
    L::template forward<X>(p, theta.data(), static_cast<float const*>(in_place.data()),
                           in_place.data(), memory.data());
    CHECK(in_place == y);
    nn::backward_arguments<float*> a{};
    a.y = in_place.data();
    a.dy = a.dx = upper.data();
    L::template backward<X>(p, a);
    CHECK(upper == both.dx);
  }
}

TEST_CASE_TEMPLATE("layer: writes its own rows and no element more", M, HALO_LAYERS) {
  using L = typename M::layer;
  using X = typename M::shape;
  using B = bench<M>;
  auto const theta = draw<float>(B::parameters + 1, 1);
  for (std::size_t const rows : {0U, 1U, 5U}) {
    std::size_t const spare = 20;  // more than a register
    nn::pass const p{.rows = rows, .capacity = rows + 1, .training = true, .noise = seed{3}};
    auto const x = draw<float>(rows * B::inputs, 2);
    auto dy = draw<float>(rows * B::outputs, 3);
    std::vector<float> y(rows * B::outputs + spare, 7);
    std::vector<float> memory(p.capacity * B::memory + spare, 7);
    std::vector<float> dx(rows * B::inputs + spare, 7), gradient(B::parameters + spare, 7);
    L::template forward<X>(p, theta.data(), x.data(), y.data(), memory.data());
    nn::backward_arguments<float*> a{};
    a.theta = theta.data();
    a.x = x.data();
    a.y = y.data();
    a.memory = memory.data();
    a.dy = dy.data();
    a.dx = dx.data();
    a.gradient = B::parameters > 0 ? gradient.data() : nullptr;
    L::template backward<X>(p, a);
    for (auto const* const v : {&y, &memory, &dx, &gradient})
      CHECK(std::all_of(v->end() - spare, v->end(), [](float e) { return e == 7; }));
    if (rows == 0) {  // no example: a gradient of zeros
      gradient.resize(B::parameters);
      CHECK(gradient == std::vector<float>(B::parameters));
    }
  }
}

TEST_CASE_TEMPLATE("layer: one with parameters bounds its gradient", M,
                   model<nn::linear<5, 40>, shape<5>>, model<nn::layer_norm, shape<5>>,
                   model<nn::conv1d<5, 3>, shape<6, 2>>) {
  using L = typename M::layer;
  using X = typename M::shape;
  using B = bench<M>;
  static_assert(bounding<L> && !bounding<nn::relu>);
  for (std::size_t const rows : {1U, 2U, 30U}) {
    CAPTURE(rows);
    nn::pass const p{.rows = rows, .capacity = rows};
    auto const theta = draw<float>(B::parameters, 1), x = draw<float>(rows * B::inputs, 2);
    std::vector<float> y(rows * B::outputs), memory(rows * B::memory + 1), g(B::parameters);
    L::template forward<X>(p, theta.data(), x.data(), y.data(), memory.data());
    for (bool const finite : {true, false}) {
      auto dy = draw<float>(rows * B::outputs, 3);
      if (!finite) dy[dy.size() / 2] = std::numeric_limits<float>::quiet_NaN();
      nn::backward_arguments<float*> a{};
      a.theta = theta.data();
      a.x = x.data();
      a.memory = memory.data();
      a.dy = dy.data();
      a.gradient = g.data();
      float const bound = L::template backward<X>(p, a);
      CHECK(std::isfinite(bound) == finite);
      for (float const e : g) CHECK((!finite || std::abs(e) <= bound));
    }
  }
}
