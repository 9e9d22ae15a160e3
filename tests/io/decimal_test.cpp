// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/decimal.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <clocale>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include <halo/core/random.hpp>

namespace io_decimal_test {

using namespace halo;

TEST_CASE("take_number: what is a number") {
  struct {
    char const* text;
    float value;
    char const* rest;
  } const cases[] = {{"1", 1.0F, ""},
                     {"-2.5 7", -2.5F, " 7"},
                     {"+3", 3.0F, ""},
                     {"1e3", 1000.0F, ""},
                     {"1E+03,", 1000.0F, ","},
                     {"-1.5e-05", -1.5e-5F, ""},
                     {".5", 0.5F, ""},
                     {"5.", 5.0F, ""},
                     {"1e", 1.0F, "e"},
                     {"0x10", 0.0F, "x10"},
                     {"1e-46", 0.0F, ""},
                     {"1e-60", 0.0F, ""},
                     {"-0", -0.0F, ""},
                     {"1e-40", 1e-40F, ""},
                     {"3.4e38", 3.4e38F, ""},
                     {"16777217", 16777216, ""},
                     {"1e-400", 0.0F, ""},
                     {"-1e-99999", -0.0F, ""},
                     {"0e99999", 0.0F, ""},
                     {"7.1e-46x", 1e-45F, "x"},
                     {"7.0e-46", 0.0F, ""},
                     {"3.4028235677973e38", 3.4028235e38F, ""},
                     {"1.17549435e-38", 1.17549435e-38F, ""}};
  for (auto const& c : cases) {
    CAPTURE(c.text);
    std::string_view rest = c.text;
    float value = -99;
    CHECK(io::take_number(rest, value));
    CHECK(value == c.value);
    CHECK(std::signbit(value) == std::signbit(c.value));
    CHECK(rest == c.rest);
    // the way of standard libraries that read no floats without a locale
    bool const plus = c.text[0] == '+';
    float by_c = -99;
    std::size_t const length = io::detail::number_by_c(c.text + plus, by_c);
    CHECK(by_c == c.value);
    CHECK(std::string_view(c.text + plus).substr(length) == c.rest);
  }
}

TEST_CASE_TEMPLATE("take_number: the shortest text of any number gives it, both ways", T, float,
                   double) {
  using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  generator g(seed{11});
  std::printf("seed 11\n");
  for (int i = 0; i < 20000; ++i) {
    std::uint64_t const high = g.bits();
    auto const bits = static_cast<word>(high << 32 | g.bits());
    auto const wanted = std::bit_cast<T>(bits);
    if (!std::isfinite(wanted)) continue;
    char written[64];
    std::snprintf(written, sizeof written, "%.*g", std::numeric_limits<T>::max_digits10,
                  static_cast<double>(wanted));
    std::string_view rest = written;
    T value = -99;
    T by_c = -99;
    REQUIRE(io::take_number(rest, value));
    REQUIRE(io::detail::number_by_c(written, by_c) == std::strlen(written));
    REQUIRE(std::bit_cast<word>(value) == bits);
    REQUIRE(std::bit_cast<word>(by_c) == bits);
  }
}

TEST_CASE("take_number: whatever the locale") {
  char const* const before = std::setlocale(LC_ALL, nullptr);
  std::string const kept = before != nullptr ? before : "C";
  bool comma = false;
  for (char const* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "it_IT.UTF-8"})
    comma = comma || std::setlocale(LC_ALL, name) != nullptr;
  if (!comma) MESSAGE("only the locale C: none with a decimal comma is installed");
  float value = 0;
  float by_c = 0;
  std::string_view rest = "2.5,";
  CHECK(io::take_number(rest, value));
  CHECK(io::detail::number_by_c("2.5,", by_c) == 3);
  std::setlocale(LC_ALL, kept.c_str());
  CHECK(value == 2.5F);
  CHECK(by_c == 2.5F);
  CHECK(rest == ",");
}

TEST_CASE("take_number: what is none") {
  for (char const* bad : {"", " 1", "x", "-", "+", "+-1", "--1", "nan", "inf", "-inf", "infinity",
                          "1e39", "-4e38", "1e999", "e5", ".", "nan(123)"}) {
    CAPTURE(bad);
    std::string_view rest = bad;
    float value = -99;
    CHECK_FALSE(io::take_number(rest, value));
    CHECK(value == -99);
    CHECK(rest == bad);
    float by_c = 0;  // words it does not take, and what is too large is infinite
    CHECK((io::detail::number_by_c(bad, by_c) == 0 || std::isinf(by_c)));
  }
}

}  // namespace io_decimal_test
