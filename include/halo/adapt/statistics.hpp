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

/// Mean and variance of the places before and of so many more, which are a share of all [Chan et
/// al. 1979]. Running variances are divided by the places less one, that of the new ones by all.
inline void join_moments(double share, std::size_t places, float mean, float variance,
                         float& of_mean, float& of_variance) noexcept {
  auto const here = static_cast<double>(places);
  double const all = here / share, before = all - here;
  double const off = static_cast<double>(mean) - static_cast<double>(of_mean);
  double const square = (before - 1) * static_cast<double>(of_variance) +
                        here * static_cast<double>(variance) + before * share * off * off;
  of_mean = static_cast<float>(static_cast<double>(of_mean) + share * off);
  of_variance = static_cast<float>(square / (all - 1));
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
  /// @return whether all are finite
  [[nodiscard]] bool pool(nn::pass p, float const* arena) noexcept {
    if (p.share >= 1)
      next_ = values_;
    else
      p.join = join_moments;
    return Network::observe(p, arena, next_.data()) &&
           std::isfinite(kernel::magnitude(N, static_cast<float const*>(next_.data())));
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
