#pragma once

#include <array>
#include <cstdint>

#include <halo/adapt/flash_bytes.hpp>

/// Numbers of a network.
// clang-format off
struct golden_flash_packed {
  static constexpr std::array<halo::adapt::flash_tensor, 6> tensors{{
      {"0.weight", {2, 3, 0, 0}},
      {"0.bias", {3, 0, 0, 0}},
      {"1.gain", {3, 0, 0, 0}},
      {"1.bias", {3, 0, 0, 0}},
      {"3.weight", {3, 2, 0, 0}},
      {"3.bias", {2, 0, 0, 0}},
  }};
  static constexpr std::array<halo::adapt::flash_tensor, 2> statistic_tensors{{
      {"1.mean", {3, 0, 0, 0}},
      {"1.variance", {3, 0, 0, 0}},
  }};
  alignas(64) static constexpr std::array<std::int8_t, 12> bytes{
      -127, -127, -127, -64, -51, -32, 127, 127, -85, -64, -56, -38,
  };
  alignas(64) static constexpr std::array<float, 16> floats{
      0.005905512F, 0.00492126F, 0.003937008F, 0.0F, 0.125F, 0.25F, 0.375F, 0.5F, 0.625F, 0.75F,
      0.875F, 1.0F, 0.008858268F, 0.00984252F, -0.25F, -0.125F,
  };
  alignas(64) static constexpr std::array<float, 6> statistics{
      0.25F, 0.5F, 0.75F, 1.0F, 1.25F, 1.5F,
  };
  static constexpr std::uint64_t checksum = 0xb701df64acdfefbdU;
};
// clang-format on
