// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/scanner.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "../support/data.hpp"

namespace io_scanner_test {

using namespace halo;

namespace {

/// The number in a text that begins at byte 3 of its file, or its refusal.
std::string integer_of(std::string const& text) {
  std::string result;
  auto const message = support::message_of<error>(
      [&] { result = std::to_string(io::scanner(text, "npy", "a.npy", 3).integer()); });
  return message == "no error" ? result : message;
}

}  // namespace

TEST_CASE("scanner: whole numbers up to the largest of 64 bits") {
  CHECK(integer_of("0") == "0");
  CHECK(integer_of(" \t\r\n70,") == "70");
  std::string const most = std::to_string(std::numeric_limits<std::uint64_t>::max());
  CHECK(integer_of(most) == most);
  std::string const expected = "expected a whole number below 2^64 without leading zeros, found ";
  CHECK(integer_of(" " + most + "0") == "npy: a.npy: byte 4: " + expected + "'" + most + "0'");
  CHECK(integer_of("18446744073709551616") ==
        "npy: a.npy: byte 3: " + expected + "'18446744073709551616'");
  CHECK(integer_of("07") == "npy: a.npy: byte 3: " + expected + "'07'");
  CHECK(integer_of("-2") == "npy: a.npy: byte 3: expected a whole number, found '-2'");
  CHECK(integer_of(" ") ==
        "npy: a.npy: byte 4: expected a whole number, found the end of the header");
}

TEST_CASE("scanner: structure, and where it fails") {
  std::string_view const text = "{ (12, \r\n5)} \n";
  io::scanner in(text, "npy", "b.npy", 100);
  auto const says = [](auto&& call) { return support::message_of<error>(call); };
  in.expect('{');
  CHECK_FALSE(in.take('}'));
  CHECK(in.comes('('));
  CHECK(in.comes('('));  // takes nothing
  in.expect('(');
  CHECK(in.extent() == 12);
  CHECK(says([&] { in.fail_token("e", "f"); }) == "npy: b.npy: byte 103: expected e, found f");
  CHECK(says([&] { in.expect(')'); }) ==
        "npy: b.npy: byte 105: expected ')', found ', ?"
        "?5)} ?'");
  CHECK(in.take(','));
  CHECK(says([&] { in.fail_taken("e", "f"); }) == "npy: b.npy: byte 105: expected e, found f");
  CHECK(in.integer() == 5);
  in.expect(')');
  CHECK_FALSE(in.at_end());
  in.expect('}');
  CHECK(in.at_end());
  CHECK(says([&] { in.fail_here("e"); }) ==
        "npy: b.npy: byte 114: expected e, found the end of the header");
}

}  // namespace io_scanner_test
