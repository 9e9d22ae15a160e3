// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include <halo/core/aligned.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/layer.hpp>
#include <halo/optim/optimizer.hpp>

namespace halo::adapt {

using nn::normalization;

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

  void use(normalization m) noexcept { source_ = m; }
  [[nodiscard]] normalization used() const noexcept { return source_; }
  void use_where_frozen(normalization m) noexcept { frozen_ = m; }
  [[nodiscard]] normalization frozen_by() const noexcept { return frozen_; }
  /// For a pass that learns nothing.
  [[nodiscard]] float const* for_evaluation() const noexcept {
    return source_ == normalization::running ? values_.data() : nullptr;
  }
  /// For a step.
  void bring_along(nn::pass& p) const noexcept {
    p.statistics = values_.data();
    p.normalize_by = frozen_;
  }

  /// Takes a step that moves with the statistics of the forward pass, or neither of the two where
  /// these are not finite.
  template <class Step>
  optim::status follow(nn::pass const& p, float const* arena, Step&& step) noexcept {
    if (!Network::observe(p, arena, nullptr)) return optim::status::non_finite;
    optim::status const s = step();
    if (s == optim::status::done) Network::observe(p, arena, values_.data());
    return s;
  }

  void take(std::span<float const> values) noexcept {
    std::copy(values.begin(), values.end(), values_.begin());
  }

 private:
  normalization source_ = normalization::running;
  normalization frozen_ = normalization::batch;
  aligned_array<float, N> values_;
};

template <class Network>
class running_statistics<Network, 0> {
 public:
  [[nodiscard]] static std::span<float> span() noexcept { return {}; }
  static void use(normalization) noexcept {}
  [[nodiscard]] static normalization used() noexcept { return normalization::running; }
  static void use_where_frozen(normalization) noexcept {}
  [[nodiscard]] static normalization frozen_by() noexcept { return normalization::batch; }
  static void bring_along(nn::pass&) noexcept {}
  [[nodiscard]] static float const* for_evaluation() noexcept { return nullptr; }
  template <class Step>
  static optim::status follow(nn::pass const&, float const*, Step&& step) noexcept {
    return step();
  }
  static void take(std::span<float const>) noexcept {}
};

}  // namespace detail
}  // namespace halo::adapt
