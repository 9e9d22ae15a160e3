// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/cpp_source.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <halo/core/random.hpp>

#include "../support/data.hpp"

namespace io_cpp_source_test {

using namespace halo;

TEST_CASE("cpp_source: literals give the same bits again") {
  CHECK(io::literal(0) == "0.0F");
  CHECK(io::literal(-3) == "-3.0F");
  CHECK(io::literal(0.1F) == "0.1F");
  CHECK(io::literal(1e-20F) == "1e-20F");
  std::vector<float> values{std::numeric_limits<float>::max(), std::numeric_limits<float>::min(),
                            std::numeric_limits<float>::denorm_min(), -0.0F, 16777216.0F};
  generator g(seed{5});
  for (int i = 0; i < 2000; ++i) {
    std::uint32_t const bits = g.bits();
    float x = 0;
    std::memcpy(&x, &bits, 4);
    if (std::isfinite(x)) values.push_back(x);
  }
  for (float const x : values) {
    std::string const text = io::literal(x);
    INFO(text);
    CHECK(text.back() == 'F');
    CHECK(text.find_first_of(".e") != std::string::npos);  // else it would be no float
    float const back = std::strtof(text.c_str(), nullptr);
    CHECK(std::memcmp(&back, &x, 4) == 0);
  }
}

TEST_CASE("cpp_source: whole numbers have all their digits") {
  CHECK(io::hexadecimal(42) == "0x0000002aU");
  CHECK(io::hexadecimal(0xFEDCBA9876543210U, 16) == "0xfedcba9876543210U");
}

TEST_CASE("cpp_source: a name that is none in C++ is refused") {
  for (char const* const bad : {"", "7up", "gas-rule", "a b", "x.y", "ü"}) {
    CAPTURE(bad);
    CHECK(support::message_of<error>([&] { io::expect_identifier(bad); }) ==
          "header: name: expected letters, digits and _, no digit first, found '" +
              std::string(bad) + "'");
  }
  for (char const* const bad : {"alignas", "class", "new", "register", "xor_eq"})
    CHECK(support::message_of<error>([&] { io::expect_identifier(bad); }) ==
          "header: name: expected one that C++ leaves free, found '" + std::string(bad) + "'");
  for (char const* const good : {"a", "_7", "gas_rule2", "classy", "ne", "eq"})
    io::expect_identifier(good);
}

TEST_CASE("cpp_source: lines have at most 100 columns and end where the next item would not fit") {
  std::string text;
  io::append_lines(text, 4, {});
  CHECK(text.empty());
  io::append_lines(text, 4, std::vector<std::string>(60, "1.0F"));
  std::string line = "   ";
  for (int i = 0; i < 16; ++i) line += " 1.0F,";
  CHECK(line.size() == 99);
  CHECK(text.starts_with(line + "\n    1.0F,"));
  CHECK(text.ends_with(" 1.0F,\n"));
}

}  // namespace io_cpp_source_test
