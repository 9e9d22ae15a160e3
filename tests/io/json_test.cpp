// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/json.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "../support/data.hpp"

namespace io_json_test {

using namespace halo;

namespace {

// The content of a string token, or the message of its refusal.
std::string string_of(std::string text) {
  std::string result;
  auto const message = support::message_of<error>([&] {
    io::json_scanner in(text, "json", "t", 100);
    result = in.string();
  });
  return message == "no error" ? result : message;
}

std::string integer_of(std::string text) {
  std::string result;
  auto const message = support::message_of<error>([&] {
    io::json_scanner in(text, "json", "t", 100);
    result = std::to_string(in.integer());
  });
  return message == "no error" ? result : message;
}

}  // namespace

TEST_CASE("json: strings and their escapes") {
  CHECK(string_of(R"("")").empty());
  CHECK(string_of(R"(  "a b")") == "a b");
  CHECK(string_of(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(string_of(R"("\u0041")") == "A");
  CHECK(string_of(R"("\u00e9\u00E9")") == "\xC3\xA9\xC3\xA9");
  CHECK(string_of(R"("\u20ac")") == "\xE2\x82\xAC");
  CHECK(string_of(R"("<\ud83d\uDD25>")") == "<\xF0\x9F\x94\xA5>");
  CHECK(string_of(R"("\u0000z")") == std::string("\0z", 2));
  CHECK(string_of("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\xA5\x7F\"") ==
        "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\xA5\x7F");
}

TEST_CASE("json: strings that are none") {
  struct {
    std::string text;
    std::string says;
  } const cases[] = {
      {"", "json: t: byte 100: expected a string, found the end of the header"},
      {"a", "byte 100: expected a string, found 'a'"},
      {"  'a'", "byte 102: expected a string, found ''a''"},
      {"\"abc", "byte 104: expected the closing '\"' of a string"},
      {"\"a\\\"", "expected the closing"},
      {"\"a\nb\"", "byte 102: expected an escaped control character"},
      {std::string("\"\0\"", 3), "expected an escaped control character"},
      {R"("\x41")", "byte 101: expected an escape that JSON knows, found '\\x41\"'"},
      {R"("\)", "expected an escape"},
      {R"("\u12)", "expected an escape"},
      {R"("\u12g4")", "expected an escape"},
      {R"("\U0041")", "expected an escape"},
      {R"("\udc00")", "expected a high surrogate before a low one"},
      {R"("\ud800")", "expected an escape that JSON knows, found '\"'"},
      {R"("\ud800A")", "expected an escape"},
      {R"("\ud800\u0041")", "expected a low surrogate"},
      {R"("\ud800\ud800")", "expected a low surrogate"},
      {"\"\x80\"", "expected UTF-8"},
      {"\"\xC3\"", "expected UTF-8"},
      {"\"\xFF\"", "expected UTF-8"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.text);
    CHECK(support::contains(string_of(c.text), c.says));
  }
}

TEST_CASE("json: UTF-8 as the standard draws its borders") {
  for (std::string_view good :
       {"\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    CHECK(io::utf8_length(good) == good.size());
    CHECK(io::is_utf8(good));
    if (good.size() > 1) CHECK_FALSE(io::is_utf8(good.substr(0, good.size() - 1)));
  }
  for (std::string_view bad :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2\x41", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xE1\x80\x41", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
        "\xF1\x80\x80\x41", "\xFE"}) {
    CHECK(io::utf8_length(bad) == 0);
    CHECK_FALSE(io::is_utf8(bad));
  }
  CHECK(io::utf8_length("") == 0);
  CHECK(io::is_utf8(""));
}

TEST_CASE("json: whole numbers") {
  CHECK(integer_of("0") == "0");
  CHECK(integer_of(" \n42]") == "42");
  CHECK(integer_of("10") == "10");
  CHECK(integer_of("18446744073709551615") == "18446744073709551615");
  CHECK(support::contains(integer_of("18446744073709551616"), "a whole number below 2^64"));
  CHECK(support::contains(integer_of("99999999999999999999999"), "a whole number below 2^64"));
  CHECK(support::contains(integer_of("01"), "without leading zeros, found '01'"));
  CHECK(support::contains(integer_of("00"), "without leading zeros"));
  CHECK(support::contains(integer_of("-1"), "byte 100: expected a whole number, found '-1'"));
  CHECK(support::contains(integer_of("x"), "expected a whole number"));
  CHECK(support::contains(integer_of(""), "found the end of the header"));
}

TEST_CASE("json: structure") {
  std::string text = " { \"a\" : [ 1 , 2 ] }\r\n\t";
  io::json_scanner in(text, "json", "t", 0);
  in.expect('{');
  CHECK_FALSE(in.take('}'));
  CHECK(in.string() == "a");
  in.expect(':');
  in.expect('[');
  CHECK(in.integer() == 1);
  CHECK(in.take(','));
  CHECK(in.integer() == 2);
  CHECK_FALSE(in.take(','));
  in.expect(']');
  CHECK_FALSE(in.at_end());
  CHECK(support::message_of<error>([&] { in.expect(']'); }) ==
        "json: t: byte 19: expected ']', found '}?"
        "\?\?'");
  in.expect('}');
  CHECK(in.at_end());
}

TEST_CASE("json: what is written is read again") {
  std::string everything;
  for (char c = 0; c < 127; ++c) everything += c;
  everything += "\xC3\xA9\xF0\x9F\x94\xA5";
  std::string text;
  io::append_json(text, everything);
  CHECK(text.find('\n') == std::string::npos);
  CHECK(support::contains(text, R"("\u0000\u0001)"));
  CHECK(support::contains(text, R"(\b\t\n\u000b\f\r\u000e)"));
  CHECK(string_of(text) == everything);
}

}  // namespace io_json_test
