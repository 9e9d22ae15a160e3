// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <halo/adapt/inference.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/bit_cast.hpp>
#include <halo/core/fingerprint.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/nn/loss_check.hpp>

// Numbers of a network that lie in flash, as constants of a header that halo-embed wrote.

namespace halo::adapt {

/// Name and shape of a tensor of such a header; extents behind its axes are 0.
struct flash_tensor {
  std::string_view name;                                      ///< "0.weight"
  std::array<std::size_t, parameter_info::max_rank> extents;  ///< {128, 30, 0, 0}
};

/// Four bytes of an integer layer, in the place of a float.
[[nodiscard]] constexpr float four_bytes(std::uint32_t bits) noexcept {
  return core::bit_cast<float>(bits);
}

/// What tells the numbers of a header from others: the fingerprint of all of their bits.
[[nodiscard]] constexpr std::uint64_t flash_checksum(std::span<float const> parameters,
                                                     std::span<float const> statistics) noexcept {
  fingerprint sum;
  for (std::span<float const> const numbers : {parameters, statistics}) {
    for (float const x : numbers) {
      auto const raw = core::bit_cast<std::array<std::byte, sizeof(float)>>(x);
      sum.add(std::span<std::byte const>(raw));
    }
  }
  return sum.value();
}

namespace detail {

template <class Layout, std::size_t N>
[[nodiscard]] consteval bool are_of(std::array<flash_tensor, N> const& tensors) {
  if (N != Layout::tensors) return false;
  for (std::size_t i = 0; i < N; ++i)
    if (tensors[i].name != Layout::table[i].name() ||
        tensors[i].extents != Layout::table[i].extents)
      return false;
  return true;
}

/// Complains of a header that belongs to another network.
template <class Network, class Flash>
[[nodiscard]] consteval bool complain_of_flash() {
  static_assert(are_of<typename Network::layout>(Flash::tensors),
                "halo: flash_predictor: the header's parameters are those of another network: "
                "names, shapes and order of the tensors must be the same");
  static_assert(are_of<typename Network::statistics_layout>(Flash::statistic_tensors),
                "halo: flash_predictor: the header's running statistics are those of another "
                "network");
  static_assert(Flash::parameters.size() == Network::parameters &&
                    Flash::statistics.size() == Network::statistics,
                "halo: flash_predictor: the header has another number of numbers");
  return true;
}

}  // namespace detail

/// A network that answers by numbers in flash: a predictor that has none of its own.
///
///     #include "gas_weights.hpp"  // halo-embed gas.safetensors > gas_weights.hpp
///     static adapt::flash_predictor<network, gas_weights, 8> known;
///     known.features(x, h);       // for a head that learns; or predict, evaluate, accuracy
///
/// sizeof is a workspace for MaxBatch examples. The compiler compares names and shapes of the
/// header's tensors with the network's.
///
/// @tparam Flash     the type in the header
/// @tparam MaxBatch  examples that run at a time; any number may be handed in
/// @tparam Loss      what evaluate and accuracy mean
template <class Network, class Flash, std::size_t MaxBatch = 1, class Loss = nn::cross_entropy>
class flash_predictor : public inference<flash_predictor<Network, Flash, MaxBatch, Loss>, Network,
                                         Loss, inference_workspace<Network, MaxBatch>> {
  static_assert(detail::complain_of_flash<Network, Flash>());
  static_assert(nn::detail::complain_of_loss<Loss>());
  static_assert(nn::takes_outputs_of<Loss>(Network::outputs),
                "halo: flash_predictor: the loss does not take the network's number of outputs");
  static_assert(MaxBatch > 0, "halo: flash_predictor: at least one example runs at a time");

 public:
  using network = Network;
  using loss = Loss;
  using target = typename Loss::target;
  static constexpr std::size_t max_batch = MaxBatch;
  static constexpr weights preferred = weights::raw;  ///< the only weights it has

  [[nodiscard]] static constexpr std::span<float const> parameters() noexcept {
    return Flash::parameters;
  }
  [[nodiscard]] static constexpr std::span<float const> statistics() noexcept {
    return Flash::statistics;
  }
  /// Its numbers, for functions that take any network's.
  [[nodiscard]] static network_view view([[maybe_unused]] weights at = weights::raw) noexcept {
    HALO_EXPECTS(at == weights::raw, "flash_predictor: has one set of weights");
    return {parameters(), statistics()};
  }

  /// Whether flash still holds what the header said: reads all of it.
  [[nodiscard]] static bool intact() noexcept {
    return flash_checksum(parameters(), statistics()) == Flash::checksum;
  }
};

}  // namespace halo::adapt
