// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/bit_cast.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstring>

#include <halo/core/random.hpp>

namespace core_bit_cast_test {

using halo::core::bit_cast;

TEST_SUITE("core") {
  TEST_CASE("bit_cast: what the compiler computes of constants") {
    static_assert(bit_cast<std::uint32_t>(1.0F) == 0x3F800000U);
    static_assert(bit_cast<float>(0x80000000U) == 0.0F);
    static_assert(bit_cast<double>(0x4009'21FB'5444'2D18U) == 3.141592653589793);
    static_assert(bit_cast<std::uint64_t>(-2.0) == 0xC000'0000'0000'0000U);
  }

  TEST_CASE("bit_cast: the bytes of memcpy, there and back") {
    halo::generator g(halo::seed{5});
    for (int i = 0; i < 1000; ++i) {
      std::uint32_t const bits = g.bits();  // signalling numbers among them: as bytes, not floats
      auto const bytes = bit_cast<std::array<unsigned char, 4>>(bits);
      std::uint32_t copy = 0;
      std::memcpy(&copy, bytes.data(), sizeof(copy));
      CHECK(copy == bits);
      CHECK(bit_cast<std::uint32_t>(bytes) == bits);
    }
  }
}

}  // namespace core_bit_cast_test
