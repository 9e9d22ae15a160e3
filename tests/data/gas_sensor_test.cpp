// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/gas_sensor.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace data_gas_sensor_test {

using namespace halo;

namespace {

// One row: feature k of row r is r + k / 128.
std::string row(std::string const& head, int r = 0) {
  std::string text = head;
  for (int k = 1; k <= 128; ++k) {
    text += ' ' + std::to_string(k) + ':' + std::to_string(r + k / 128.0);
  }
  return text;
}

std::string with(std::string text, std::string const& from, std::string const& to) {
  std::size_t const at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string message(std::string const& text) {
  return support::message_of<error>(
      [&] { static_cast<void>(data::parse_gas_sensor(text, "batch1.dat")); });
}

}  // namespace

TEST_CASE("gas_sensor: both layouts, mixed even") {
  std::string const text = row("1;10.000000", 1) + "\n" + row("6", 2) + "\n";
  data::gas_sensor const g = data::parse_gas_sensor(text, "batch3.dat", 3);
  CHECK(g.samples.rows() == 2);
  CHECK(g.samples.features() == 128);
  CHECK(g.samples.classes == 7);
  CHECK(g.samples.y(0) == 1);
  CHECK(g.samples.y(1) == 6);
  CHECK(g.samples.x(0, 0) == doctest::Approx(1 + 1 / 128.0));
  CHECK(g.samples.x(1, 127) == 3.0F);
  CHECK(g.ppm[0] == 10.0F);
  CHECK(std::isnan(g.ppm[1]));
  CHECK(g.batch == std::vector<std::int32_t>{3, 3});
}

TEST_CASE("gas_sensor: ends of lines, blanks and ways to write a number") {
  std::string const plain = row("2;5.5", 7);
  data::gas_sensor const expected = data::parse_gas_sensor(plain, "a");
  for (std::string const& text :
       {plain + "\n", plain + "\r\n", plain + " \n", plain + " \t\r\n\r\n\n  \n", "  " + plain,
        with(plain, " 2:", "   2:"), with(plain, " 2:", "\t2:"), with(plain, "2;5.5", "2;5.5e0"),
        with(plain, " 128:8.000000", " 128:8"), with(plain, " 128:8.000000", " 128:+0.08E+02")}) {
    CAPTURE(text);
    data::gas_sensor const g = data::parse_gas_sensor(text, "a");
    CHECK(g.samples.x == expected.samples.x);
    CHECK(g.samples.y == expected.samples.y);
    CHECK(g.ppm == expected.ppm);
  }
}

TEST_CASE("gas_sensor: bad input is named with line, column, expected and found") {
  std::string const good = row("1;10.0", 0);
  struct {
    std::string text;
    std::string says;
  } const cases[] = {
      {"",
       "gas_sensor: batch1.dat: expected rows such as 1;10.0 1:15596.2 ... 128:-2.7, found an "
       "empty file"},
      {" \r\n\n", "found an empty file"},
      {good + "\n\n" + good, "line 2, column 1: expected a class from 1 to 6, found nothing"},
      {good + "\n7" + good.substr(1),
       "line 2, column 1: expected a class from 1 to 6, found '7;10"},
      {with(good, "1;", "0;"), "expected a class from 1 to 6, found '0;10.0'"},
      {with(good, "1;", "-1;"), "expected a class"},
      {with(good, "1;", "x;"), "expected a class"},
      {with(good, "1;", "99999999999;"), "expected a class"},
      {with(good, "1;10.0", "1;"), "column 3: expected a concentration in ppm, found nothing"},
      {with(good, "10.0", "-10.0"), "expected a concentration in ppm, found '-10.0'"},
      {with(good, "10.0", "nan"), "expected a concentration in ppm, found 'nan'"},
      {with(good, "1;10.0 ", "1;10.0x "), "expected a blank and 1:<finite number>, found 'x'"},
      {with(good, "1;10.0 ", "1 10.0 "), "expected a blank and 1:<finite number>, found '10.0'"},
      {with(good, " 3:", " 4:"), "expected a blank and 3:<finite number>, found '4:0.023438'"},
      {with(good, " 3:", " 3 :"), "expected a blank and 3:"},
      {with(good, " 3:", " 3: "), "expected a blank and 3:"},
      {with(good, " 3:", " :"), "expected a blank and 3:"},
      {with(good, " 3:", "3:"), "expected a blank and 2:<finite number>, found '2:0.0156253:0.0"},
      {with(good, " 3:", " 2:1 3:"), "expected a blank and 3:"},
      {with(good, " 3:0.0", " 3:nan0.0"), "expected a blank and 3:<finite number>, found '3:nan"},
      {with(good, " 3:0", " 3:inf0"), "expected a blank and 3:"},
      {with(good, " 3:0", " 3:1e99"), "expected a blank and 3:"},
      {with(good, " 3:0.", " 3:0,"), "expected a blank and 3:"},
      {with(good, " 3:0.", std::string(" 3:\0", 4)), "expected a blank and 3:"},
      {with(good, " 128:1.000000", ""), "column 1"},
      {with(good, " 128:1.000000", ""), "expected a blank and 128:<finite number>, found nothing"},
      {good + " 129:1.0", "expected the end of the line, found '129:1.0'"},
      {good + "x", "expected a blank and 128:<finite number>"},
      {good + good, "expected a blank and 128:<finite number>"},
      {std::string(100000, '1'), "expected a class"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.text);
    std::string const m = message(c.text);
    CAPTURE(m);
    CHECK(support::contains(m, c.says));
    CHECK(support::contains(m, "gas_sensor: batch1.dat"));
  }
}

TEST_CASE("gas_sensor: truncated at every byte, an error or a shorter last number") {
  std::string const text = row("1;10.0", 0) + "\n" + row("2", 1);
  data::gas_sensor const whole = data::parse_gas_sensor(text, "a");
  for (std::size_t n = 0; n < text.size(); ++n) {
    std::string const m = message(text.substr(0, n));
    if (m != "no error") continue;
    data::gas_sensor const g = data::parse_gas_sensor(text.substr(0, n), "a");
    // What may pass: the first row (cut in its last number at most), or both (likewise).
    bool const first = g.samples.rows() == 1 && n >= row("1;10.0", 0).size() - 7;
    bool const both = g.samples.rows() == 2 && n >= text.size() - 7;
    CHECK((first || both));
    CHECK(g.samples.x(0, 5) == whole.samples.x(0, 5));
  }
}

TEST_CASE("gas_sensor: a flipped bit gives an error or finite rows, nothing else") {
  std::string const text = row("1;10.0", 0) + "\n";
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string broken = text;
      broken[i] = static_cast<char>(broken[i] ^ (1 << bit));
      if (message(broken) != "no error") continue;
      data::gas_sensor const g = data::parse_gas_sensor(broken, "a");
      CHECK(g.samples.rows() == 1);
      for (float x : tensor::elements(g.samples.x)) CHECK(std::isfinite(x));
      CHECK(g.samples.y(0) >= 1);
      CHECK(g.samples.y(0) <= 6);
    }
  }
}

TEST_CASE("gas_sensor: a folder gives the files it has, rows knowing their batch") {
  support::folder f;
  io::save_atomically(f / "batch2.dat", row("1", 0) + "\n" + row("2", 0) + "\n");
  io::save_atomically(f / "batch10.dat", row("3", 0));
  data::gas_sensor const g = data::load_gas_sensor(f.path());
  CHECK(g.batch == std::vector<std::int32_t>{2, 2, 10});
  CHECK(g.samples.y(2) == 3);
  CHECK(data::load_gas_sensor(f / "batch10.dat").batch[0] == 10);
  io::save_atomically(f / "mine.dat", row("3", 0));
  CHECK(data::load_gas_sensor(f / "mine.dat").batch[0] == 0);
  io::save_atomically(f / "batch7.dat", row("3", 0) + "\n5");
  auto const m =
      support::message_of<error>([&] { static_cast<void>(data::load_gas_sensor(f.path())); });
  CHECK(support::contains(m, "batch7.dat: line 2, column 2: expected a blank and 1:"));
}

TEST_CASE("gas_sensor: a folder without the files, a file that is not there") {
  support::folder f;
  auto const message_of_loading = [](std::string const& path) {
    return support::message_of<error>([&] { static_cast<void>(data::load_gas_sensor(path)); });
  };
  CHECK(support::contains(message_of_loading(f.path()), "expected at least one of batch1.dat"));
  CHECK(support::contains(message_of_loading(f / "none.dat"), "No such file"));
}

TEST_CASE("gas_sensor: the real files") {
  std::string const folder = support::data_folder();
  if (folder.empty()) return;
  data::gas_sensor const g = data::load_gas_sensor(folder + "/gas");
  // The first line of batch1.dat and what the files hold in total.
  CHECK(g.samples.x(0, 0) == 15596.1621F);
  CHECK(g.samples.x(0, 1) == 1.868245F);
  CHECK(g.ppm[0] == 10.0F);
  std::size_t const rows[] = {445, 1244, 1586, 161, 197, 2300, 3613, 294, 470, 3600};
  for (std::int32_t b = 1; b <= 10; ++b) {
    std::size_t const found = data::rows_where(g.batch, {b}).size();
    CAPTURE(b);
    CHECK((found == 0 || found == rows[b - 1]));
  }
  for (float x : tensor::elements(g.samples.x)) REQUIRE(std::isfinite(x));
  if (g.samples.rows() == 5933) {
    CHECK(data::rows_per_class(g.samples) ==
          std::vector<std::size_t>{0, 1225, 1579, 541, 484, 1558, 546});
  }
}

}  // namespace data_gas_sensor_test
