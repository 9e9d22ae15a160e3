// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/csv_fields.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "../support/data.hpp"

namespace data_csv_fields_test {

using namespace halo;

namespace {

/// The fields of a line, each in brackets, or the refusal.
std::string fields_of(std::string const& line, char separator) {
  std::string result;
  auto const m = support::message_of<error>([&] {
    data::text::lines in(line, "csv", "f");
    static_cast<void>(in.next());
    std::string_view rest = in.line();
    for (bool more = true; more;)
      result += '[' + data::detail::csv_fields(separator).take(in, rest, more).content() + ']';
  });
  return m == "no error" ? result : m;
}

}  // namespace

TEST_CASE("csv_fields: plain ones and those in quotes") {
  CHECK(fields_of("a, b ,\"c, \"\"d\"\"\",", ',') == "[a][b][c, \"d\"][]");
  CHECK(fields_of("a  b\t\"c d\"", ' ') == "[a][b][c d]");
  CHECK(fields_of("a;b,c", ';') == "[a][b,c]");
  CHECK(fields_of("\"a", ',') == "csv: f: line 1, column 1: expected closing quotes, found '\"a'");
  CHECK(fields_of("\"a\"b,c", ',') ==
        "csv: f: line 1, column 4: expected the end of the field behind its quotes, found 'b,c'");
}

TEST_CASE("csv_fields: what says that there is no value") {
  using data::detail::csv_field;
  for (char const* text : {"", "?", "NA", "N/A", "nan", "NaN", "null", "NULL"})
    CHECK(csv_field{text}.is_missing());
  for (char const* text : {"0", "na", "??", "N", "none", "-"})
    CHECK_FALSE(csv_field{text}.is_missing());
}

TEST_CASE("csv_fields: numbers with a point or a comma") {
  using data::detail::read_number;
  float x = 0;
  CHECK(read_number("-1.5e1", '.', x));
  CHECK(x == -15);
  CHECK(read_number("-1,5e1", ',', x));
  CHECK(x == -15);
  for (char const* text : {"1.5", "1,5,2", "", ",", "1,5x"}) CHECK_FALSE(read_number(text, ',', x));
  CHECK_FALSE(read_number("1,5", '.', x));
  CHECK_FALSE(read_number(std::string(65, '1'), ',', x));
}

}  // namespace data_csv_fields_test
