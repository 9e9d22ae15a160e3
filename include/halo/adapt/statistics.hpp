// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include <halo/core/aligned.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/core/random.hpp>
#include <halo/kernel/magnitude.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/layer.hpp>

namespace halo::adapt {

namespace detail {

/// Calls body(mean, variance) with the places of each mean and the variance that belongs to it.
template <parameter_layout Layout, class Body>
void for_each_moments(Body&& body) noexcept {
  for (std::size_t k = 1; k < Layout::tensors; ++k) {
    parameter_info const& mean = Layout::table[k - 1];
    parameter_info const& variance = Layout::table[k];
    if (variance.role != parameter_role::gain || mean.role != parameter_role::bias ||
        variance.layer != mean.layer || variance.count != mean.count)
      continue;
    for (std::size_t i = 0; i < mean.count; ++i) body(mean.offset + i, variance.offset + i);
  }
}

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

  /// Prepares statistics of the rows of several forward passes, one after the other: the share of a
  /// pass is that of its rows in those so far, 1 for the first. accept() makes the move.
  ///
  /// Variances become those of all rows together: v + (1 - share)·share·(difference of means)².
  /// @param work  N numbers of room
  /// @return whether all are finite
  [[nodiscard]] bool pool(nn::pass const& p, float const* arena, float* work) noexcept {
    if (p.share >= 1) next_ = values_;
    std::copy_n(next_.data(), N, work);
    if (!Network::observe(p, arena, next_.data())) return false;
    auto const share = static_cast<float>(p.share);
    for_each_moments<typename Network::statistics_layout>([&](std::size_t mean, std::size_t v) {
      float const moved = next_[mean] - work[mean];  // share of the difference
      if (share < 1) next_[v] += (1 - share) / share * moved * moved;
    });
    return std::isfinite(kernel::magnitude(N, static_cast<float const*>(next_.data())));
  }

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

#include <halo/macros_back.hpp>
