// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/adapt/flash.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/parameter_table.hpp>

// Numbers of a network that lie in flash as bytes, in a header that halo-embed --int8 wrote.

namespace halo::adapt {

/// Whether a tensor of such a header is bytes: those of two axes or more are, weights; biases,
/// gains and the like stay floats.
[[nodiscard]] constexpr bool is_bytes(flash_tensor const& t) noexcept { return t.extents[1] > 0; }

namespace detail {

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
  auto const* byte = Flash::bytes.data();
  float const* number = Flash::floats.data();
  for (std::size_t i = 0; i < Flash::tensors.size(); ++i) {
    parameter_info const& info = Network::layout::table[i];
    float* const first = to.data() + info.offset;
    if (!is_bytes(Flash::tensors[i])) {
      std::copy_n(number, info.count, first);
      number += info.count;
      continue;
    }
    std::size_t const outputs = detail::last_extent(Flash::tensors[i]);
    for (std::size_t k = 0; k < info.count; ++k)
      first[k] = number[k % outputs] * static_cast<float>(*byte++);
    number += outputs;
  }
  return flash_checksum(to, Flash::statistics) == Flash::checksum;
}

}  // namespace halo::adapt
