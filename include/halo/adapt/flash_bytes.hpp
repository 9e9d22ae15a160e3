// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/adapt/flash.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/parameter_table.hpp>

// Numbers of a network that lie in flash as bytes, in a header that halo-embed --int8 wrote.

namespace halo::adapt {

namespace detail {

/// Whether a tensor of such a header is bytes: those of two axes or more are, weights; biases,
/// gains and the like stay floats.
[[nodiscard]] constexpr bool is_bytes(flash_tensor const& t) noexcept { return t.extents[1] > 0; }

[[nodiscard]] constexpr std::size_t last_extent(flash_tensor const& t) noexcept {
  std::size_t last = 0;
  for (std::size_t const n : t.extents) last = n > 0 ? n : last;
  return last;
}

/// Complains of a header that belongs to another network.
template <class Network, class Flash>
[[nodiscard]] consteval bool complain_of_bytes() {
  static_assert(are_of<typename Network::layout>(Flash::tensors) &&
                    are_of<typename Network::statistics_layout>(Flash::statistic_tensors),
                "halo: unpack: the header's tensors are those of another network: names, shapes "
                "and order must be the same");
  return true;
}

/// How far a header's tensors have been read.
template <class Flash>
struct bytes_cursor {
  std::int8_t const* byte = Flash::bytes.data();
  float const* number = Flash::floats.data();
  std::size_t tensor = 0;

  /// The floats of the next tensor, of `count` elements, one after the other.
  template <class Take>
  void next(std::size_t count, Take&& take) noexcept {
    flash_tensor const& t = Flash::tensors[tensor++];
    if (!is_bytes(t)) {
      for (std::size_t k = 0; k < count; ++k) take(number[k]);
      number += count;
      return;
    }
    std::size_t const outputs = last_extent(t);
    for (std::size_t k = 0; k < count; ++k) take(number[k % outputs] * static_cast<float>(*byte++));
    number += outputs;
  }
};

}  // namespace detail

/// Makes floats of a header with bytes: what a device that learns starts from, in a quarter of the
/// flash. A weight is its byte times the scale of its output, so at most half a scale (1/254 of the
/// output's largest weight) from what it was.
///
///     static std::array<float, network::parameters> start;
///     adapt::unpack<network, gas>(start);
///     device.assign(start, gas::statistics);
///
/// @param to  Network::parameters floats
/// @return whether these are what the header was made of: its checksum
template <class Network, class Flash>
[[nodiscard]] bool unpack(std::span<float> to) noexcept {
  static_assert(detail::complain_of_bytes<Network, Flash>());
  HALO_EXPECTS(to.size() == Network::parameters, "unpack: room for all parameters");
  detail::bytes_cursor<Flash> from;
  for (parameter_info const& info : Network::layout::table) {
    float* first = to.data() + info.offset;
    from.next(info.count, [&](float x) { *first++ = x; });
  }
  return flash_checksum(to, Flash::statistics) == Flash::checksum;
}

}  // namespace halo::adapt
