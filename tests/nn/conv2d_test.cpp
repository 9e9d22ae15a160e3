// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/conv2d.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <vector>

#include <halo/kernel/activation.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"
#include "support/conv2d.hpp"

namespace nn_conv2d_test {

using namespace halo;
using nn::padding;
using nn::window;
using support::draw;

namespace {

/// Everything around one convolution.
template <class L, class X>
struct bench {
  static constexpr auto g = L::template geometry<X>;
  static constexpr std::size_t parameters = nn::parameter_count<L, X>();
  std::size_t rows;
  std::vector<float> theta = draw<float>(parameters, 1), x = draw<float>(rows * X::size, 2);
  std::vector<float> dy = draw<float>(rows * g.output_size(), 3);
  std::vector<float> y = std::vector<float>(rows * g.output_size());
  std::vector<float> dx = std::vector<float>(rows * X::size);
  std::vector<float> gradient = std::vector<float>(parameters);
  nn::pass pass{.rows = rows, .capacity = rows};

  void forward() {
    float* const nothing = nullptr;
    L::template forward<X>(pass, static_cast<float const*>(theta.data()),
                           static_cast<float const*>(x.data()), y.data(), nothing);
  }
  float backward() {
    nn::backward_arguments<float*> a{};
    a.theta = theta.data();
    a.x = x.data();
    a.dy = dy.data();
    a.dx = dx.data();
    a.gradient = gradient.data();
    return L::template backward<X>(pass, a);
  }
};

void check_close(std::vector<float> const& got, std::vector<double> const& expected) {
  double worst = 0;
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(got[i]) - expected[i]));
  CHECK(worst < 1e-4);
}

/// Forward and backward of a layer against its formula.
template <class L, class X>
void check_layer() {
  for (std::size_t const rows : {0U, 1U, 3U}) {
    CAPTURE(rows);
    bench<L, X> b{rows};
    std::size_t const weights = b.g.weights();
    bool const biased = b.parameters > weights;
    std::vector<double> y(b.y.size()), dx(b.dx.size()), gradient(b.parameters);
    for (std::size_t i = 0; biased && i < y.size(); ++i) {
      y[i] = static_cast<double>(b.theta[weights + i % b.g.out]);
      gradient[weights + i % b.g.out] += static_cast<double>(b.dy[i]);
    }
    support::for_each_product(rows, b.g, [&](std::size_t i, std::size_t k, std::size_t o) {
      y[o] += static_cast<double>(b.x[i]) * static_cast<double>(b.theta[k]);
      dx[i] += static_cast<double>(b.dy[o]) * static_cast<double>(b.theta[k]);
      gradient[k] += static_cast<double>(b.x[i]) * static_cast<double>(b.dy[o]);
    });
    b.forward();
    float const bound = b.backward();
    check_close(b.y, y);
    check_close(b.dx, dx);
    check_close(b.gradient, gradient);
    for (float const e : b.gradient) CHECK(std::abs(e) <= bound);
    CHECK(std::isfinite(bound));
  }
}

}  // namespace

TEST_CASE("conv2d: shapes and parameters") {
  using X = shape<9, 8, 6>;
  static_assert(std::same_as<nn::conv2d<4, 3>::output<X>, shape<9, 8, 4>>);
  static_assert(std::same_as<nn::conv2d<4, 3, 2>::output<X>, shape<5, 4, 4>>);
  static_assert(std::same_as<nn::conv2d<4, window{3, 5}, 1, padding::valid>::output<X>,  //
                             shape<7, 4, 4>>);
  static_assert(std::same_as<nn::conv2d<4, 3, window{2, 1}, padding::valid, 1, 2>::output<X>,
                             shape<3, 4, 4>>);
  static_assert(std::same_as<nn::conv1d<5, 3, 3>::output<shape<128, 9>>, shape<43, 5>>);
  static_assert(nn::parameter_count<nn::conv2d<4, window{3, 5}>, X>() == 3 * 5 * 6 * 4 + 4);
  static_assert(nn::parameter_count<nn::conv2d<4, 3, 1, padding::same, 2, 1, false>, X>() == 108);
  static_assert(nn::conv2d<4, 3, 2>::operations<X> == 5 * 4 * 4 * 9 * 6);
  static_assert(nn::conv2d<4, 3>::tensors<X>[0].extents == std::array<std::size_t, 4>{3, 3, 6, 4});
  static_assert(nn::conv1d<4, 3>::tensors<shape<7, 2>>[0].rank == 3);
  static_assert(!nn::conv2d<4, 3>::accepts<shape<4>> && !nn::conv2d<4, 3>::accepts<shape<4, 4>>);
  static_assert(!nn::conv1d<4, 3>::accepts<X> && !nn::conv2d<4, 3>::accepts<shape<4, 0, 1>>);
}

TEST_CASE("conv2d: forward and backward are those of plain loops") {
  check_layer<nn::conv2d<3, 3>, shape<5, 4, 2>>();
  check_layer<nn::conv2d<17, window{2, 5}, window{3, 2}>, shape<7, 6, 3>>();
  check_layer<nn::conv2d<4, 3, 1, padding::valid, 2, 1, false>, shape<6, 5, 6>>();
  check_layer<nn::conv2d<3, 3, 2, padding::symmetric>, shape<6, 5, 2>>();
  check_layer<nn::conv2d<6, 3, 1, padding::same, 6, 2>, shape<6, 5, 6>>();
  check_layer<nn::conv1d<5, 3, 2>, shape<9, 4>>();
  check_layer<nn::conv1d<1, 1, 4, padding::valid, 1, 1, false>, shape<9, 1>>();
}

TEST_CASE("conv2d: an activation applied at once is the one applied after") {
  using L = nn::conv2d<21, 3>;
  using X = shape<6, 7, 4>;
  bench<L, X> b{3};
  b.forward();
  std::vector<float> after(b.y.size()), at_once(b.y.size());
  kernel::activation_forward(kernel::tanh{}, b.y.size(), b.y.data(), after.data());
  L::forward_activated<X>(b.pass, static_cast<float const*>(b.theta.data()),
                          static_cast<float const*>(b.x.data()), at_once.data(), kernel::tanh{});
  CHECK(at_once == after);
}

TEST_CASE("conv2d: what is not finite is never bounded") {
  for (float const bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    bench<nn::conv2d<5, 3>, shape<4, 4, 3>> b{2};
    b.dy[17] = bad;
    CHECK_FALSE(b.backward() <= std::numeric_limits<float>::max());
  }
}

namespace {

/// Strides, groups, dilation, a layer along one axis behind one along two.
using small = nn::sequential<shape<6, 5, 2>, nn::conv2d<4, 3>, nn::tanh,
                             nn::conv2d<6, window{3, 2}, 2, padding::same, 2>, nn::relu,
                             nn::conv2d<2, 2, 1, padding::valid, 1, window{2, 1}, false>,
                             nn::flatten, nn::sigmoid, nn::linear<4, 3>>;
constexpr std::size_t n = small::parameters;

}  // namespace

TEST_CASE("conv2d: a masked gradient has the bits of the dense one, the rest stays") {
  nn::workspace<small, float, 3> work;
  nn::pass p{};
  p.rows = 3;
  auto const x = draw<float>(3 * small::inputs, 1), theta = draw<float>(n, 2);
  auto const t = support::draw_labels(3, small::outputs, 4);
  auto const gradient = [&](layer_mask mask) {
    std::vector<float> g(n, 7.0F);
    p.layers = mask;
    nn::value_and_gradient<small, nn::cross_entropy, float*>(p, theta.data(), x.data(), t.data(),
                                                             g.data(), work);
    return g;
  };
  auto const dense = gradient(layer_mask::all());
  for (std::uint64_t bits = 0; bits < 16; ++bits) {
    CAPTURE(bits);
    auto const masked = gradient(layer_mask(bits));
    std::size_t wrong = 0;
    for (parameter_info const& info : small::layout::table)
      for (std::size_t i = info.offset; i < info.offset + info.count; ++i)
        wrong += masked[i] != (layer_mask(bits)[info.layer] ? dense[i] : 7.0F);
    CHECK(wrong == 0);
  }
}

}  // namespace nn_conv2d_test
