// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/shortest.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include <halo/core/bit_cast.hpp>
#include <halo/core/random.hpp>

namespace io_shortest_test {

using namespace halo;

namespace {

/// Both ways to write a number, compared.
template <class T>
bool agree(T value) {
  std::string const by_c = io::detail::shortest_by_c(value), right = io::shortest(value);
  if (by_c != right) MESSAGE(by_c << " in place of " << right);
  return by_c == right;
}

}  // namespace

TEST_CASE("shortest: numbers as people write them") {
  CHECK(io::shortest(0.1) == "0.1");
  CHECK(io::shortest(0.001F) == "0.001");
  CHECK(io::shortest(-1e-8) == "-1e-08");
  CHECK(io::shortest(100000.0) == "1e+05");
  CHECK(io::shortest(123456.0F) == "123456");
  CHECK(io::shortest(-7) == "-7");
  CHECK(io::shortest(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(io::shortest(std::numeric_limits<double>::infinity()) == "inf");
}

TEST_CASE("shortest: without std::to_chars the same characters") {
  static_assert(io::detail::to_chars_writes<float> && io::detail::to_chars_writes<double>);
  CHECK(agree(0.0));
  bool good = true;
  for (int power = -1074; power < 1024; ++power) {  // where the next numbers are not equally near
    good = agree(std::ldexp(1.0, power)) && good;
    if (power >= -149 && power < 128) good = agree(std::ldexp(1.0F, power)) && good;
  }
  for (int power = -40; power < 25; ++power) {
    double const x = std::pow(10.0, power);
    for (double const y : {x, 3 * x, 1.25 * x, std::nextafter(x, 0), x / 3, 123456789 * x})
      good = agree(y) && agree(static_cast<float>(y)) && good;
  }
  generator draw(seed{1});
  for (int i = 0; i < 4000; ++i) {
    std::uint64_t const high = draw.bits(), low = draw.bits();
    auto const x = core::bit_cast<double>((high << 32U | low) & ~(std::uint64_t{1} << 63U));
    auto const y = core::bit_cast<float>(draw.bits() & 0x7FFFFFFFU);
    if (std::isfinite(x)) good = agree(x) && good;
    if (std::isfinite(y)) good = agree(y) && good;
    good = agree(static_cast<double>(draw.below(1000000)) / 1000) && good;
  }
  CHECK(good);
}

}  // namespace io_shortest_test
