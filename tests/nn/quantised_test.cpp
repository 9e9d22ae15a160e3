// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/quantised.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <halo/autodiff/planar.hpp>
#include <halo/autodiff/planar_gemm.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/lstm.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"
#include "../support/quantised.hpp"

namespace nn_quantised_test {

using namespace halo;
using nn::grid;
using nn::quantisation;
using nn::quantised;
using support::draw;
using support::plain_grid;
using support::quantise_weights;

namespace {

constexpr quantisation narrow{.weight_bits = 4,
                              .weight_grid = grid::symmetric,
                              .weight_ranges = nn::per::channel,
                              .input_bits = 5};
constexpr quantisation own{.weight_bits = 2,
                           .input_bits = 3,
                           .input_grid = grid::symmetric,
                           .input_ranges = nn::ranges::batch};

/// One pass of a layer there and back.
template <class Layer, class X, class T>
struct result {
  std::vector<T> y, memory, gradient, dx;

  result(nn::pass p, std::vector<T> const& theta, std::vector<T> const& x, std::vector<T> dy)
      : y(p.rows * Layer::template output<X>::size),
        memory(p.capacity * Layer::template memory<X>),
        gradient(theta.size()),
        dx(x.size()) {
    std::vector<T> scratch(p.capacity * nn::detail::scratch_of<Layer, X>() +
                           nn::detail::fixed_scratch_of<Layer, X>());
    if constexpr (nn::detail::scratching<Layer, X>)
      Layer::template forward<X>(p, theta.data(), x.data(), y.data(), memory.data(),
                                 scratch.data());
    else
      Layer::template forward<X>(p, theta.data(), x.data(), y.data(), memory.data());
    scratch.assign(scratch.size(), std::numeric_limits<T>::quiet_NaN());
    nn::backward_arguments<T*> a{};
    a.theta = theta.data();
    a.x = x.data();
    a.y = y.data();
    a.memory = memory.data();
    a.dy = dy.data();
    a.dx = dx.data();
    a.gradient = gradient.data();
    a.scratch = scratch.data();
    Layer::template backward<X>(p, a);
  }
};

/// A quantised layer is the bare one at quantised weights and inputs, bit for bit.
template <class Bare, class X, quantisation O, class T>
void check_straight_through() {
  for (std::size_t const rows : {1U, 5U}) {
    nn::pass const p{.rows = rows, .capacity = rows + 2, .training = true};
    auto const theta = draw<T>(nn::parameter_count<Bare, X>(), 1), x = draw<T>(rows * X::size, 2);
    auto const dy = draw<T>(rows * Bare::template output<X>::size, 3);
    plain_grid<T> const g(x, O.input_bits, O.input_grid);
    auto on_grid = x;
    for (T& e : on_grid) e = g(e);
    result<quantised<Bare, O>, X, T> const got(p, theta, x, dy);
    result<Bare, X, T> const bare(p, quantise_weights<Bare, X>(theta, O), on_grid, dy);
    CHECK(got.y == bare.y);
    CHECK(got.gradient == bare.gradient);
    CHECK(got.dx == bare.dx);
    CHECK(got.memory[0] == g.low);
    CHECK(got.memory[1] == g.high);
  }
}

}  // namespace

TEST_CASE("quantised: parameters are those of the bare layer, ranges are statistics") {
  using network =
      nn::sequential<quantised<nn::linear<5, 4>>, nn::relu, quantised<nn::linear<4, 3>, own>>;
  using bare = nn::sequential<nn::linear<5, 4>, nn::relu, nn::linear<4, 3>>;
  static_assert(network::parameters == bare::parameters && network::layers == bare::layers);
  for (std::size_t i = 0; i < bare::layout::tensors; ++i)
    CHECK(network::layout::table[i].name() == bare::layout::table[i].name());
  static_assert(network::statistics == 2);  // the other takes the mini-batch's
  CHECK(network::statistics_layout::table[0].name() == "0.low");
  CHECK(network::statistics_layout::table[1].name() == "0.high");
  CHECK(std::string(quantised<nn::linear<5, 4>>::kind) == "quantised linear");
  static_assert(network::forward_operations == bare::forward_operations);
  // a range of two numbers each, the larger input once more; the larger layer's weights once
  static_assert(network::arena_size(0) == bare::arena_size(0) + 24);
  static_assert(network::memory_per_row == bare::memory_per_row + 2 + 2 + 5);
}

TEST_CASE("quantised: values and gradients are the bare layer's at quantised weights and inputs") {
  check_straight_through<nn::linear<7, 5>, shape<7>, quantisation{}, float>();
  check_straight_through<nn::conv1d<3, 2>, shape<6, 2>, narrow, float>();
  using strided = nn::conv2d<4, 3, 2, nn::padding::same, 2>;
  check_straight_through<strided, shape<5, 4, 2>, own, float>();
  check_straight_through<nn::linear<7, 5>, shape<7>, own, double>();
  check_straight_through<nn::lstm<3>, shape<4, 2>, narrow, float>();
}

TEST_CASE("quantised: Hessian-vector products are the bare network's, straight through") {
  using planes = autodiff::planar<double>;
  using X = shape<7>;
  using bare = nn::linear<7, 5>;
  constexpr std::size_t n = nn::parameter_count<bare, X>(), rows = 3, in = rows * X::size;
  constexpr std::size_t out = rows * bare::output<X>::size;
  nn::pass const p{.rows = rows, .capacity = rows, .training = true};
  auto const theta = draw(n, 1), x = draw(in, 2), v = draw(n, 3), dy = draw(out, 4);
  auto const run = [&](auto layer, std::vector<double> at, std::vector<double> input) {
    using L = decltype(layer);
    std::vector<double> direction = v, tangent(in), y(out), ty(out), m(2 * rows), tm(2 * rows);
    std::vector<double> s(in + n), ts(in + n), upper(dy), tupper(out), g(n), tg(n), dx(in), tdx(in);
    planes const t{at.data(), direction.data()}, inputs{input.data(), tangent.data()};
    planes const outputs{y.data(), ty.data()}, memory{m.data(), tm.data()},
        scratch{s.data(), ts.data()};
    if constexpr (nn::detail::scratching<L, X>)
      L::template forward<X>(p, simd::const_of<planes>(t), simd::const_of<planes>(inputs), outputs,
                             memory, scratch);
    else
      L::template forward<X>(p, simd::const_of<planes>(t), simd::const_of<planes>(inputs), outputs,
                             memory);
    for (std::size_t i = 0; i < out; ++i) {  // loss Σ y²/2 + dy·y
      upper[i] += y[i];
      tupper[i] = ty[i];
    }
    nn::backward_arguments<planes> a{};
    a.theta = t;
    a.x = inputs;
    a.memory = memory;
    a.dy = {upper.data(), tupper.data()};
    a.dx = {dx.data(), tdx.data()};
    a.gradient = {g.data(), tg.data()};
    a.scratch = scratch;
    L::template backward<X>(p, a);
    g.insert(g.end(), tg.begin(), tg.end());
    g.insert(g.end(), tdx.begin(), tdx.end());
    return g;
  };
  auto on_grid = x;
  plain_grid<double> const g(x, narrow.input_bits, narrow.input_grid);
  for (double& e : on_grid) e = g(e);
  CHECK(run(quantised<bare, narrow>{}, theta, x) ==
        run(bare{}, quantise_weights<bare, X>(theta, narrow), on_grid));
}

TEST_CASE("quantised: a pass with statistics uses the moving range, and gradients stop outside") {
  using bare = nn::linear<9, 4>;
  using X = shape<9>;
  std::vector<float> const range{-0.5F, 1.25F};
  for (bool const empty : {false, true}) {
    std::vector<float> const statistics = empty ? std::vector<float>(2) : range;
    nn::pass const p{.rows = 6, .capacity = 6, .statistics = statistics.data()};
    auto const theta = draw<float>(40, 1), x = draw<float>(54, 2), dy = draw<float>(24, 3);
    quantisation const o{};
    plain_grid<float> const g = empty ? plain_grid<float>(x, 8, o.input_grid)
                                      : plain_grid<float>(range[0], range[1], 8, o.input_grid);
    auto on_grid = x;
    for (float& e : on_grid) e = g(e);
    result<quantised<bare>, X, float> const got(p, theta, x, dy);
    result<bare, X, float> const plain(p, quantise_weights<bare, X>(theta, o), on_grid, dy);
    CHECK(got.y == plain.y);
    CHECK(got.gradient == plain.gradient);
    std::size_t stopped = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      CHECK(got.dx[i] == (g.inside(x[i]) ? plain.dx[i] : 0));
      stopped += !g.inside(x[i]);
    }
    CHECK((stopped == 0) == empty);
  }
}

TEST_CASE("quantised: the moving range begins at the first mini-batch's and follows the others") {
  constexpr quantisation quick{.newest_percent = 25};
  using L = quantised<nn::linear<3, 2>, quick>;
  std::vector<float> range(2);
  float const nan = std::numeric_limits<float>::quiet_NaN(),
              big = std::numeric_limits<float>::infinity();
  auto const observe = [&](float low, float high, float* to) {
    float const memory[] = {low, high};
    return L::observe<shape<3>>({}, memory, to);
  };
  CHECK(observe(-1, 3, nullptr));
  CHECK(range == std::vector<float>{0, 0});
  CHECK(observe(-1, 3, range.data()));
  CHECK(range == std::vector<float>{-1, 3});
  CHECK(observe(-3, 5, range.data()));
  CHECK(range == std::vector<float>{-1.5F, 3.5F});
  CHECK(!observe(nan, 5, range.data()));
  CHECK(!observe(-big, big, range.data()));
  CHECK(range == std::vector<float>{-1.5F, 3.5F});
}

TEST_CASE("quantised: a masked gradient is part of the full one, bit for bit") {
  using network =
      nn::sequential<shape<4, 4, 2>, quantised<nn::conv2d<3, 3>>,
                     nn::residual<nn::relu, quantised<nn::conv2d<3, 3>, narrow>, nn::relu>,
                     nn::flatten, quantised<nn::linear<48, 3>>>;
  static_assert(network::layers == 3);
  auto const theta = draw<float>(network::parameters, 1), x = draw<float>(5 * 32, 2);
  auto const labels = support::draw_labels(5, 3, 3);
  nn::workspace<network, float, 6> w;
  auto const run = [&](layer_mask mask) {
    std::vector<float> g(network::parameters, 7);
    nn::value_and_gradient<network, nn::cross_entropy, float*>(
        {.rows = 5, .training = true, .layers = mask}, theta.data(), x.data(), labels.data(),
        g.data(), w);
    return g;
  };
  auto const full = run(layer_mask::all());
  for (unsigned bits = 0; bits < 8; ++bits) {
    layer_mask mask;
    for (std::size_t l = 0; l < 3; ++l)
      if (bits >> l & 1U) mask = mask | layer_mask::only(l);
    auto const some = run(mask);
    for (parameter_info const& info : network::layout::table)
      for (std::size_t i = info.offset; i < info.offset + info.count; ++i)
        CHECK(some[i] == (mask[info.layer] ? full[i] : 7));
  }
}

TEST_CASE("quantised: backward on some rows keeps the range of all") {
  using X = shape<7>;
  using bare = nn::linear<7, 5>;
  using network = nn::sequential<quantised<bare>>;
  auto const theta = draw<float>(network::parameters, 1), x = draw<float>(6 * 7, 2);
  auto dy = draw<float>(2 * 5, 3);
  nn::pass p{.rows = 6, .capacity = 6, .training = true};
  std::vector<float> arena(network::arena_size(6)), gradient(40);
  network::forward<float*>(p, theta.data(), x.data(), arena.data());
  std::uint32_t const kept[] = {1, 4};
  network::keep_rows(p, kept, 2, arena.data());
  plain_grid<float> const g(x, 8, grid::asymmetric);
  std::vector<float> some, on_grid;
  for (std::size_t const row : {1U, 4U})
    for (std::size_t i = row * 7; i < (row + 1) * 7; ++i) {
      some.push_back(x[i]);
      on_grid.push_back(g(x[i]));
    }
  p.rows = 2;
  p.source = kept;
  network::backward<float*>(p, theta.data(), some.data(), arena.data(), dy.data(), gradient.data());
  result<bare, X, float> const plain({.rows = 2, .capacity = 2}, theta, on_grid, dy);
  CHECK(gradient == plain.gradient);
}

}  // namespace nn_quantised_test
