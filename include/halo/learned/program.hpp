// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <concepts>
#include <cstddef>

#include <halo/core/parameter_table.hpp>
#include <halo/learned/facts.hpp>
#include <halo/learned/program_traits.hpp>
#include <halo/learned/reader.hpp>
#include <halo/simd/batch.hpp>

namespace halo::learned {

/// A learned optimizer, written once over its number type: map, reduce, map.
///
/// Sizes (static constexpr std::size_t; any may be 0):
///     state         numbers a coordinate keeps
///     held          how many of them, the last ones, apply() writes and observe() does not
///     tensor_state  numbers a tensor keeps
///     global_state  numbers the whole problem keeps
///     overview      numbers all tensors are told in a step
///     context       numbers the coordinates of a tensor are told before they look
///     carry         numbers a coordinate hands from observe() to apply()
///     sums          numbers a coordinate reports; their means over the tensor go to decide()
///     decision      numbers the coordinates of a tensor are told before they move
/// and `table`, the weights (weight_table), `name`, `operations_per_parameter`, and where networks
/// run for a tensor or the problem `operations_per_tensor` and `operations_per_step`.
///
/// Functions, static templates over a reader R (reader.hpp) of scalars Z or registers V. Each step
///     survey(r, facts, Z const* total, Z const* global, Z* overview)
///         once; total = the sum of all tensors' states
///     prepare(r, facts, Z const* tensor, Z const* global, Z const* overview, Z* context)
///     observe(r, V g, V theta, V* state, V* carry, V* sums)      reads r.row(i) = context
///     decide(r, facts, Z const* mean, Z* tensor, Z const* global, Z* decision)
///     apply(r, V g, V theta, V* state, V const* carry) → new θ   reads r.row(i) = decision
///         the four of them for each selected tensor
///     conclude(r, facts, Z const* total, Z const* last, Z* global)
///         once; total over all tensors, those that were not selected with their old state
/// A program whose tensors decide with what conclude() found in the same step, and which carries
/// nothing, has
///     settle(r, facts, Z const* tensor, Z const* global, Z* decision)
///         for each selected tensor, after conclude() and before apply(), which then runs last;
///         decision comes from here
/// One whose apply() looks at its state alone says gradient_once. One whose last number of a
/// coordinate is the parameter at the first step, known layers being pulled there, calls it `start`
/// and the decision by which `pull_back` (lean.hpp).
/// And at the start of a run
///     initial(r, facts, Z* coordinate, Z* tensor, Z* global)     for each tensor.
/// Skipped tensors keep all their numbers; a step that selects nothing leaves everything.
template <class P>
concept program =
    requires {
      { P::state } -> std::convertible_to<std::size_t>;
      { P::held } -> std::convertible_to<std::size_t>;
      { P::tensor_state } -> std::convertible_to<std::size_t>;
      { P::global_state } -> std::convertible_to<std::size_t>;
      { P::overview } -> std::convertible_to<std::size_t>;
      { P::context } -> std::convertible_to<std::size_t>;
      { P::carry } -> std::convertible_to<std::size_t>;
      { P::sums } -> std::convertible_to<std::size_t>;
      { P::decision } -> std::convertible_to<std::size_t>;
      { P::table.size } -> std::convertible_to<std::size_t>;
      { P::name } -> std::convertible_to<char const*>;
      { P::operations_per_parameter } -> std::convertible_to<std::size_t>;
    } && requires(plain_reader<simd::batch<float>, float> const& lanes,
                  plain_reader<float, float> const& r, facts<float> const& f, simd::batch<float> v,
                  simd::batch<float>* vs, float const* in, float* out) {
      P::survey(r, f, in, in, out);
      P::prepare(r, f, in, in, in, out);
      P::observe(lanes, v, v, vs, vs, vs);
      P::decide(r, f, in, out, in, out);
      { P::apply(lanes, v, v, vs, vs) } -> std::convertible_to<simd::batch<float>>;
      P::conclude(r, f, in, in, out);
      P::initial(r, f, out, out, out);
    };

/// What a coordinate-wise program without tensor or global numbers need not repeat.
struct coordinate_program {
  static constexpr std::size_t held = 0, tensor_state = 0, global_state = 0, overview = 0;
  static constexpr std::size_t context = 0, sums = 0, decision = 0;
  template <class R, class Z>
  static void survey(R const&, auto const&, Z const*, Z const*, Z*) {}
  template <class R, class Z>
  static void prepare(R const&, auto const&, Z const*, Z const*, Z const*, Z*) {}
  template <class R, class Z>
  static void decide(R const&, auto const&, Z const*, Z*, Z const*, Z*) {}
  template <class R, class Z>
  static void conclude(R const&, auto const&, Z const*, Z const*, Z*) {}
};

/// Coordinates of a tensor lie in tiles of so many, each number of a tile's coordinates behind the
/// other: one stream through memory whatever the width of a register.
inline constexpr std::size_t tile_lanes = 16;

[[nodiscard]] constexpr std::size_t tiles_of(std::size_t elements) noexcept {
  return (elements + tile_lanes - 1) / tile_lanes;
}

/// The first tile of each tensor, and how many there are in all and in the largest.
template <parameter_layout Layout>
struct tile_layout {
  /// Of each tensor, and behind the last.
  static constexpr auto first = [] {
    std::array<std::size_t, Layout::tensors + 1> at{};
    for (std::size_t i = 0; i < Layout::tensors; ++i)
      at[i + 1] = at[i] + tiles_of(Layout::table[i].count);
    return at;
  }();
  static constexpr std::size_t all = first[Layout::tensors];  ///< tiles of all tensors
  /// Tiles of the largest tensor.
  static constexpr std::size_t largest = [] {
    std::size_t most = 0;
    for (std::size_t i = 0; i < Layout::tensors; ++i)
      most = first[i + 1] - first[i] > most ? first[i + 1] - first[i] : most;
    return most;
  }();
};

}  // namespace halo::learned
