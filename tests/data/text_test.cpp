// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/text.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "../support/data.hpp"

namespace data_text_test {

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

TEST_CASE("lines: a byte order mark and blanks at the ends mean nothing") {
  text::lines in("\xEF\xBB\xBF \ta b \t\r\n\tc", "reader", "name");
  CHECK(in.next());
  CHECK(in.line() == "a b");
  CHECK(support::message_of<error>([&] { in.fail_at(in.line(), "x", "y"); }) ==
        "reader: name: line 1, column 3: expected x, found y");
  CHECK(in.next());
  CHECK(in.line() == "c");
  text::lines only("\xEF\xBB\xBF\n", "reader", "name");
  CHECK(only.nothing_follows());
  text::lines tabs("\t1\t \n", "reader", "name", " ");
  CHECK(tabs.next());
  CHECK(tabs.line() == "\t1\t");
}

TEST_CASE("trimmed, take_field") {
  CHECK(text::trimmed(" \ta b\t") == "a b");
  CHECK(text::trimmed(" \t").empty());
  CHECK(text::trimmed("").empty());
  std::string_view rest = " a ,b";
  CHECK(text::take_field(rest, ',') == "a");
  CHECK(rest == ",b");
}

TEST_CASE("lines: messages name reader, text, line and column") {
  text::lines in("first\nsecond", "csv", "a.csv");
  CHECK(in.next());
  CHECK(in.next());
  auto const message = support::message_of<error>(
      [&] { in.fail_at(in.line().substr(3), "this", text::quoted("that")); });
  CHECK(message == "csv: a.csv: line 2, column 4: expected this, found 'that'");
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

}  // namespace data_text_test
