// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/eight_bits.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

namespace learned_eight_bits_test {

using halo::learned::detail::eight_bits;

TEST_CASE("eight_bits: what a code stands for has that code, whatever the noise") {
  for (bool const has_sign : {false, true}) {
    for (float const usual : {1e-36F, 1e-12F, 0.3F, 1.0F, 1e30F, 0.0F}) {
      eight_bits const in = eight_bits::around(usual, has_sign);
      int wrong = 0;
      for (int i = -128; i < 128; ++i) {
        if (has_sign && i == -128) continue;  // -0
        auto const code = static_cast<std::int8_t>(i);
        for (std::uint32_t const noise : {0U, 1U, 40000U, 65535U})
          wrong += in.code(in.number(code), noise) == code ? 0 : 1;
      }
      CAPTURE(usual);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("eight_bits: numbers are on average what they were") {
  eight_bits const squares = eight_bits::around(1, false), means = eight_bits::around(1, true);
  for (double x : {1.03, 7.9, 1e-3, 3000.0, 0.0041, 61.0}) {
    for (double const sign : {1.0, -1.0}) {
      double mean = 0;
      int const n = 4096;
      for (std::uint32_t i = 0; i < n; ++i) {
        std::uint32_t const noise = i * 16 + 8;
        auto const v = static_cast<float>(sign * x);
        mean += sign > 0 ? static_cast<double>(squares.number(squares.code(v, noise))) / n : x / n;
        if (x < 200 && x > 0.005)
          CHECK(std::abs(static_cast<double>(means.number(means.code(v, noise))) / (sign * x) - 1) <
                0.126);
      }
      CHECK(mean == doctest::Approx(x).epsilon(1e-3));
    }
  }
  // below the smallest, too
  double mean = 0;
  for (std::uint32_t noise = 0; noise < 65536; noise += 16)
    mean += static_cast<double>(means.number(means.code(-0.001F, noise))) / 4096;
  CHECK(mean == doctest::Approx(-0.001).epsilon(0.01));
}

TEST_CASE("eight_bits: octaves around what is usual, and the largest above") {
  eight_bits const squares = eight_bits::around(1, false), means = eight_bits::around(1, true);
  CHECK(squares.number(squares.code(40000, 0)) == 40960 - 4096);
  CHECK(squares.number(squares.code(1e30F, 65535)) == 0x1p16F - 0x1p12F);
  CHECK(means.number(means.code(-1e30F, 65535)) < -200);
  CHECK(squares.number(squares.code(0x1.8p-15F, 0)) == 0x1.8p-15F);
  CHECK(squares.code(0, 65535) == -128);
  CHECK(means.code(0, 65535) == 0);
  CHECK(squares.code(1, 0) < squares.code(2, 0));
}

}  // namespace learned_eight_bits_test
