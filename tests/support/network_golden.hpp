// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Networks against PyTorch's numbers, as tests/golden/make_convolution.py writes them.

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
#include <halo/nn/gradient.hpp>
#include <halo/nn/loss.hpp>

#include "golden.hpp"

namespace support {

/// A file of golden networks.
class golden_networks {
 public:
  explicit golden_networks(std::string const& name)
      : file_(halo::io::load_safetensors(golden(name))) {}

  [[nodiscard]] std::vector<double> values(std::string const& name) const {
    auto const found = file_.at(name).as<double>();
    return {found.begin(), found.end()};
  }

  /// Outputs, loss, gradient and Hessian-vector product, within 1e-12 of one and of themselves.
  template <class Network>
  void check(std::string const& name) const {
    using halo::autodiff::planar;
    namespace nn = halo::nn;
    CAPTURE(name);
    constexpr std::size_t n = Network::parameters, rows = 3;
    auto const of = [&](char const* what) { return values(name + "." + what); };
    auto const theta = of("theta"), x = of("x"), direction = of("direction"), labels = of("labels");
    REQUIRE(theta.size() == n);
    REQUIRE(x.size() == rows * Network::inputs);
    std::vector<std::int32_t> t;
    for (double const label : labels) t.push_back(static_cast<std::int32_t>(label));
    nn::workspace<Network, halo::autodiff::dual<double>, rows> work;
    std::vector<double> gradient(n), product(n);
    nn::pass p{.rows = rows, .capacity = rows};
    auto const loss = nn::value_and_gradient<Network, nn::cross_entropy, planar<double>>(
        p, {theta.data(), direction.data()}, {x.data(), nullptr}, t.data(),
        {gradient.data(), product.data()}, work);
    auto const y = Network::template forward<planar<double>>(
        p, {theta.data(), direction.data()}, {x.data(), nullptr}, work.arena.data());
    CHECK(worst(y.value, of("outputs")) < 1e-12);
    CHECK(worst(&loss.value, of("loss")) < 1e-12);
    CHECK(worst(gradient.data(), of("gradient")) < 1e-12);
    CHECK(worst(product.data(), of("product")) < 1e-12);
  }

  [[nodiscard]] static double worst(double const* got, std::vector<double> const& expected) {
    double off = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      double const here = std::abs(got[i] - expected[i]) / (1 + std::abs(expected[i]));
      off = here <= off ? off : here;  // NaN is worst
    }
    return off;
  }

 private:
  halo::io::safetensors file_;
};

}  // namespace support
