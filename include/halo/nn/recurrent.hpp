// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <halo/kernel/recurrent.hpp>
#include <halo/nn/layer.hpp>

namespace halo::nn {

/// Which states of a recurrent layer are its output: the one behind the last step, or all.
enum class states { last, all };

namespace detail {

/// What recurrent layers share, on sequences shape<steps, width>; they read no x and no y on the
/// way back, having kept what they need.
template <std::size_t Units, states States, std::size_t Truncation>
struct recurrent {
  static_assert(Units > 0, "halo: recurrent: a layer has at least one unit");

  template <class X>
  static constexpr bool accepts = X::rank == 2 && X::size > 0;
  template <class X>
  using output =
      std::conditional_t<States == states::all, shape<X::extents[0], Units>, shape<Units>>;
  template <class X>
  static constexpr kernel::recurrent_geometry geometry{X::extents[0], X::extents[1], Units,
                                                       States == states::all, Truncation};
  static constexpr void describe(auto&& f) {
    f.constant("units", Units);
    f.constant("states", States);
    f.constant("truncation", Truncation);
  }
  static constexpr bool elementwise = false;
  static constexpr bool needs_input = false;
  static constexpr bool needs_output = false;
};

}  // namespace detail
}  // namespace halo::nn
