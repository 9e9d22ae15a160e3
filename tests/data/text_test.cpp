// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/text.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "../support/data.hpp"

using namespace halo;
namespace text = halo::data::text;

TEST_CASE("lines: every kind of end, and none") {
  text::lines in("a\nb\r\n\r\nlast", "reader", "name");
  std::vector<std::string> seen;
  while (in.next()) seen.emplace_back(in.line());
  CHECK(seen == std::vector<std::string>{"a", "b", "", "last"});
  CHECK(in.number() == 4);
  text::lines none("", "reader", "name");
  CHECK(none.nothing_follows());
  CHECK_FALSE(none.next());
  text::lines blank("x\n \r\n\t\n", "reader", "name");
  CHECK_FALSE(blank.nothing_follows());
  CHECK(blank.next());
  CHECK(blank.nothing_follows());
}

TEST_CASE("lines: messages name reader, text, line and column") {
  text::lines in("first\nsecond", "csv", "a.csv");
  CHECK(in.next());
  CHECK(in.next());
  auto const message = tests::message_of<error>(
      [&] { in.fail_at(in.line().substr(3), "this", text::quoted("that")); });
  CHECK(message == "csv: a.csv: line 2, column 4: expected this, found 'that'");
}

TEST_CASE("take_number: what is a number") {
  struct {
    char const* text;
    float value;
    char const* rest;
  } const cases[] = {
      {"1", 1.0F, ""},           {"-2.5 7", -2.5F, " 7"},  {"+3", 3.0F, ""},
      {"1e3", 1000.0F, ""},      {"1E+03,", 1000.0F, ","}, {"-1.5e-05", -1.5e-5F, ""},
      {".5", 0.5F, ""},          {"5.", 5.0F, ""},         {"1e", 1.0F, "e"},
      {"0x10", 0.0F, "x10"},     {"1e-46", 0.0F, ""},      {"1e-60", 0.0F, ""},
      {"-0", -0.0F, ""},         {"1e-40", 1e-40F, ""},    {"3.4e38", 3.4e38F, ""},
      {"16777217", 16777216, ""}};
  for (auto const& c : cases) {
    CAPTURE(c.text);
    std::string_view rest = c.text;
    float value = -99;
    CHECK(text::take_number(rest, value));
    CHECK(value == c.value);
    CHECK(rest == c.rest);
  }
}

TEST_CASE("take_number: what is none") {
  for (char const* bad : {"", " 1", "x", "-", "+", "+-1", "--1", "nan", "inf", "-inf", "infinity",
                          "1e39", "-4e38", "1e999", "e5", ".", "nan(123)"}) {
    CAPTURE(bad);
    std::string_view rest = bad;
    float value = -99;
    CHECK_FALSE(text::take_number(rest, value));
    CHECK(value == -99);
    CHECK(rest == bad);
  }
}

TEST_CASE("take_integer: only digits that fit") {
  std::string_view rest = "255 x";
  std::uint8_t value = 0;
  CHECK(text::take_integer(rest, value));
  CHECK(value == 255);
  CHECK(rest == " x");
  for (std::string_view bad : {"256", "-1", "+1", "", " 1", "99999999999999999999"}) {
    CHECK_FALSE(text::take_integer(bad, value));
  }
}
