// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/har.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace data_har_test {

using namespace halo;

namespace {

// Moment t of channel c in window w.
float value(std::size_t w, std::size_t c, std::size_t t) {
  return static_cast<float>(w) * 0.5F + static_cast<float>(c) * 1000 - static_cast<float>(t);
}

std::string window(std::size_t w, std::size_t c) {
  std::string text;
  for (std::size_t t = 0; t < 128; ++t) text += "  " + std::to_string(value(w, c, t));
  return text;
}

// The texts of two windows.
struct files {
  std::array<std::string, 9> signals;
  std::string labels = "5\n2\n";
  std::string subjects = "1\n30\n";

  files() {
    for (std::size_t c = 0; c < 9; ++c) signals[c] = window(0, c) + '\n' + window(1, c) + '\n';
  }
  [[nodiscard]] data::har parse() const {
    data::har_texts t;
    for (std::size_t c = 0; c < 9; ++c) t.signals[c] = {signals[c], data::har_channels[c]};
    t.labels = {labels, "y.txt"};
    t.subjects = {subjects, "subject.txt"};
    return data::parse_har(t);
  }
  [[nodiscard]] std::string message() const {
    return support::message_of<error>([&] { static_cast<void>(parse()); });
  }
};

std::string with(std::string text, std::string const& from, std::string const& to) {
  std::size_t const at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("har: nine channels a moment, moment after moment") {
  data::har const h = files().parse();
  REQUIRE(h.samples.rows() == 2);
  REQUIRE(h.samples.features() == 1152);
  CHECK(h.samples.classes == 7);
  CHECK(h.samples.y(0) == 5);
  CHECK(h.samples.y(1) == 2);
  CHECK(h.subject == std::vector<std::int32_t>{1, 30});
  for (std::size_t w = 0; w < 2; ++w)
    for (std::size_t t = 0; t < 128; ++t)
      for (std::size_t c = 0; c < 9; ++c) CHECK(h.samples.x(w, t * 9 + c) == value(w, c, t));
}

TEST_CASE("har: ends of lines, blanks and ways to write a number") {
  data::har const expected = files().parse();
  struct {
    std::string from, to;
  } const changes[] = {{"0.000000 ", "0 "},
                       {"0.000000 ", "+0.0e-3 "},
                       {"  -1.000000", "\t-1"},
                       {"-127.000000\n", "-127 \r\n"},
                       {"-127.000000\n", "-127\n"}};
  for (auto const& change : changes) {
    CAPTURE(change.to);
    files f;
    f.signals[0] = with(f.signals[0], change.from, change.to);
    CHECK(f.parse().samples.x == expected.samples.x);
  }
  files f;
  f.labels = " 5 \r\n\t2\r\n\r\n \n";
  f.subjects = "1\n30";
  f.signals[8] += "\r\n\n";
  data::har const h = f.parse();
  CHECK(h.samples.y == expected.samples.y);
  CHECK(h.subject == expected.subject);
  CHECK(h.samples.x == expected.samples.x);
}

TEST_CASE("har: bad labels and subjects are named with line, column, expected and found") {
  struct {
    std::string text, says;
  } const cases[] = {
      {"", ": expected an activity from 1 to 6 a line, found no line"},
      {"5\n7\n", ": line 2, column 1: expected an activity from 1 to 6, found '7'"},
      {"5\n0\n", "line 2, column 1: expected an activity from 1 to 6, found '0'"},
      {"5\n-2\n", "found '-2'"},
      {"5\n2 3\n", "line 2, column 3: expected the end of the line, found '3'"},
      {"5\n2x\n", "line 2, column 2: expected the end of the line, found 'x'"},
      {"5\n\n2\n", "line 2, column 1: expected an activity from 1 to 6, found nothing"},
      {"5\n99999999999\n", "found '99999999999'"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.text);
    files f;
    f.labels = c.text;
    std::string const m = f.message();
    CAPTURE(m);
    CHECK(support::contains(m, c.says));
    CHECK(support::contains(m, "har: y.txt"));
  }
  files f;
  f.subjects = "1\n31\n";
  CHECK(support::contains(f.message(),
                          "subject.txt: line 2, column 1: expected a subject from 1 to "
                          "30, found '31'"));
  f.subjects = "1\n2\n3\n";
  CHECK(
      support::contains(f.message(), "subject.txt: expected 2 lines, as many as labels, found 3"));
}

TEST_CASE("har: bad signals are named with line, column, expected and found") {
  std::string const good = files().signals[4];
  struct {
    std::string text, says;
  } const cases[] = {
      {"", ": expected 2 lines, as many as labels, found 0"},
      {window(0, 4), ": expected 2 lines, as many as labels, found 1"},
      {good + window(0, 4), ": expected 2 lines, as many as labels, found more"},
      {with(good, "4000.000000", ""),
       "line 1, column 1654: expected 128 finite numbers, number "
       "128, found nothing"},
      {with(good, "4000.000000", "4000.0,"),
       "expected 128 finite numbers, number 1, found "
       "'4000.0,'"},
      {with(good, "4000.000000", "nan"), "number 1, found 'nan'"},
      {with(good, "4000.000000", "-inf"), "number 1, found '-inf'"},
      {with(good, "4000.000000", "1e99"), "number 1, found '1e99'"},
      {with(good, "4000.000000", "1 4000"), "expected the end of the line, found '3873.000000'"},
      {with(good, "3999.000000", "3999.000000-1"), "number 2, found '3999.000000-1'"},
      {"\n" + good, "line 1, column 1: expected 128 finite numbers, number 1, found nothing"},
      {with(good, "4000.000000", std::string("\0", 1)), "number 1, found"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.text);
    files f;
    f.signals[4] = c.text;
    std::string const m = f.message();
    CAPTURE(m);
    CHECK(support::contains(m, c.says));
    CHECK(support::contains(m, "har: body_acc_y: "));
  }
}

TEST_CASE("har: a folder in the official layout") {
  support::folder place;
  std::string const root = place / "UCI HAR Dataset";
  std::filesystem::create_directories(root + "/test/Inertial Signals");
  files const f;
  for (std::size_t c = 0; c < 9; ++c) {
    io::save_atomically(
        root + "/test/Inertial Signals/" + std::string(data::har_channels[c]) + "_test.txt",
        f.signals[c]);
  }
  auto const message = [&](std::string const& part) {
    return support::message_of<error>([&] { static_cast<void>(data::load_har(root, part)); });
  };
  CHECK(support::contains(message("test"), "y_test.txt"));
  io::save_atomically(root + "/test/y_test.txt", f.labels);
  io::save_atomically(root + "/test/subject_test.txt", f.subjects);
  CHECK(message("test") == "no error");
  data::har const h = data::load_har(root, "test");
  CHECK(h.samples.x == f.parse().samples.x);
  CHECK(h.subject == f.parse().subject);
  CHECK(support::contains(message("train"), "No such file"));
  CHECK(support::contains(message("both"), "har: part: expected train or test, found both"));
  io::save_atomically(root + "/test/y_test.txt", std::string("5\n2\n9\n"));
  CHECK(support::contains(message("test"),
                          "test/y_test.txt: line 3, column 1: expected an activity"));
  std::filesystem::remove_all(place.path());
}

TEST_CASE("har: the real files") {
  std::string const folder = support::data_folder();
  if (folder.empty()) return;
  std::string const root = folder + "/UCI HAR Dataset";
  if (!io::exists(root)) {
    MESSAGE("skipped: HALO_DATA has no folder UCI HAR Dataset");
    return;
  }
  // Sizes from the description of the data and from another program.
  data::har const test = data::load_har(root, "test");
  CHECK(test.samples.rows() == 2947);
  CHECK(data::rows_per_class(test.samples) ==
        std::vector<std::size_t>{0, 496, 471, 420, 491, 532, 537});
  for (float x : tensor::elements(test.samples.x)) REQUIRE(std::isfinite(x));
  // Gravity stands in the total acceleration and not in that of the body.
  double total = 0, body = 0;
  for (std::size_t i = 0; i < test.samples.rows(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      total += std::abs(static_cast<double>(test.samples.x(i, c)));
      body += std::abs(static_cast<double>(test.samples.x(i, 3 + c)));
    }
  }
  CHECK(total > 5 * body);
}

}  // namespace data_har_test
