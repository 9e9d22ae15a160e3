// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/bytes.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include <halo/core/random.hpp>
#include <halo/simd/arch.hpp>

namespace simd_bytes_test {

using namespace halo;

TEST_CASE("bytes: dot products of bytes are exact, lane by lane, at the ends of their range too") {
  simd::for_each_arch(simd::archs{}, []<class A>(A) {
    constexpr std::size_t n = simd::words<A>::size;
    generator g(seed{3}, 1);
    for (std::uint32_t run = 0; run < 50; ++run) {
      std::array<std::uint8_t, 4 * n> a, b;
      for (auto& e : a) e = static_cast<std::uint8_t>(run < 10 ? 255 : g.below(256));
      for (auto& e : b)
        e = static_cast<std::uint8_t>(run < 10 ? (run % 2 ? 127 : 128) : g.below(256));
      std::array<std::int32_t, n> sum;
      simd::dot_bytes(simd::load_words<A>(a.data()), simd::load_words<A>(b.data()),
                      simd::integers<A>(-9))
          .store(sum.data());
      for (std::size_t i = 0; i < n; ++i) {
        std::int32_t expected = -9;
        for (std::size_t k = 4 * i; k < 4 * i + 4; ++k)
          expected += a[k] * static_cast<std::int8_t>(b[k]);
        CHECK(sum[i] == expected);
      }
    }
  });
}

TEST_CASE("bytes: floats to bytes, bits to integers, integers to floats") {
  simd::for_each_arch(simd::archs{}, []<class A>(A) {
    using V = simd::batch<float, A>;
    for (int first = 0; first < 256; ++first) {
      std::array<std::uint8_t, V::size> bytes;
      simd::store_bytes(V(static_cast<float>(first)), bytes.data());
      for (std::uint8_t const e : bytes) CHECK(e == first);
      auto const back = simd::to_floats(simd::integers<A>(-first * 65536));
      CHECK(back.get(V::size - 1) == static_cast<float>(-first * 65536));
    }
    CHECK(simd::bits_as_integers(V(1.0F)).get(0) == 0x3F800000);
  });
}

}  // namespace simd_bytes_test
