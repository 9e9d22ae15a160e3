// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <halo/kernel/sum.hpp>
#include <halo/nn/channel_set.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/layer.hpp>

namespace halo::nn {

namespace detail {

template <bool Fits>
[[nodiscard]] consteval bool selects() {
  static_assert(Fits,
                "halo: channel_selection: the set is one of another number of channels than the "
                "input has");
  return Fits;
}

/// X with another number of channels.
template <class X, std::size_t Count, class = std::make_index_sequence<X::rank>>
struct selected;
template <class X, std::size_t Count, std::size_t... I>
struct selected<X, Count, std::index_sequence<I...>> {
  using type = shape<(I + 1 < X::rank ? X::extents[I] : Count)...>;
};

}  // namespace detail

/// Some channels of its input, [..., C] → [..., K], in their order: y[..., k] = x[..., c_k]. Those
/// left out get the gradient 0.
///
///     residual<channel_selection<channel_set::of(64, {0, 3, 17})>, batch_norm, relu, ...>
///
/// A slimmed residual network [Liu et al. 2017, sec. 3] selects in front of a block's first norm:
/// the sum that blocks add to keeps its width. Liu et al. select behind the norm, which works on
/// each channel alone, so the outputs are the same and the norm of what is dropped costs something.
template <channel_set Set>
struct channel_selection : stateless_layer {
  static_assert(Set.count() > 0, "halo: channel_selection: at least one channel is selected");
  static constexpr char const* kind = "selection";
  static constexpr channel_set set = Set;  ///< the channels that pass
  template <class X>
  static constexpr bool accepts = [] {
    if constexpr (X::rank > 0 && X::size > 0)
      return detail::selects<X::extents[X::rank - 1] == Set.channels>();
    return false;
  }();
  template <class X>
  using output = typename detail::selected<X, Set.count()>::type;
  template <class X>
  static constexpr pass_costs costs =
      detail::costs_by_size<channel_selection, X>(output<X>::size);  // the rest is not looked at
  static constexpr bool elementwise = false;
  static constexpr bool needs_input = false;
  static constexpr bool needs_output = false;

  static constexpr void describe(auto&& f) {
    std::array<char, channel_set::capacity> chosen{};
    for (std::size_t c = 0; c < Set.channels; ++c) chosen[c] = Set[c] ? '1' : '0';
    f.constant("channels", std::string_view(chosen.data(), Set.channels));
  }

  template <class X, class C, class P>
  static void forward(pass const& p, C, C x, P y, P) noexcept {
    using simd::read_element;
    using simd::write_element;
    std::size_t const places = p.rows * (X::size / Set.channels);
    for (std::size_t i = 0; i < places; ++i)
      for (std::size_t k = 0; k < kept; ++k)
        write_element(y, i * kept + k, read_element(x, i * Set.channels + channel[k]));
  }

  template <class X, class P>
  static void backward(pass const& p, backward_arguments<P> const& a) noexcept {
    using simd::read_element;
    using simd::write_element;
    if (!a.dx) return;
    kernel::clear(p.rows * X::size, a.dx);
    std::size_t const places = p.rows * (X::size / Set.channels);
    for (std::size_t i = 0; i < places; ++i)
      for (std::size_t k = 0; k < kept; ++k)
        write_element(a.dx, i * Set.channels + channel[k], read_element(a.dy, i * kept + k));
  }

 private:
  static constexpr std::size_t kept = Set.count();
  static constexpr std::array<std::uint16_t, kept> channel = [] {
    std::array<std::uint16_t, kept> at{};
    std::size_t k = 0;
    for (std::size_t c = 0; c < Set.channels; ++c)
      if (Set[c]) at[k++] = static_cast<std::uint16_t>(c);
    return at;
  }();
};
static_assert(layer<channel_selection<channel_set::of(3, {0, 2})>, shape<4, 4, 3>>);

}  // namespace halo::nn

#include <halo/macros_back.hpp>
