// SPDX-License-Identifier: BSD-3-Clause
// Networks of convolutions against PyTorch's numbers: see tests/golden/make_convolution.py.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <halo/autodiff/planar_conv2d.hpp>
#include <halo/autodiff/planar_gemm.hpp>
#include <halo/io/safetensors.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/golden.hpp"

using namespace halo;
using nn::padding;
using nn::window;

namespace {

using strided = nn::sequential<shape<9, 8, 3>, nn::conv2d<6, window{3, 2}, 2>, nn::tanh,
                               nn::conv2d<8, 3, 1, padding::valid, 2, 1, false>, nn::sigmoid,
                               nn::flatten, nn::linear<48, 3>>;
using sequence =
    nn::sequential<shape<13, 2>, nn::conv1d<5, 3, 1, padding::same, 1, 2>, nn::elu,
                   nn::conv1d<4, 4, 3, padding::valid>, nn::tanh, nn::flatten, nn::linear<16, 3>>;
using pooled = nn::sequential<shape<8, 7, 4>, nn::conv2d<4, 3, 1, padding::same, 4>, nn::relu,
                              nn::max_pool<3, 2, padding::same>, nn::conv2d<5, 1>, nn::gelu,
                              nn::average_pool<2, 1, padding::same>,
                              nn::conv2d<6, window{5, 3}, 1, padding::same, 1, window{1, 2}>,
                              nn::tanh, nn::global_average_pool, nn::linear<6, 3>>;

std::vector<double> values(std::string const& name) {
  static auto const file = io::load_safetensors(tests::golden("nn/convolution.safetensors"));
  auto const found = file.at(name).as<double>();
  return {found.begin(), found.end()};
}

double worst(double const* got, std::vector<double> const& expected) {
  double off = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    off = std::max(off, std::abs(got[i] - expected[i]) / (1 + std::abs(expected[i])));
  return off;
}

/// Outputs, loss, gradient and Hessian-vector product, within 1e-12 of one and of themselves.
template <class Network>
void check(std::string const& name) {
  using autodiff::planar;
  CAPTURE(name);
  constexpr std::size_t n = Network::parameters, rows = 3;
  auto const of = [&](char const* what) { return values(name + "." + what); };
  auto const theta = of("theta"), x = of("x"), direction = of("direction"), labels = of("labels");
  REQUIRE(theta.size() == n);
  REQUIRE(x.size() == rows * Network::inputs);
  std::vector<std::int32_t> t;
  for (double const label : labels) t.push_back(static_cast<std::int32_t>(label));
  nn::workspace<Network, autodiff::dual<double>, rows> work;
  std::vector<double> gradient(n), product(n);
  nn::pass p{.rows = rows, .capacity = rows};
  auto const loss = nn::value_and_gradient<Network, nn::cross_entropy, planar<double>>(
      p, {theta.data(), direction.data()}, {x.data(), nullptr}, t.data(),
      {gradient.data(), product.data()}, work);
  auto const y = Network::template forward<planar<double>>(p, {theta.data(), direction.data()},
                                                           {x.data(), nullptr}, work.arena.data());
  CHECK(worst(y.value, of("outputs")) < 1e-12);
  CHECK(worst(&loss.value, of("loss")) < 1e-12);
  CHECK(worst(gradient.data(), of("gradient")) < 1e-12);
  CHECK(worst(product.data(), of("product")) < 1e-12);
}

}  // namespace

TEST_CASE("convolution: PyTorch's outputs, gradients and Hessian-vector products") {
  check<strided>("strided");
  check<sequence>("sequence");
  check<pooled>("pooled");
}
