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
#include <vector>

#include <halo/autodiff/check.hpp>
#include <halo/autodiff/planar_conv2d.hpp>
#include <halo/autodiff/planar_gemm.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/channel_selection.hpp>
#include <halo/nn/checkpointed.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/dropout.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/group_norm.hpp>
#include <halo/nn/gru.hpp>
#include <halo/nn/in_bands.hpp>
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/lstm.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/reshape.hpp>
#include <halo/nn/residual.hpp>

#include "../support/network.hpp"

namespace contract_layer_test {

using namespace halo;
using autodiff::planar;
using support::draw;

namespace {

template <class P>
struct passes {
  void (*forward)(nn::pass const&, simd::const_of<P> theta, simd::const_of<P> x, P y, P memory,
                  P scratch);
  void (*backward)(nn::pass const&, nn::backward_arguments<P> const&);
};

/// A layer on examples of one shape, its types forgotten: what is checked is compiled once.
struct subject {
  char const* kind;
  std::size_t parameters, inputs, outputs, memory, scratch, fixed_scratch;
  bool needs_input, needs_output, elementwise;
  passes<float*> on_floats;
  passes<double*> on_doubles;
  passes<planar<double>> on_planes;

  template <class P>
  [[nodiscard]] passes<P> const& on() const {
    if constexpr (std::is_same_v<P, float*>)
      return on_floats;
    else if constexpr (std::is_same_v<P, double*>)
      return on_doubles;
    else
      return on_planes;
  }
};

template <class L, class X, class P>
passes<P> passes_of() {
  return {
      [](nn::pass const& p, simd::const_of<P> theta, simd::const_of<P> x, P y, P memory,
         [[maybe_unused]] P scratch) {
        if constexpr (nn::detail::scratching<L, X>)
          L::template forward<X>(p, theta, x, y, memory, scratch);
        else
          L::template forward<X>(p, theta, x, y, memory);
      },
      [](nn::pass const& p, nn::backward_arguments<P> const& a) { L::template backward<X>(p, a); }};
}

template <class L, class X, bool Smooth = true>
subject of() {
  subject s{L::kind,
            nn::parameter_count<L, X>(),
            X::size,
            L::template output<X>::size,
            L::template memory<X>,
            nn::detail::scratch_of<L, X>(),
            nn::detail::fixed_scratch_of<L, X>(),
            L::needs_input,
            L::needs_output,
            L::elementwise,
            passes_of<L, X, float*>(),
            {},
            {}};
  if constexpr (Smooth) {
    s.on_doubles = passes_of<L, X, double*>();
    s.on_planes = passes_of<L, X, planar<double>>();
  }
  return s;
}

/// Normalisations, and layers made of layers.
void add_composed(std::vector<subject>& to) {
  using nn::projection;
  using nn::residual;
  to.push_back(of<nn::batch_norm, shape<5>>());
  to.push_back(of<nn::batch_norm, shape<2, 17>>());
  to.push_back(of<nn::basic_batch_norm<std::ratio<1, 9>, std::ratio<1, 99>>, shape<3, 2, 3>>());
  to.push_back(of<nn::group_norm<1>, shape<5>>());
  to.push_back(of<nn::group_norm<3>, shape<2, 2, 6>>());
  to.push_back(of<nn::group_norm<17>, shape<3, 17>>());
  to.push_back(of<residual<nn::linear<5, 4>, nn::tanh, nn::linear<4, 5>>, shape<5>>());
  to.push_back(of<residual<nn::linear<3, 3>, nn::sigmoid>, shape<3>>());
  to.push_back(of<residual<projection<nn::linear<5, 2>, nn::tanh>, nn::linear<5, 2>>, shape<5>>());
  to.push_back(
      of<residual<projection<nn::conv1d<3, 1, 2>>, nn::batch_norm, nn::tanh, nn::conv1d<3, 3, 2>>,
         shape<4, 2>>());
  to.push_back(
      of<nn::checkpointed<nn::linear<5, 4>, nn::gelu, nn::dropout<>, nn::linear<4, 3>, nn::tanh>,
         shape<5>>());
  to.push_back(
      of<nn::in_bands<2, nn::conv2d<2, 2>, nn::sigmoid, nn::conv2d<2, 2>>, shape<3, 3, 1>>());
  to.push_back(of<residual<nn::checkpointed<residual<nn::linear<4, 4>, nn::tanh>>>, shape<4>>());
}

std::vector<subject> subjects() {
  using nn::padding;
  using nn::window;
  std::vector<subject> all{
      of<nn::linear<5, 3>, shape<5>>(),
      of<nn::linear<17, 9>, shape<17>>(),
      of<nn::linear<5, 3, false>, shape<5>>(),
      of<nn::basic_leaky_relu<std::ratio<1, 5>>, shape<5>>(),
      of<nn::relu, shape<5>>(),
      of<nn::leaky_relu, shape<5>>(),
      of<nn::tanh, shape<2, 3>>(),
      of<nn::sigmoid, shape<5>>(),
      of<nn::elu, shape<17>>(),
      of<nn::softplus, shape<5>>(),
      of<nn::gelu, shape<2, 2, 3>>(),
      of<nn::dropout<std::ratio<1, 3>>, shape<7>>(),
      of<nn::layer_norm, shape<5>>(),
      of<nn::layer_norm, shape<2, 9>>(),
      of<nn::flatten, shape<2, 3>>(),
      of<nn::channel_selection<nn::channel_set::of(5, {0, 3})>, shape<2, 5>>(),
      of<nn::reshape<6, 1>, shape<2, 3>>(),
      of<nn::lstm<3>, shape<4, 2>>(),
      of<nn::lstm<5, nn::states::all>, shape<10, 1>>(),
      of<nn::gru<3>, shape<4, 2>>(),
      of<nn::gru<5, nn::states::all>, shape<10, 1>>(),
      of<nn::conv2d<3, window{2, 3}>, shape<4, 5, 2>>(),
      of<nn::conv2d<4, 3, 2, padding::valid, 2, 1, false>, shape<5, 6, 2>>(),
      of<nn::conv2d<3, 2, window{1, 3}, padding::same, 3, 2>, shape<4, 4, 3>>(),
      of<nn::conv1d<5, 3, 2>, shape<7, 2>>(),
      of<nn::max_pool<2, 1, padding::same>, shape<3, 3, 2>>(),
      of<nn::average_pool<3, 2, padding::same>, shape<4, 4, 2>>(),
      of<nn::global_average_pool, shape<2, 3, 5>>()};
  add_composed(all);
  return all;
}

/// Layers whose values are steps: their derivatives are those of something else, and quantised_test
/// says of what.
std::vector<subject> with_stepped() {
  std::vector<subject> all = subjects();
  using nn::quantised;
  constexpr nn::quantisation narrow{.weight_bits = 3, .weight_ranges = nn::per::channel};
  all.push_back(of<quantised<nn::linear<5, 3>>, shape<5>, false>());
  all.push_back(of<quantised<nn::conv1d<5, 3, 2>, narrow>, shape<7, 2>, false>());
  all.push_back(of<quantised<nn::lstm<3>>, shape<4, 2>, false>());
  all.push_back(
      of<nn::residual<nn::projection<quantised<nn::conv2d<3, 1, 2>>>, nn::tanh,
                      quantised<nn::conv2d<3, 3, 2>, narrow>, quantised<nn::conv2d<3, 3>>>,
         shape<4, 3, 2>, false>());
  return all;
}

/// One layer on its own, under the loss Σ (y_i²/2 + w_i y_i), so that dL/dy = y + w bends too.
struct bench {
  subject const& s;
  std::size_t rows;
  std::size_t outputs = rows * s.outputs;
  std::size_t variables = s.parameters + rows * s.inputs;  ///< θ, then x
  std::vector<double> w = draw(outputs, 1);
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
    room y(outputs), kept(s.memory * pass.capacity), dy(outputs);
    room scratch(s.scratch * pass.capacity + s.fixed_scratch);
    P const out = y;
    simd::const_of<P> const x = at + s.parameters;
    s.on<P>().forward(pass, at, x, out, P(kept), P(scratch));
    double loss = 0;
    for (std::size_t i = 0; i < outputs; ++i) {
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
    a.dy = simd::const_of<P>(P(dy));
    a.dx = gradient + s.parameters;
    a.gradient = s.parameters > 0 ? gradient : P{};
    a.scratch = scratch;
    s.on<P>().backward(pass, a);
    return loss;
  }
};

/// Away from the kinks of the rectifiers.
std::vector<double> draw_point(std::size_t n) {
  std::vector<double> x = draw(n, 2);
  for (double& e : x) e += e < 0 ? -0.01 : 0.01;
  return x;
}

void check_derivatives(bench& b) {
  auto const at = draw_point(b.variables);
  auto const first = autodiff::check_gradient(
      [&](std::span<double const> x) { return b.run<double*>(x.data(), nullptr); },
      [&](std::span<double const> x, std::span<double> g) { b.run<double*>(x.data(), g.data()); },
      at);
  CAPTURE(first.index);
  CAPTURE(first.given);
  CAPTURE(first.expected);
  CHECK(first.passed);
  CHECK(first.checked == b.variables);

  auto const second = autodiff::check_hessian_vector_product(
      [&](planar<double const> x, planar<double> g) { b.run<planar<double>>(x, g); }, at,
      draw(b.variables, 3));
  CAPTURE(second.index);
  CAPTURE(second.given);
  CAPTURE(second.expected);
  CHECK(second.passed);
  CHECK(second.checked == b.variables);
}

/// What backward writes on floats.
struct result {
  std::vector<float> gradient, dx;
};

void check_parts(subject const& s) {
  std::size_t const rows = 6;
  auto const theta = draw<float>(s.parameters + 1, 1), x = draw<float>(rows * s.inputs, 2);
  auto const dy = draw<float>(rows * s.outputs, 3);
  nn::pass p{.rows = rows, .capacity = rows, .training = true, .noise = seed{3}};
  std::vector<float> y(rows * s.outputs), memory(rows * s.memory + 1);
  std::vector<float> scratch(rows * s.scratch + s.fixed_scratch + 1, std::nanf(""));
  s.on_floats.forward(p, theta.data(), x.data(), y.data(), memory.data(), scratch.data());

  auto const run = [&](bool with_gradient, bool with_input) {
    result r{std::vector<float>(s.parameters, 7), std::vector<float>(rows * s.inputs, 7)};
    auto upper = dy;
    nn::backward_arguments<float*> a{};
    a.theta = theta.data();
    a.x = s.needs_input ? x.data() : nullptr;  // what it does not need it does not get
    a.y = s.needs_output ? y.data() : nullptr;
    a.memory = memory.data();
    a.dy = upper.data();
    a.dx = with_input ? r.dx.data() : nullptr;
    a.gradient = with_gradient && s.parameters > 0 ? r.gradient.data() : nullptr;
    p.layers = with_gradient ? layer_mask::all() : layer_mask();
    std::fill(scratch.begin(), scratch.end(), std::nanf(""));  // nobody counts on what lies there
    a.scratch = scratch.data();
    s.on_floats.backward(p, a);
    CHECK(upper == dy);  // somebody else may want it
    return r;
  };
  result const both = run(true, true), none = run(false, false);
  CHECK(run(true, false).gradient == both.gradient);
  CHECK(run(false, true).dx == both.dx);
  CHECK(run(true, false).dx == none.dx);
  CHECK(none.dx == std::vector<float>(rows * s.inputs, 7));
  CHECK(none.gradient == std::vector<float>(s.parameters, 7));

  if (s.elementwise) {  // on top of each other, as sequential lays them
    std::vector<float> in_place = x, upper = dy;
    s.on_floats.forward(p, theta.data(), in_place.data(), in_place.data(), memory.data(), nullptr);
    CHECK(in_place == y);
    nn::backward_arguments<float*> a{};
    a.y = in_place.data();
    a.dy = a.dx = upper.data();
    s.on_floats.backward(p, a);
    CHECK(upper == both.dx);
  }
}

template <class L, class X>
constexpr bool bounds =
    std::is_same_v<decltype(L::template backward<X>(nn::pass{}, nn::backward_arguments<float*>{})),
                   float>;

template <class L, class X>
void check_bound() {
  constexpr std::size_t parameters = nn::parameter_count<L, X>();
  constexpr std::size_t outputs = L::template output<X>::size;
  for (std::size_t const rows : {1U, 2U, 30U}) {
    CAPTURE(rows);
    nn::pass const p{.rows = rows, .capacity = rows};
    auto const theta = draw<float>(parameters, 1), x = draw<float>(rows * X::size, 2);
    std::vector<float> y(rows * outputs), memory(rows * L::template memory<X> + 1), g(parameters);
    std::vector<float> scratch(rows * nn::detail::scratch_of<L, X>() +
                               nn::detail::fixed_scratch_of<L, X>() + 1);
    passes_of<L, X, float*>().forward(p, theta.data(), x.data(), y.data(), memory.data(),
                                      scratch.data());
    for (bool const finite : {true, false}) {
      auto dy = draw<float>(rows * outputs, 3);
      if (!finite) dy[dy.size() / 2] = std::numeric_limits<float>::quiet_NaN();
      nn::backward_arguments<float*> a{};
      a.theta = theta.data();
      a.x = x.data();
      a.memory = memory.data();
      a.dy = dy.data();
      a.gradient = g.data();
      a.scratch = scratch.data();
      float const bound = L::template backward<X>(p, a);
      CHECK(std::isfinite(bound) == finite);
      for (float const e : g) CHECK((!finite || std::abs(e) <= bound));
    }
  }
}

}  // namespace

TEST_CASE("layer: derivatives of first and second order in θ and x") {
  for (subject const& s : subjects())
    for (std::size_t const rows : {1U, 2U, 7U}) {
      CAPTURE(s.kind);
      CAPTURE(s.inputs);
      CAPTURE(rows);
      bench b{s, rows};
      check_derivatives(b);
    }
}

TEST_CASE("layer: what is left out changes no bit of the rest") {
  for (subject const& s : with_stepped()) {
    CAPTURE(s.kind);
    CAPTURE(s.inputs);
    check_parts(s);
  }
}

TEST_CASE("layer: writes its own rows and no element more") {
  for (subject const& s : with_stepped()) {
    CAPTURE(s.kind);
    auto const theta = draw<float>(s.parameters + 1, 1);
    for (std::size_t const rows : {0U, 1U, 5U}) {
      std::size_t const spare = 20;  // more than a register
      nn::pass const p{.rows = rows, .capacity = rows + 1, .training = true, .noise = seed{3}};
      auto const x = draw<float>(rows * s.inputs, 2);
      auto dy = draw<float>(rows * s.outputs, 3);
      std::vector<float> y(rows * s.outputs + spare, 7);
      std::vector<float> memory(p.capacity * s.memory + spare, 7);
      std::vector<float> dx(rows * s.inputs + spare, 7), gradient(s.parameters + spare, 7);
      std::vector<float> scratch(p.capacity * s.scratch + s.fixed_scratch + spare, 7);
      s.on_floats.forward(p, theta.data(), x.data(), y.data(), memory.data(), scratch.data());
      nn::backward_arguments<float*> a{};
      a.theta = theta.data();
      a.x = x.data();
      a.y = y.data();
      a.memory = memory.data();
      a.dy = dy.data();
      a.dx = dx.data();
      a.gradient = s.parameters > 0 ? gradient.data() : nullptr;
      a.scratch = scratch.data();
      s.on_floats.backward(p, a);
      for (auto const* const v : {&y, &memory, &dx, &gradient, &scratch})
        CHECK(std::all_of(v->end() - spare, v->end(), [](float e) { return e == 7; }));
      if (rows == 0) {  // no example: a gradient of zeros
        gradient.resize(s.parameters);
        CHECK(gradient == std::vector<float>(s.parameters));
      }
    }
  }
}

TEST_CASE("layer: one with parameters bounds its gradient") {
  static_assert(bounds<nn::linear<5, 40>, shape<5>> && bounds<nn::layer_norm, shape<5>> &&
                bounds<nn::conv1d<5, 3>, shape<6, 2>> && !bounds<nn::relu, shape<5>>);
  check_bound<nn::linear<5, 40>, shape<5>>();
  check_bound<nn::layer_norm, shape<5>>();
  check_bound<nn::conv1d<5, 3>, shape<6, 2>>();
  check_bound<nn::batch_norm, shape<5>>();
  check_bound<nn::lstm<3>, shape<4, 2>>();
  check_bound<nn::gru<3>, shape<4, 2>>();
  check_bound<nn::quantised<nn::linear<5, 40>>, shape<5>>();
  check_bound<nn::group_norm<2>, shape<3, 6>>();
  check_bound<nn::residual<nn::linear<5, 5>, nn::linear<5, 5>>, shape<5>>();
  check_bound<nn::checkpointed<nn::linear<5, 5>, nn::tanh>, shape<5>>();
  check_bound<nn::in_bands<2, nn::conv2d<3, 3>, nn::relu, nn::conv2d<2, 2>>, shape<3, 3, 2>>();
}

}  // namespace contract_layer_test
