// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/thyroid.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace data_thyroid_test {

using namespace halo;

namespace {

// Seven fields that change; all others are "f" or "?".
std::string line(std::string const& age, std::string const& sex, std::string const& tsh,
                 std::string const& name, int patient) {
  std::string text = age + ',' + sex;
  for (int k = 2; k < 16; ++k) text += k == 5 ? ",t" : ",f";
  text += (tsh == "?" ? ",f," : ",t,") + tsh + ",t,2.5,f,?,t,1.14,t,109,f,?,SVHC,";
  return text + name + ".|" + std::to_string(patient) + '\n';
}

std::string with(std::string text, std::string const& from, std::string const& to) {
  std::size_t const at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

data::thyroid parsed(std::vector<std::string> const& texts) {
  std::vector<data::thyroid_text> views;
  for (std::string const& t : texts) views.push_back({t, "allhypo.data"});
  return data::parse_thyroid(views);
}

std::string message(std::vector<std::string> const& texts) {
  return support::message_of<error>([&] { static_cast<void>(parsed(texts)); });
}

}  // namespace

TEST_CASE("thyroid: attributes in their columns, missing ones as NaN") {
  data::thyroid const t = parsed({line("41", "F", "1.3", "negative", 3733) +
                                  line("?", "?", "?", "primary hypothyroid", 7) + "\n"});
  REQUIRE(t.samples.rows() == 2);
  CHECK(t.samples.features() == 26);
  CHECK(t.samples.classes == 4);
  std::vector<float> const first{41, 0, 0, 0, 0,    1, 0,   0, 0, 0, 0,     0, 0,
                                 0,  0, 0, 1, 1.3F, 1, 2.5, 0, 0, 1, 1.14F, 1, 109};
  for (std::size_t k = 0; k < 26; ++k) {
    CAPTURE(k);
    if (k == 21) {
      CHECK(std::isnan(t.samples.x(0, k)));
    } else {
      CHECK(t.samples.x(0, k) == first[k]);
    }
  }
  CHECK(std::isnan(t.samples.x(1, 0)));
  CHECK(std::isnan(t.samples.x(1, 1)));
  CHECK(t.samples.x(1, 16) == 0);
  CHECK(std::isnan(t.samples.x(1, 17)));
  CHECK(t.sex == std::vector<std::int32_t>{0, -1});
  CHECK(t.patient == std::vector<std::uint32_t>{3733, 7});
  CHECK(t.samples.y(0) == 0);
  CHECK(t.samples.y(1) == 1);
}

TEST_CASE("thyroid: every class of the files has its label") {
  struct {
    char const* name;
    std::int32_t label;
  } const cases[] = {{"negative", 0},
                     {"hypothyroid", 1},
                     {"primary hypothyroid", 1},
                     {"compensated hypothyroid", 1},
                     {"secondary hypothyroid", 1},
                     {"sick", 2},
                     {"hyperthyroid", 3},
                     {"T3 toxic", 3},
                     {"goitre", 3},
                     {"secondary toxic", 3}};
  for (auto const& c : cases) {
    CAPTURE(c.name);
    CHECK(parsed({line("1", "M", "1", c.name, 1)}).samples.y(0) == c.label);
  }
}

TEST_CASE("thyroid: a patient of several texts has one row, the heavier diagnosis in any order") {
  char const* const names[] = {"negative", "sick", "hyperthyroid", "hypothyroid"};  // ascending
  std::int32_t const labels[] = {0, 2, 3, 1};
  for (int a = 0; a < 4; ++a) {
    for (int b = 0; b < 4; ++b) {
      CAPTURE(names[a]);
      CAPTURE(names[b]);
      data::thyroid const t =
          parsed({line("1", "M", "1", names[a], 5) + line("2", "F", "1", "negative", 6),
                  line("2", "F", "1", "negative", 6) + line("1", "M", "1", names[b], 5)});
      CHECK(t.patient == std::vector<std::uint32_t>{5, 6});
      CHECK(t.samples.y(0) == labels[std::max(a, b)]);
      CHECK(t.samples.y(1) == 0);
      CHECK(t.sex == std::vector<std::int32_t>{1, 0});
    }
  }
}

TEST_CASE("thyroid: bad input is named with line, column, expected and found") {
  std::string const good = line("41", "F", "1.3", "negative", 9);
  struct {
    std::string text;
    std::string says;
  } const cases[] = {
      {"", "allhypo.data: expected lines such as 41,F,f, ... ,negative.|3733, found no line"},
      {"\r\n \n", "found no line"},
      {good + "\n" + good, "line 2, column 1: expected 29 attributes, a comma after each, found 0"},
      {with(good, "41,", ""), "column 1: expected a number from 0 or ?, found 'F'"},
      {with(good, "41,", ","), "column 1: expected a number from 0 or ?, found nothing"},
      {with(good, "41,", "-41,"), "expected a number from 0 or ?, found '-41'"},
      {with(good, "41,", "nan,"), "expected a number from 0 or ?, found 'nan'"},
      {with(good, "41,", "1e99,"), "expected a number from 0 or ?, found '1e99'"},
      {with(good, "41,", "4 1,"), "expected a number from 0 or ?, found '4 1'"},
      {with(good, ",F,", ",f,"), "column 4: expected F, M or ?, found 'f'"},
      {with(good, ",F,f", ",F,0"), "column 6: expected f, t or ?, found '0'"},
      {with(good, "1.3,", "1.3x,"), "expected a number from 0 or ?, found '1.3x'"},
      {with(good, "SVHC,", ""), "column 67: expected 29 attributes, a comma after each, found 28"},
      {with(good, "SVHC,", "SVHC,f,"), "expected a class such as"},
      {with(good, "negative.", "negative"), "expected a class such as"},
      {with(good, "negative.", "well."), "expected a class such as negative."},
      {with(good, "|9", ""), "expected | and the number of the patient, found nothing"},
      {with(good, "|9", "|"), "expected | and the number of the patient, found '|'"},
      {with(good, "|9", "|9x"), "found '|9x'"},
      {with(good, "|9", "|99999999999"), "expected | and the number of the patient"},
      {good + with(good, "1.3", "1.4"),
       "line 2, column 81: expected the attributes that patient 9 had before, found others"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.text);
    std::string const m = message({c.text});
    CAPTURE(m);
    CHECK(support::contains(m, c.says));
    CHECK(support::contains(m, "thyroid: allhypo.data"));
  }
  CHECK(support::contains(message({}), "thyroid: texts: expected at least one, found none"));
}

TEST_CASE("thyroid: cut or flipped anywhere, an error or sound rows") {
  std::string const text = line("41", "F", "1.3", "negative", 9) + line("7", "M", "?", "sick", 8);
  auto const check = [](std::string const& broken) {
    if (message({broken}) != "no error") return;
    data::thyroid const t = parsed({broken});
    CHECK(t.samples.rows() >= 1);
    CHECK(t.samples.rows() <= 2);
    for (float x : tensor::elements(t.samples.x)) CHECK((std::isnan(x) || x >= 0));
    for (std::int32_t y : tensor::elements(t.samples.y)) CHECK((y >= 0 && y < 4));
  };
  for (std::size_t n = 0; n < text.size(); ++n) {
    check(text.substr(0, n));
    for (int bit = 0; bit < 8; ++bit) {
      std::string broken = text;
      broken[n] = static_cast<char>(broken[n] ^ (1 << bit));
      check(broken);
    }
  }
}

TEST_CASE("thyroid: a folder needs all six files") {
  support::folder f;
  for (char const* name : {"allhypo.data", "allhypo.test", "allhyper.data", "allhyper.test",
                           "sick.data", "sick.test"}) {
    auto const m =
        support::message_of<error>([&] { static_cast<void>(data::load_thyroid(f.path())); });
    CAPTURE(m);
    CHECK(support::contains(m, "No such file"));
    bool const is_test = std::string(name).ends_with(".test");
    bool const hyper = std::string(name).starts_with("allhyper");
    io::save_atomically(
        f / name, line("1", "M", "2", hyper && !is_test ? "goitre" : "negative", is_test ? 2 : 1));
  }
  data::thyroid const t = data::load_thyroid(f.path());
  CHECK(t.patient == std::vector<std::uint32_t>{1, 2});
  CHECK(t.samples.y(0) == 3);
  CHECK(t.samples.y(1) == 0);
  io::save_atomically(f / "sick.test", line("1", "M", "2", "negative", 2) + "x");
  auto const m =
      support::message_of<error>([&] { static_cast<void>(data::load_thyroid(f.path())); });
  CHECK(support::contains(m, "sick.test: line 2, column 1: expected 29 attributes"));
}

TEST_CASE("thyroid: the real files") {
  std::string const folder = support::data_folder();
  if (folder.empty()) return;
  if (!io::exists(folder + "/thyroid")) {
    MESSAGE("skipped: HALO_DATA has no folder thyroid");
    return;
  }
  data::thyroid const t = data::load_thyroid(folder + "/thyroid");
  // Counted by another program.
  CHECK(t.samples.rows() == 3772);
  CHECK(data::rows_per_class(t.samples) == std::vector<std::size_t>{3192, 291, 187, 102});
  CHECK(data::rows_where(t.sex, {0}).size() == 2480);
  CHECK(data::rows_where(t.sex, {1}).size() == 1142);
  CHECK(t.patient[0] == 3733);
  CHECK(t.samples.x(0, 17) == 1.3F);
  CHECK(t.samples.x(0, 25) == 109.0F);
}

}  // namespace data_thyroid_test
