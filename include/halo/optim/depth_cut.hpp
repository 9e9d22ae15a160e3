// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <halo/core/assert.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/optim/policy.hpp>

namespace halo::optim {

/// A policy: a step updates the upper d layers, d drawn anew for every step.
///
/// A layer is left out together with all below it, so each draw saves the weight gradients and the
/// input gradients of what it cuts off; a random mask saves the latter only below its lowest layer.
class depth_cut {
 public:
  /// Every depth from the last layer alone to all of them with the same probability.
  [[nodiscard]] static constexpr depth_cut uniform(std::size_t layers) noexcept {
    HALO_EXPECTS(layers > 0 && layers <= layer_mask::capacity, "depth_cut: 1 to 128 layers");
    depth_cut c;
    for (std::size_t d = 0; d < std::min(layers, layer_mask::capacity); ++d) {
      c.up_to_[d] = static_cast<double>(d + 1) / static_cast<double>(layers);
    }
    c.deepest_ = layers;
    return c;
  }

  /// P(depth = d) for d = 1, 2, ...; what is missing to 1 is the probability of doing nothing.
  [[nodiscard]] static constexpr depth_cut custom(std::span<double const> probabilities) noexcept {
    HALO_EXPECTS(probabilities.size() <= layer_mask::capacity, "depth_cut: at most 128 layers");
    depth_cut c;
    double sum = 0;
    for (double const p : probabilities) {
      HALO_EXPECTS(p >= 0, "depth_cut: probabilities are not negative");
      sum += p >= 0 ? p : std::numeric_limits<double>::quiet_NaN();  // which no option may be
      if (c.deepest_ < layer_mask::capacity)
        c.up_to_[c.deepest_] = sum < 1 + 1e-9 ? std::min(sum, 1.0) : sum;  // it was rounded
      ++c.deepest_;
    }
    HALO_EXPECTS(sum < 1 + 1e-9, "depth_cut: probabilities add up to at most 1");
    bool const all = sum > 1 - 1e-9 && sum < 1 + 1e-9;
    if (all && c.deepest_ <= layer_mask::capacity) c.up_to_[c.deepest_ - 1] = 1;
    return c;
  }

  /// P(depth = d).
  [[nodiscard]] constexpr double probability(std::size_t depth) const noexcept {
    if (depth > std::min(deepest_, layer_mask::capacity)) return 0;
    if (depth == 0) return deepest_ == 0 ? 1 : 1 - up_to_[std::min(deepest_, up_to_.size()) - 1];
    return depth == 1 ? up_to_[0] : up_to_[depth - 1] - up_to_[depth - 2];
  }

  /// The draw of one step: a function of the generator's seed, its stream and the step alone.
  [[nodiscard]] layer_mask draw(generator const& g, std::uint64_t step,
                                std::size_t layers) const noexcept {
    double const u = static_cast<double>(g.words(step)[0]) * 0x1p-32;
    for (std::size_t d = 0; d < std::min(deepest_, layer_mask::capacity); ++d) {
      if (u < up_to_[d]) return layer_mask::top(d + 1, layers);
    }
    return {};
  }

  /// The mean of a count over the draws: Σ_d P(depth = d)·count(upper d layers).
  template <class Count>
  [[nodiscard]] constexpr double expected(std::size_t layers, Count&& count) const noexcept {
    double sum = 0;
    for (std::size_t d = 0; d <= deepest_; ++d) {
      double const p = probability(d);
      if (p > 0) sum += p * static_cast<double>(count(layer_mask::top(d, layers)));
    }
    return sum;
  }

  /// Where it was told of more layers than a network has, or of none, the reason.
  [[nodiscard]] constexpr char const* misfit(std::size_t layers) const noexcept {
    return deepest_ == 0        ? "a depth_cut that was told of depths, as depth_cut::uniform is"
           : deepest_ <= layers ? nullptr
                                : "at least as many layers as depth_cut was told of";
  }
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "depth_cut");
    f.options("up_to", std::span(self.up_to_), allowed::share());
    f.option("deepest", self.deepest_, allowed::between(0, layer_mask::capacity));
  }

  using state = no_memory;
  static constexpr bool selective = false;
  [[nodiscard]] decision decide(state const&, generator const& g, std::uint64_t step,
                                std::size_t layers) const noexcept {
    return {.layers = draw(g, step, layers)};
  }
  void observe(state&, observation const&) const noexcept {}

 private:
  std::array<double, layer_mask::capacity> up_to_{};  ///< P(1 <= depth <= d + 1)
  std::size_t deepest_ = 0;
};
static_assert(policy<depth_cut>);

}  // namespace halo::optim

#include <halo/macros_back.hpp>
