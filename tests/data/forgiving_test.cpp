// SPDX-License-Identifier: BSD-3-Clause
// What one reader of text forgives, all forgive; and where memory runs out, all say so alike.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <halo/data.hpp>
#include <halo/zoo/authors_thyroid.hpp>

#include "../support/allocation.hpp"
#include "../support/data.hpp"

namespace data_forgiving_test {

using namespace halo;

namespace {

std::string repeated(std::string const& piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

data::dataset parsed_har(std::string const& signal, std::string const& labels,
                         std::string const& subjects) {
  data::har_texts texts;
  for (data::har_text& s : texts.signals) s = {signal, "signal"};
  texts.labels = {labels, "labels"};
  texts.subjects = {subjects, "subjects"};
  return data::parse_har(texts).samples;
}

struct reader {
  char const* name;
  std::string text;  ///< two lines or more, with LF
  std::function<data::dataset(std::string const&)> parse;
};

std::vector<reader> readers() {
  std::string gas;
  std::string table;
  std::string head;
  for (std::string_view const column : zoo::detail::table_columns)
    head.append(head.empty() ? "" : ",").append(column);
  for (int row = 1; row <= 3; ++row) {
    gas += std::to_string(row) + ";2.5";
    for (int k = 1; k <= 128; ++k) gas += ' ' + std::to_string(k) + ":" + std::to_string(row * k);
    gas += '\n';
    for (int k = 0; k < 26; ++k) table += std::to_string(row + k) + ',';
    table += "negative\n";
  }
  std::string const signal = repeated(repeated("1.5e-01 ", 127) + "2\n", 3);
  std::string thyroid;
  for (int patient = 1; patient <= 3; ++patient)
    thyroid += "41,F," + repeated("f,", 14) + repeated("t,1.5,", 5) + repeated("f,?,", 1) +
               "SVHC,negative.|" + std::to_string(patient) + "\n";
  std::string const comma = "1.5,2,0\n-3,4e2,1\n5,6,1\n";
  std::string const blank = "1.5 2 0\n-3 4e2 1\n5 6 1\n";
  std::string const tab = "1.5\t2\t0\n-3\t4e2\t1\n5\t6\t1\n";
  auto const csv = [](char separator, std::vector<data::csv_column> texts = {}) {
    data::csv_options options{.separator = separator};
    options.texts = std::move(texts);
    return [options](std::string const& t) { return data::parse_csv(t, "f", options).samples; };
  };
  return {
      {"gas_sensor", gas,
       [](std::string const& t) { return data::parse_gas_sensor(t, "f").samples; }},
      {"har signals", signal,
       [](std::string const& t) { return parsed_har(t, "1\n2\n3\n", "4\n5\n6\n"); }},
      {"har labels", "1\n2\n3\n",
       [signal](std::string const& t) { return parsed_har(signal, t, "4\n5\n6\n"); }},
      {"har subjects", "4\n5\n6\n",
       [signal](std::string const& t) { return parsed_har(signal, "1\n2\n3\n", t); }},
      {"thyroid", thyroid,
       [](std::string const& t) {
         data::thyroid_text const one[] = {{t, "f"}};
         return data::parse_thyroid(one).samples;
       }},
      {"authors_thyroid", head + '\n' + table,
       [](std::string const& t) { return zoo::parse_authors_thyroid(t, "f"); }},
      {"svmlight", "1 1:2 2:1\n0 1:3 2:0.5\n1 1:-1 2:4\n",
       [](std::string const& t) { return data::parse_svmlight(t, "f"); }},
      {"csv with texts", "1,a,x\n2,b,y\n3,a,x\n", csv(',', {1, -1})},
      {"csv with commas", comma, csv(',')},
      {"csv with blanks", blank, csv(' ')},
      {"csv with tabs", tab, csv('\t')},
  };
}

std::string with_ends(std::string text, std::string const& front, std::string const& end) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t const stop = text.find('\n', at);
    result += front + text.substr(at, stop - at) + end;
    at = stop + 1;
  }
  return result;
}

bool same(data::dataset const& a, data::dataset const& b) {
  if (a.rows() != b.rows() || a.features() != b.features()) return false;
  for (std::size_t i = 0; i < a.x.size(); ++i) {
    float const x = a.x.data()[i];
    float const y = b.x.data()[i];
    if (x != y && (x == x || y == y)) return false;
  }
  return std::equal(a.y.data(), a.y.data() + a.rows(), b.y.data());
}

}  // namespace

TEST_CASE("readers of text: what one forgives, all forgive") {
  for (reader const& r : readers()) {
    CAPTURE(r.name);
    data::dataset const expected = r.parse(r.text);
    CHECK(expected.rows() == 3);
    std::string const mark = "\xEF\xBB\xBF";
    std::string const variants[] = {
        mark + r.text,
        with_ends(r.text, "", "\r\n"),
        with_ends(r.text, " ", " \n"),
        with_ends(r.text, "  ", "  \r\n"),
        r.text + "\n\r\n  \n\t\n",
        r.text.substr(0, r.text.size() - 1),
        mark + with_ends(r.text, " ", " \r\n") + " ",
    };
    for (std::string const& v : variants) {
      CAPTURE(v);
      std::string const m = support::message_of<error>([&] { CHECK(same(r.parse(v), expected)); });
      CHECK(m == "no error");
    }
    CHECK(support::message_of<error>([&] { static_cast<void>(r.parse(mark)); }) != "no error");
    // and what none forgives: a blank line between others, a second mark
    CHECK(support::message_of<error>([&] { static_cast<void>(r.parse("\n" + r.text)); }) !=
          "no error");
    CHECK(support::message_of<error>([&] { static_cast<void>(r.parse(mark + mark + r.text)); }) !=
          "no error");
  }
}

TEST_CASE("readers of text: where memory runs out they say so with a halo::error") {
  if (!support::allocations_are_counted()) {
    MESSAGE("skipped: allocations are not counted under this sanitizer");
    return;
  }
  for (reader const& r : readers()) {
    CAPTURE(r.name);
    std::size_t const all = support::allocations_of([&] { static_cast<void>(r.parse(r.text)); });
    CHECK(all > 1);
    for (std::size_t n = 1; n <= all; ++n) {
      CAPTURE(n);
      std::string m;
      try {
        support::failing_allocation const once(n);
        static_cast<void>(r.parse(r.text));
        m = "no error";
      } catch (error const& e) {
        m = e.what();
      }
      CHECK(support::contains(m, "expected memory for "));
    }
  }
}

TEST_CASE("readers of text: a file of another kind is named as what it is") {
  for (reader const& r : readers()) {
    CAPTURE(r.name);
    CHECK(support::contains(
        support::message_of<error>([&] { static_cast<void>(r.parse("PK\x03\x04\x14")); }),
        ": expected lines of text, found a zip archive"));
    CHECK(support::contains(
        support::message_of<error>([&] { static_cast<void>(r.parse("<!doctype html>\n")); }),
        ": expected lines of text, found a web page"));
  }
}

}  // namespace data_forgiving_test
