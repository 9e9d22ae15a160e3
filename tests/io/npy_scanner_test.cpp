// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/npy_scanner.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "../support/data.hpp"

namespace io_npy_scanner_test {

using namespace halo;
using io::detail::npy_scanner;

namespace {

/// What a call reads of a text that begins at byte 3 of its file, or its refusal.
template <class Read>
std::string read(std::string const& text, Read call) {
  std::string result;
  auto const message = support::message_of<error>([&] {
    std::string const file = "..." + text;
    npy_scanner in(file, "a.npy", 3);
    result = call(in);
  });
  return message == "no error" ? result : message;
}
std::string string_of(std::string const& text) {
  return read(text, [](npy_scanner& in) { return std::string(in.string()); });
}
std::string boolean_of(std::string const& text) {
  return read(text, [](npy_scanner& in) { return std::string(in.boolean() ? "yes" : "no"); });
}

}  // namespace

TEST_CASE("npy_scanner: texts in either quotes, without escapes") {
  CHECK(string_of("''").empty());
  CHECK(string_of(" \t\n'descr': ") == "descr");
  CHECK(string_of("\"<f4\"") == "<f4");
  CHECK(string_of("") ==
        "npy: a.npy: byte 3: expected a text in quotes, found the end of the header");
  CHECK(string_of("  descr") == "npy: a.npy: byte 5: expected a text in quotes, found 'descr'");
  for (char const* bad : {"'descr", "'a\"", "\"a'", "'a\\n'", "'a\nb'", "'it\"s'"}) {
    CAPTURE(bad);
    CHECK(support::contains(string_of(bad), "byte 3: expected a text without escapes, in quotes"));
  }
}

TEST_CASE("npy_scanner: True and False") {
  CHECK(boolean_of(" True") == "yes");
  CHECK(boolean_of("False}") == "no");
  for (char const* bad : {"", "true", "0", "Truth"}) {
    CAPTURE(bad);
    CHECK(support::contains(boolean_of(bad), "byte 3: expected True or False"));
  }
}

TEST_CASE("npy_scanner: structure, and where it fails") {
  std::string_view const text = "{'a' : (12, ), 'b': False}  \n";
  npy_scanner in(text, "b.npy", 0);
  auto const says = [](auto&& call) { return support::message_of<error>(call); };
  in.expect('{');
  CHECK_FALSE(in.take('}'));
  CHECK(in.string() == "a");
  in.expect(':');
  CHECK(says([&] { in.fail_token("e", "f"); }) == "npy: b.npy: byte 1: expected e, found f");
  CHECK(in.comes('('));
  CHECK(in.comes('('));  // takes nothing
  in.expect('(');
  CHECK(in.integer() == 12);
  CHECK(in.take(','));
  CHECK(says([&] { in.expect(','); }) ==
        "npy: b.npy: byte 12: expected ',', found '), 'b': False}  ?'");
  CHECK(in.take(')'));
  CHECK(says([&] { in.fail_taken("e", "f"); }) == "npy: b.npy: byte 12: expected e, found f");
  in.expect(',');
  CHECK(in.string() == "b");
  in.expect(':');
  CHECK_FALSE(in.boolean());
  CHECK_FALSE(in.at_end());
  in.expect('}');
  CHECK(in.at_end());
  CHECK(says([&] { in.fail_here("e"); }) ==
        "npy: b.npy: byte 29: expected e, found the end of the header");
}

}  // namespace io_npy_scanner_test
