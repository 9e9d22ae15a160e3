// SPDX-License-Identifier: BSD-3-Clause
// Losses against PyTorch's numbers: see tests/golden/make_losses.py.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <halo/nn/binary_cross_entropy.hpp>
#include <halo/nn/focal.hpp>
#include <halo/nn/gaussian_nll.hpp>
#include <halo/nn/huber.hpp>
#include <halo/nn/mean_absolute.hpp>
#include <halo/nn/partly_labelled.hpp>
#include <halo/nn/smoothed_cross_entropy.hpp>
#include <halo/nn/soft_cross_entropy.hpp>
#include <halo/nn/weighted.hpp>

#include "../support/network_golden.hpp"

namespace nn_losses_golden_test {

using namespace halo;

namespace {

struct by_label {
  static constexpr char const* name = "by label";
  static float weight(std::int32_t label) noexcept { return 0.5F + static_cast<float>(label); }
};

/// Value, gradient and Hessian-vector product, within 1e-12 of one and of themselves.
template <class L>
void check(std::string const& name) {
  using autodiff::planar;
  using support::golden_networks;
  CAPTURE(name);
  golden_networks const golden("nn/losses.safetensors");
  auto const of = [&](char const* what) { return golden.values(name + "." + what); };
  std::vector<double> const y = of("y"), v = of("v");
  std::vector<typename L::target> t;
  for (double const target : of("t")) t.push_back(static_cast<typename L::target>(target));
  REQUIRE(y.size() == 20);
  REQUIRE(t.size() == 5 * L::targets(4));
  std::vector<double> gradient(20), product(20);
  auto const loss = L::value_and_gradient(5, 4, planar<double const>(y.data(), v.data()), t.data(),
                                          planar<double>(gradient.data(), product.data()));
  CHECK(golden_networks::worst(&loss.value, of("loss")) < 1e-12);
  CHECK(golden_networks::worst(gradient.data(), of("gradient")) < 1e-12);
  CHECK(golden_networks::worst(product.data(), of("product")) < 1e-12);
}

}  // namespace

TEST_CASE("losses: PyTorch's values, gradients and Hessian-vector products") {
  check<nn::cross_entropy>("cross_entropy");
  check<nn::mean_square>("mean_square");
  check<nn::mean_absolute>("mean_absolute");
  check<nn::huber<std::ratio<1, 4>>>("huber");
  check<nn::binary_cross_entropy>("binary");
  check<nn::smoothed_cross_entropy<>>("smoothed");
  check<nn::weighted<nn::cross_entropy, by_label>>("weighted");
  check<nn::partly_labelled<nn::cross_entropy>>("partly_labelled");
  check<nn::weighted<nn::partly_labelled<nn::cross_entropy>, by_label>>("weighted_partly");
  check<nn::partly_labelled<nn::weighted<nn::cross_entropy, by_label>>>("weighted_partly");
  check<nn::focal<>>("focal");
  check<nn::soft_cross_entropy<>>("soft");
  check<nn::soft_cross_entropy<std::ratio<5, 2>>>("distilled");
  check<nn::gaussian_nll>("gaussian");
}

}  // namespace nn_losses_golden_test
