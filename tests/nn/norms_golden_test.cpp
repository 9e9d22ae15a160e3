// SPDX-License-Identifier: BSD-3-Clause
// Normalised and residual networks against PyTorch's numbers: see tests/golden/make_norms.py.
#include <doctest/doctest.h>

#include <cstddef>
#include <ratio>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/group_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network_golden.hpp"

namespace nn_norms_golden_test {

using namespace halo;

namespace {

template <std::size_t Out, std::size_t Kernel, std::size_t Stride = 1>
using conv = nn::conv2d<Out, Kernel, Stride, nn::padding::same, 1, 1, false>;

using batch = nn::sequential<shape<3, 2, 4>, nn::batch_norm, nn::tanh, nn::conv2d<5, 3>,
                             nn::basic_batch_norm<std::ratio<1, 100>, std::ratio<1, 1000>>, nn::elu,
                             nn::flatten, nn::linear<30, 3>>;
using group = nn::sequential<shape<4, 3, 6>, nn::group_norm<3>, nn::conv2d<4, 1>, nn::group_norm<1>,
                             nn::gelu, nn::flatten, nn::linear<48, 3>>;
using residual = nn::sequential<
    shape<4, 4, 2>, conv<4, 3>,
    nn::residual<nn::batch_norm, nn::relu, conv<2, 1>, nn::batch_norm, nn::relu, conv<2, 3>,
                 nn::batch_norm, nn::relu, conv<4, 1>>,
    nn::residual<nn::projection<conv<6, 1, 2>>, nn::batch_norm, nn::relu, conv<6, 3, 2>>,
    nn::batch_norm, nn::relu, nn::global_average_pool, nn::linear<6, 3>>;

}  // namespace

TEST_CASE("norms: PyTorch's outputs, gradients and Hessian-vector products") {
  support::golden_networks const golden("nn/norms.safetensors");
  golden.check<batch>("batch");
  golden.check<group>("group");
  golden.check<residual>("residual");
}

TEST_CASE("norms: PyTorch's running statistics, and outputs by them") {
  support::golden_networks const golden("nn/norms.safetensors");
  auto const theta = golden.values("batch.theta"), x = golden.values("batch.x");
  constexpr std::size_t rows = 3;
  nn::workspace<batch, double, rows> work;
  nn::pass p{.rows = rows, .capacity = rows, .training = true};
  batch::forward<double*>(p, theta.data(), x.data(), work.arena.data());
  std::vector<float> running{0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
  REQUIRE(running.size() == batch::statistics);
  CHECK(batch::observe(p, static_cast<double const*>(work.arena.data()), running.data()));
  std::vector<double> const wide(running.begin(), running.end());
  CHECK(support::golden_networks::worst(wide.data(), golden.values("batch.statistics")) < 1e-7);
  p = {.rows = rows, .capacity = rows, .statistics = running.data()};
  double const* const y = batch::forward<double*>(p, theta.data(), x.data(), work.arena.data());
  CHECK(support::golden_networks::worst(y, golden.values("batch.evaluated")) < 1e-6);
}

}  // namespace nn_norms_golden_test
