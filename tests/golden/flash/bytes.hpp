#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include <halo/adapt/flash.hpp>

/// Numbers of a network.
// clang-format off
struct golden_flash_bytes {
  static_assert(std::endian::native == std::endian::little,
                "halo: flash: bytes in the order of another processor");
  static constexpr auto b = halo::adapt::four_bytes;
  static constexpr std::array<halo::adapt::flash_tensor, 3> tensors{{
      {"0.integers", {82, 0, 0, 0}},
      {"2.weight", {3, 2, 0, 0}},
      {"2.bias", {2, 0, 0, 0}},
  }};
  static constexpr std::array<halo::adapt::flash_tensor, 0> statistic_tensors{};
  alignas(64) static constexpr std::array<float, 90> parameters{
      b(0xbf800000U), b(0x3f800000U), b(0x37a141e4U), b(0x37a141e4U), b(0x37a141e4U),
      b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U),
      b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U),
      b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x3ec00000U), b(0x3f000000U),
      b(0x3f200000U), b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U),
      b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U),
      b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00004be7U),
      b(0x0000194dU), b(0xffffe6b3U), b(0x00000000U), b(0x00000000U), b(0x00000000U),
      b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U),
      b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U),
      b(0xffffffe7U), b(0xffffffe7U), b(0xffffffe7U), b(0x00000000U), b(0x00000000U),
      b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U),
      b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U),
      b(0x00000000U), b(0x00001980U), b(0x00004cb3U), b(0x00007fe6U), b(0x00000000U),
      b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U),
      b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U), b(0x00000000U),
      b(0x00000000U), b(0x00000000U), 0.75F, 0.875F, 1.0F, 1.125F, 1.25F, -0.75F, -0.625F, -0.5F,
  };
  alignas(64) static constexpr std::array<float, 0> statistics{};
  static constexpr std::uint64_t checksum = 0x460d2848ae0137dcU;
};
// clang-format on
