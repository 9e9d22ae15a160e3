#pragma once

#include <array>
#include <cstdint>

#include <halo/adapt/flash.hpp>

/// Numbers of a network.
// clang-format off
struct golden_flash {
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
  alignas(64) static constexpr std::array<float, 23> parameters{
      -0.75F, -0.625F, -0.5F, -0.375F, -0.25F, -0.125F, 0.0F, 0.125F, 0.25F, 0.375F, 0.5F, 0.625F,
      0.75F, 0.875F, 1.0F, 1.125F, 1.25F, -0.75F, -0.625F, -0.5F, -0.375F, -0.25F, -0.125F,
  };
  alignas(64) static constexpr std::array<float, 6> statistics{
      0.25F, 0.5F, 0.75F, 1.0F, 1.25F, 1.5F,
  };
  static constexpr std::uint64_t checksum = 0xb95e10dc38828545U;
};
// clang-format on
