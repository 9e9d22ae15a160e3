// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/device.hpp>

#include "verify_numbers.hpp"

// What a processor makes of networks and of Adam, beside numbers that were computed elsewhere, and
// of gradients beside differences.

namespace support {

namespace nn = halo::nn;

/// The formula of tests/golden/make_verify.py.
[[nodiscard]] constexpr double verify_share(std::size_t k) {
  return (static_cast<double>((k * 37 + 11) % 101) - 50) / 64;
}

/// A network's numbers by that formula, and the two rows it looks at.
template <class Network, class T>
struct verified {
  static constexpr std::size_t rows = 2;
  std::array<T, Network::parameters> theta{};
  std::array<T, Network::inputs * rows> x{};
  std::array<std::int32_t, rows> labels{0, 2};
  nn::workspace<Network, T, rows> work{};
  nn::pass pass{.rows = rows,
                .capacity = rows,
                .training = true,
                .layers = halo::layer_mask::all(Network::layers)};

  void fill() {
    for (std::size_t k = 0; k < theta.size(); ++k) theta[k] = static_cast<T>(verify_share(k) / 2);
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = static_cast<T>(verify_share(k + 7));
  }
  [[nodiscard]] T loss() {
    return nn::value<Network, nn::cross_entropy, T*>(pass, theta.data(), x.data(), labels.data(),
                                                     work);
  }
};

/// How far a network's outputs lie from golden ones, at most.
template <class Network, std::size_t N>
[[nodiscard]] double farthest_output(double const (&golden)[N]) {
  static verified<Network, float> v;
  static_assert(N == Network::outputs * v.rows);
  v.fill();
  float const* const y =
      Network::template forward<float*>(v.pass, v.theta.data(), v.x.data(), v.work.arena.data());
  double farthest = 0;
  for (std::size_t k = 0; k < N; ++k)
    farthest = std::max(farthest, std::abs(static_cast<double>(y[k]) - golden[k]));
  return farthest;
}

/// The same of parameters after five steps of Adam.
[[nodiscard]] inline double farthest_of_adam() {
  using network = nn::sequential<nn::linear<2, 3>>;  // nine parameters
  constexpr std::size_t count = network::parameters;
  static_assert(std::size(verify_numbers::adam) == count);
  halo::optim::adam const rule{{.rate = 1e-2F}};
  auto state = rule.init<network::layout, float>();
  std::array<float, count> theta{}, gradient{};
  for (std::size_t k = 0; k < count; ++k) theta[k] = static_cast<float>(verify_share(k));
  for (std::size_t t = 1; t <= 5; ++t) {
    for (std::size_t k = 0; k < count; ++k)
      gradient[k] = static_cast<float>(verify_share(k + 13 * t));
    halo::optim::step_context<float> const context{.mask = halo::layer_mask::all(1)};
    if (rule.step(theta.data(), gradient.data(), state, context) != halo::optim::status::done)
      return 1;
  }
  double farthest = 0;
  for (std::size_t k = 0; k < count; ++k)
    farthest =
        std::max(farthest, std::abs(static_cast<double>(theta[k]) - verify_numbers::adam[k]));
  return farthest;
}

/// How far derivatives in float lie from central differences in double, in proportion to the
/// largest of them.
template <class Network>
[[nodiscard]] double farthest_derivative() {
  static verified<Network, float> v;
  static verified<Network, double> exact;
  static std::array<float, Network::parameters> gradient;
  v.fill();
  exact.fill();
  nn::value_and_gradient<Network, nn::cross_entropy, float*>(
      v.pass, v.theta.data(), v.x.data(), v.labels.data(), gradient.data(), v.work);
  double farthest = 0, largest = 0;
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    double const kept = exact.theta[k], h = 0x1p-14;
    exact.theta[k] = kept + h;
    double const above = exact.loss();
    exact.theta[k] = kept - h;
    double const slope = (above - exact.loss()) / (2 * h);
    exact.theta[k] = kept;
    double const off = std::abs(static_cast<double>(gradient[k]) - slope);
    farthest = off <= farthest ? farthest : off;  // NaN, too
    largest = std::max(largest, std::abs(slope));
  }
  return farthest / largest;
}

}  // namespace support
