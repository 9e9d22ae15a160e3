// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/integer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <halo/nn/conv2d.hpp>
#include <halo/nn/linear.hpp>

#include "../support/network.hpp"
#include "../support/quantised.hpp"

namespace nn_integer_test {

using namespace halo;
using nn::grid;
using nn::quantisation;
using nn::quantised;
using support::draw;
using support::plain_grid;

namespace {

constexpr quantisation channels{.weight_grid = grid::symmetric, .weight_ranges = nn::per::channel};
constexpr quantisation narrow{.weight_bits = 4, .input_bits = 3, .input_grid = grid::symmetric};
constexpr quantisation centered{.weight_ranges = nn::per::channel, .input_bits = 7};

/// The layer on bytes against the fake-quantised one on doubles, whose grid's numbers are products
/// of the same floats: they may differ by what float rounding allows, output by output.
template <class L, class X, quantisation O>
void check() {
  using Q = quantised<L, O>;
  using I = nn::integer<Q>;
  constexpr std::size_t n = nn::parameter_count<L, X>(), out = L::template output<X>::size;
  for (std::size_t const rows : {1U, 3U, 31U}) {
    auto theta = draw<float>(n, 1), x = draw<float>(rows * X::size, 2);
    for (std::size_t i = 0; i < n; ++i) theta[i] += 0.3F;  // the grid's 0 is not in the middle
    float const range[] = {-1.1F, 1.7F};                   // some lie outside
    nn::pass const p{.rows = rows, .capacity = rows, .statistics = range};
    std::vector<float> fake(rows * out), memory(2 * rows),
        scratch(rows * nn::detail::scratch_of<Q, X>() + nn::detail::fixed_scratch_of<Q, X>());
    Q::template forward<X>(p, theta.data(), x.data(), fake.data(), memory.data(), scratch.data());

    std::vector<float> packed(nn::parameter_count<I, X>()), y(rows * out + 9, 7.0F);
    I::template convert<X>("0.weight", theta.data(), range, packed.data());
    scratch.assign(nn::detail::fixed_scratch_of<I, X>() + 9, 7.0F);
    I::template forward<X>(p, packed.data(), x.data(), y.data(), nullptr, scratch.data());
    for (std::size_t i = 0; i < 9; ++i) {
      CHECK(y[rows * out + i] == 7);
      CHECK(scratch[scratch.size() - 9 + i] == 7);
    }

    // Σ |x̂ ŵ| + |b|: the bare layer on the numbers' sizes
    plain_grid<float> const g(range[0], range[1], O.input_bits, O.input_grid);
    std::vector<float> sizes = x, weights = support::quantise_weights<L, X>(theta, O);
    std::vector<float> most(rows * out);
    for (float& e : sizes) e = std::abs(g(e));
    for (float& e : weights) e = std::abs(e);
    L::template forward<X>(p, static_cast<float const*>(weights.data()),
                           static_cast<float const*>(sizes.data()), most.data(), memory.data());
    auto const depth = static_cast<double>(kernel::conv2d_int8_depth(I::template geometry<X>));
    double worst = 0;
    for (std::size_t i = 0; i < rows * out; ++i) {
      double const bound =
          1.001 * (depth + 3) * std::ldexp(1.0, -24) * static_cast<double>(most[i]);
      double const off = std::abs(static_cast<double>(y[i]) - static_cast<double>(fake[i]));
      CHECK(off <= bound);
      worst = std::max(worst, std::abs(static_cast<double>(fake[i])));
    }
    CHECK(worst > 0.1);  // something was computed
  }
}

template <class L, class X>
void check_options() {
  check<L, X, quantisation{}>();
  check<L, X, channels>();
  check<L, X, narrow>();
  check<L, X, centered>();
}

}  // namespace

TEST_CASE("integer: a linear layer's outputs are the fake-quantised ones to float rounding") {
  check_options<nn::linear<70, 19>, shape<70>>();
  check<nn::linear<1, 1>, shape<1>, quantisation{}>();
}

TEST_CASE("integer: so are those of convolutions with padding, strides, groups and dilation") {
  using nn::padding;
  using nn::window;
  check<nn::conv2d<5, 3>, shape<6, 5, 3>, quantisation{}>();
  check<nn::conv2d<6, window{3, 2}, 2, padding::same, 2>, shape<7, 6, 4>, centered>();
  check<nn::conv2d<4, 3, 1, padding::valid, 4, 1, false>, shape<5, 5, 4>, quantisation{}>();
  check<nn::conv2d<3, 3, 1, padding::same, 1, window{2, 3}>, shape<9, 8, 2>, quantisation{}>();
  check<nn::conv2d<17, 1>, shape<5, 5, 8>, quantisation{}>();
  check<nn::conv2d<17, 1, 2>, shape<5, 5, 8>, channels>();
  check<nn::conv1d<5, 3, 2>, shape<11, 3>, centered>();
}

TEST_CASE("integer: a weight takes one byte") {
  using L = nn::integer<quantised<nn::conv2d<64, 3>, channels>>;
  using X = shape<8, 8, 64>;
  static_assert(nn::parameter_count<L, X>() == 64 * 64 * 9 / 4 + 3 * 64 + 2);
}

TEST_CASE("integer: a range that is empty or infinite is one clear sentence") {
  using I = nn::integer<quantised<nn::linear<3, 2>>>;
  using X = shape<3>;
  std::vector<float> theta(8, 1.0F), packed(nn::parameter_count<I, X>());
  auto const said = [&](float low, float high) -> std::string {
    float const range[] = {low, high};
    try {
      I::convert<X>("4.weight", theta.data(), range, packed.data());
    } catch (error const& e) {
      return e.what();
    }
    return "";
  };
  float const infinity = std::numeric_limits<float>::infinity();
  CHECK(said(-1, 2) == "");
  CHECK(said(0, 0) ==
        "integer: 4.weight: quantisation range of the inputs: expected low < high, "
        "both finite, found 0.000000 to 0.000000; no step in which the layer learned, and no "
        "estimate_statistics, met inputs other than 0");
  CHECK(said(0, infinity).find("found 0.000000 to inf") != std::string::npos);
  CHECK(said(std::nanf(""), 1).find("quantisation range of the inputs") != std::string::npos);
  theta[2] = infinity;
  CHECK(said(-1, 2) ==
        "integer: 4.weight: quantisation range of the weights: expected finite "
        "numbers, found NaN or infinity");
}

}  // namespace nn_integer_test
