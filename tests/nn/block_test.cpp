// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/block.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/dropout.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"

namespace nn_block_test {

using namespace halo;
using namespace std::string_view_literals;
using support::draw;

namespace {

/// linear 4-3, tanh, linear 3-2: a block and the loops that compute it.
using block = nn::detail::block<1, shape<4>, nn::linear<4, 3>, nn::tanh, nn::linear<3, 2>>;
constexpr std::size_t rows = 3, capacity = 5;

/// A block's arrays, all of exactly the size it asks for.
struct arrays {
  std::vector<double> theta = draw(block::sizes.parameters, 1), x = draw(rows * 4, 2);
  std::vector<double> dy = draw(rows * 2, 3);
  std::vector<double> y = std::vector<double>(rows * 2);
  std::vector<double> memory = std::vector<double>(capacity * block::sizes.memory);
  std::vector<double> scratch = std::vector<double>(capacity * block::sizes.scratch);
  std::vector<double> dx = std::vector<double>(rows * 4, 7.0);
  std::vector<double> gradient = std::vector<double>(block::sizes.parameters, 7.0);
  nn::pass pass{.rows = rows, .capacity = capacity};

  void forward() {
    block::forward<double*>(pass,
                            {theta.data(), x.data(), y.data(), memory.data(), scratch.data()});
  }
  void backward(layer_mask mask, bool with_dx) {
    nn::backward_arguments<double*> a{};
    a.theta = theta.data();
    a.x = x.data();
    a.memory = memory.data();
    a.dy = dy.data();
    a.dx = with_dx ? dx.data() : nullptr;
    a.gradient = gradient.data();
    pass.layers = mask;
    a.scratch = scratch.data();
    block::backward<double*>(pass, a);
  }
};

/// dL/dx by loops over the layers' definitions.
std::vector<double> plain_dx(arrays const& a) {
  std::vector<double> dx(rows * 4);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t h = 0; h < 3; ++h) {
      double sum = a.theta[12 + h], dh = 0;
      for (std::size_t k = 0; k < 4; ++k) sum += a.x[i * 4 + k] * a.theta[k * 3 + h];
      for (std::size_t o = 0; o < 2; ++o) dh += a.dy[i * 2 + o] * a.theta[15 + h * 2 + o];
      dh *= 1 - std::tanh(sum) * std::tanh(sum);
      for (std::size_t k = 0; k < 4; ++k) dx[i * 4 + k] += dh * a.theta[k * 3 + h];
    }
  }
  return dx;
}

}  // namespace

TEST_CASE("block: writes its output where it is told, and dx where it is wanted") {
  arrays a;
  a.forward();
  auto const dy = a.dy;
  a.backward(layer_mask::all(), true);
  CHECK(a.dy == dy);
  auto const expected = plain_dx(a);
  for (std::size_t i = 0; i < a.dx.size(); ++i)
    CHECK(a.dx[i] == doctest::Approx(expected[i]).epsilon(1e-12));
  auto const dense = a.gradient;

  arrays b;  // nothing selected: the gradient goes through, and no weight gradient is computed
  b.forward();
  b.backward(layer_mask(), true);
  CHECK(b.dx == a.dx);
  CHECK(b.gradient == std::vector<double>(b.gradient.size(), 7.0));

  arrays c;  // one selected and nobody below
  c.forward();
  c.backward(layer_mask(0b10), false);
  CHECK(c.dx == std::vector<double>(rows * 4, 7.0));
  for (std::size_t i = 0; i < dense.size(); ++i) CHECK(c.gradient[i] == (i < 15 ? 7.0 : dense[i]));

  arrays d;  // nothing at all
  d.backward(layer_mask(), false);
  CHECK(d.gradient == std::vector<double>(d.gradient.size(), 7.0));
}

TEST_CASE("block: counts what runs") {
  static_assert(block::sizes.operations == 18);
  static_assert(block::backward_operations(layer_mask(0b11), true) == 36);
  static_assert(block::backward_operations(layer_mask(0b11), false) == 12 + 6 + 6);
  static_assert(block::backward_operations(layer_mask(0b10), false) == 6);
  static_assert(block::backward_operations(layer_mask(), true) == 18);
  static_assert(block::backward_operations(layer_mask(), false) == 0);
}

TEST_CASE("block: lists its tensors and lines below the positions of its layers") {
  using outer = nn::detail::block<0, shape<4>, nn::batch_norm,
                                  nn::residual<nn::linear<4, 4>, nn::batch_norm>, nn::linear<4, 2>>;
  auto const path = [](nn::layer_path const& p) {
    return std::string(nn::detail::tensor_name(p, "").data());
  };
  std::vector<std::string> names, lines;
  std::vector<std::size_t> layers;
  for (auto const& t : outer::tensors) {
    names.push_back(path(t.path) + t.name);
    layers.push_back(t.layer);
  }
  CHECK(names == std::vector<std::string>{"0.gain", "0.bias", "1.0.weight", "1.0.bias", "1.1.gain",
                                          "1.1.bias", "2.weight", "2.bias"});
  CHECK(layers == std::vector<std::size_t>{0, 0, 1, 1, 2, 2, 3, 3});
  for (auto const& r : outer::rows) lines.push_back(path(r.path) + r.kind);
  CHECK(lines == std::vector<std::string>{"0.batch norm", "1.residual", "1.0.linear",
                                          "1.1.batch norm", "2.linear"});
  names.clear();
  for (auto const& t : outer::statistics) names.push_back(path(t.path) + t.name);
  CHECK(names == std::vector<std::string>{"0.mean", "0.variance", "1.1.mean", "1.1.variance"});
}

TEST_CASE("block: each layer's dropout is its own, however deep it stands") {
  using half = nn::dropout<>;
  using X = shape<64>;
  using network = nn::sequential<X, half, nn::residual<half, nn::residual<half>>, half>;
  // all ones: an element tells by its value which of the five patterns dropped it
  std::vector<float> const x(64, 1.0F);
  std::vector<float> arena(network::arena_size(1));
  nn::pass const p{.rows = 1, .capacity = 1, .training = true, .noise = seed{4}, .step = 6};
  float const* const y =
      network::forward<float*>(p, static_cast<float const*>(nullptr), x.data(), arena.data());
  auto const factor = [&](std::size_t index, std::size_t i) {
    auto const word = generator(p.noise, index).words((p.step << 32) + i / 4)[i % 4];
    return word < 0x80000000U ? 0.0F : 2.0F;
  };
  for (std::size_t i = 0; i < 64; ++i) {
    // 0 dropout | 1 residual | 2 dropout | 3 residual | 4 dropout | 5 dropout
    float const a = factor(0, i), b = a * factor(2, i), c = b + b * factor(4, i);
    CHECK(y[i] == (a + c) * factor(5, i));
  }
}

}  // namespace nn_block_test
