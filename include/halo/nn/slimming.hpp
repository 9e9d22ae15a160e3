// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/nn/channel_set.hpp>

// Network slimming [Liu et al. 2017]: channels whose gain is small go, and with them rows and
// columns of the weights on both sides. The smaller network is another type; its channels are
// constants of it, chosen by a run of the wide one.

namespace halo::nn {

/// How many norms a network has.
template <parameter_layout Layout>
inline constexpr std::size_t norms = [] {
  std::size_t n = 0;
  for (parameter_info const& info : Layout::table) n += info.role == parameter_role::gain ? 1U : 0U;
  return n;
}();

/// The channels of each norm that stay when a share of all goes: those with the smallest |gain| in
/// the whole network go, by one threshold [Liu et al. 2017, sec. 3].
///
/// ⌊share · channels⌋ go, of equals the earlier. Where a norm has `least` left, the next smallest
/// of the others go instead: short training leaves some blocks with next to nothing. Allocates.
/// @param theta  parameters, in the order of Layout
/// @param share  in [0, 1)
/// @param least  channels that every norm keeps; 0: a norm that would lose all is an error
/// @return in the order of the table
/// @throws halo::error for a share outside, or one that leaves less than `least` in each norm, a
/// gain that is not finite, more than 512 channels in a norm, or a norm that would be emptied
template <parameter_layout Layout>
[[nodiscard]] std::array<channel_set, norms<Layout>> choose_channels(std::span<float const> theta,
                                                                     double share,
                                                                     std::size_t least = 0) {
  HALO_EXPECTS(theta.size() >= Layout::size, "choose_channels: one value for every parameter");
  struct candidate {
    float size;
    std::size_t norm, channel;
  };
  std::array<channel_set, norms<Layout>> kept{};
  std::array<parameter_info const*, norms<Layout>> info_of{};
  std::vector<candidate> all;
  for (parameter_info const& info : Layout::table) {
    if (info.role != parameter_role::gain) continue;
    std::size_t const norm = all.empty() ? 0 : all.back().norm + 1;
    std::string const name(info.name());
    if (info.count > channel_set::capacity)
      fail("choose_channels", name, "at most 512 channels", std::to_string(info.count));
    info_of[norm] = &info;
    kept[norm] = channel_set::all(info.count);
    for (std::size_t c = 0; c < info.count; ++c) {
      float const size = std::abs(theta[info.offset + c]);
      if (!std::isfinite(size)) fail("choose_channels", name, "finite gains", "NaN or infinity");
      all.push_back({size, norm, c});
    }
  }
  if (!(share >= 0 && share < 1))
    fail("choose_channels", "share", "at least 0 and below 1", std::to_string(share));
  std::stable_sort(all.begin(), all.end(),
                   [](candidate const& a, candidate const& b) { return a.size < b.size; });
  auto const target = static_cast<std::size_t>(share * static_cast<double>(all.size()));
  std::size_t gone = 0;
  for (auto c = all.begin(); c != all.end() && gone < target; ++c) {
    if (kept[c->norm].count() <= least && least > 0) continue;
    kept[c->norm].set(c->channel, false);
    ++gone;
  }
  if (gone < target) {
    fail("choose_channels", "share",
         "at most " + std::to_string(gone) + " of " + std::to_string(all.size()) +
             " channels to go, where each norm keeps " + std::to_string(least),
         std::to_string(target));
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i].count() > 0) continue;
    fail("choose_channels", info_of[i]->name(), "a channel that stays",
         "that all " + std::to_string(kept[i].channels) +
             " would go; let a smaller share go, or ask for at least 1 in each norm");
  }
  return kept;
}

namespace detail {

/// Which elements of an axis of the wide tensor the slim one has: all, or a norm's.
[[nodiscard]] inline std::vector<std::size_t> kept_of(std::string const& name, std::size_t wide,
                                                      std::size_t slim, channel_set const* set) {
  std::vector<std::size_t> at;
  for (std::size_t c = 0; c < wide; ++c)
    if (wide == slim || (set != nullptr && (*set)[c])) at.push_back(c);
  if (at.size() != slim || (wide != slim && set->channels != wide)) {
    fail("slimmed_parameters", name,
         std::to_string(slim) + " of " + std::to_string(wide) +
             " channels, as the smaller network has",
         std::to_string(at.size()));
  }
  return at;
}

/// Copies the tensors of one table into another's.
template <parameter_layout Wide, parameter_layout Slim>
void copy_channels(std::span<channel_set const> sets, std::span<std::size_t const> norm_of_layer,
                   std::span<float const> from, std::span<float> to) {
  static_assert(Wide::tensors == Slim::tensors && Wide::layers == Slim::layers,
                "halo: slimmed_parameters: both networks have the same layers with parameters");
  for (std::size_t t = 0; t < Wide::tensors; ++t) {
    parameter_info const &wide = Wide::table[t], &slim = Slim::table[t];
    std::string const name(slim.name());
    // norm_of_layer counts the norms below: that of an input is the one before, that of an output
    // the next, of which the layer itself may be one
    std::size_t const below = norm_of_layer[wide.layer], next = below;
    channel_set const* const in = below > 0 ? &sets[below - 1] : nullptr;
    channel_set const* const out = next < sets.size() ? &sets[next] : nullptr;
    std::size_t const r = wide.rank;
    auto const columns = kept_of(name, wide.extents[r - 1], slim.extents[r - 1], out);
    std::vector<std::size_t> rows{0};
    std::size_t wide_rows = 1, outer = 1;
    if (r > 1) {
      wide_rows = wide.extents[r - 2];
      rows = kept_of(name, wide_rows, slim.extents[r - 2], in);
      for (std::size_t i = 0; i + 2 < r; ++i) outer *= wide.extents[i];
    }
    float* at = to.data() + slim.offset;
    for (std::size_t o = 0; o < outer; ++o)
      for (std::size_t const row : rows)
        for (std::size_t const column : columns)
          *at++ = from[wide.offset + (o * wide_rows + row) * wide.extents[r - 1] + column];
    HALO_EXPECTS(at == to.data() + slim.offset + slim.count,
                 "slimmed_parameters: the networks differ in channels only");
  }
}

}  // namespace detail

/// What a network keeps when only some channels of its norms stay: parameters of the smaller
/// network, and behind them its running statistics, as adapter::assign takes them.
///
/// Where a tensor of the smaller network has fewer channels, its output axis keeps those of the
/// norm it belongs to or leads to, its input axis those of the norm before it. So it has the wide
/// network's outputs, to rounding, where gain and bias of all that went are 0. Allocates.
///
///     auto const kept = choose_channels<wide::layout>(theta, 0.7);
///     device.assign(slimmed_parameters<wide, slim>(kept, theta, statistics).span());
///
/// @param sets        one for each norm, in the order of the table
/// @throws halo::error with the tensor where a set has not as many channels as the type says
template <class Wide, class Slim>
[[nodiscard]] aligned_buffer<float> slimmed_parameters(std::span<channel_set const> sets,
                                                       std::span<float const> parameters,
                                                       std::span<float const> statistics = {}) {
  using layout = typename Wide::layout;
  HALO_EXPECTS(sets.size() == norms<layout>, "slimmed_parameters: a set for every norm");
  HALO_EXPECTS(parameters.size() == Wide::parameters && statistics.size() == Wide::statistics,
               "slimmed_parameters: all parameters and statistics of the wide network");
  std::array<std::size_t, layout::layers> norms_below{};
  for (parameter_info const& info : layout::table)
    for (std::size_t l = info.layer + 1; l < layout::layers; ++l)
      norms_below[l] += info.role == parameter_role::gain ? 1U : 0U;
  aligned_buffer<float> result(Slim::parameters + Slim::statistics);
  detail::copy_channels<layout, typename Slim::layout>(sets, norms_below, parameters,
                                                       result.span().first(Slim::parameters));
  detail::copy_channels<typename Wide::statistics_layout, typename Slim::statistics_layout>(
      sets, norms_below, statistics, result.span().subspan(Slim::parameters));
  return result;
}

}  // namespace halo::nn

#include <halo/macros_back.hpp>
