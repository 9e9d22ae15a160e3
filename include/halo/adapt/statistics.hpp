// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

#include <halo/core/aligned.hpp>
#include <halo/core/random.hpp>
#include <halo/kernel/magnitude.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/layer.hpp>

namespace halo::adapt {

namespace detail {

/// The running statistics of a network, in the order of its statistics_layout: nothing at all where
/// it has none.
template <class Network, std::size_t N = Network::statistics>
class running_statistics {
 public:
  running_statistics() noexcept {
    nn::initialize<typename Network::statistics_layout, float>(values_.span(), seed{});
  }
  [[nodiscard]] std::span<float> span() noexcept { return values_.span(); }
  [[nodiscard]] std::span<float const> span() const noexcept { return values_.span(); }

  /// Prepares the move that the statistics of a forward pass ask for: the largest number among
  /// what they become, infinity where one is not finite.
  [[nodiscard]] double propose(nn::pass const& p, float const* arena) noexcept {
    next_ = values_;
    if (!Network::observe(p, arena, next_.data())) return std::numeric_limits<double>::infinity();
    return static_cast<double>(kernel::magnitude(N, static_cast<float const*>(next_.data())));
  }
  /// Makes the proposed move.
  void accept() noexcept { values_ = next_; }

  void take(std::span<float const> values) noexcept {
    std::copy(values.begin(), values.end(), values_.begin());
  }

 private:
  aligned_array<float, N> values_, next_;
};

template <class Network>
class running_statistics<Network, 0> {
 public:
  [[nodiscard]] static std::span<float const> span() noexcept { return {}; }
  [[nodiscard]] static double propose(nn::pass const&, float const*) noexcept { return 0; }
  static void accept() noexcept {}
  static void take(std::span<float const>) noexcept {}
};

}  // namespace detail
}  // namespace halo::adapt
