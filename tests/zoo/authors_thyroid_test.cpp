// SPDX-License-Identifier: BSD-3-Clause
#include <halo/zoo/authors_thyroid.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace zoo_authors_thyroid_test {

using namespace halo;

namespace {

std::string const header =
    "age,sex,on_thyroxine,query_on_thyroxine,on_antithyroid_medication,sick,pregnant,"
    "thyroid_surgery,I131_treatment,query_hypothyroid,query_hyperthyroid,lithium,goitre,tumor,"
    "hypopituitary,psych,TSH_measured,TSH,T3_measured,T3,TT4_measured,TT4,T4U_measured,T4U,"
    "FTI_measured,FTI,class\n";

// Feature k is k + first.
std::string line(int first, std::string const& name) {
  std::string text;
  for (int k = 0; k < 26; ++k) text += std::to_string(first + k) + ',';
  return text + name + '\n';
}

data::dataset parsed(std::string const& text) { return zoo::parse_authors_thyroid(text, "f.csv"); }

std::string message(std::string const& text) {
  return support::message_of<error>([&] { static_cast<void>(parsed(text)); });
}

std::string with(std::string text, std::string const& from, std::string const& to) {
  std::size_t const at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("authors_thyroid: numbers in their columns, diagnoses as in thyroid") {
  data::dataset const d =
      parsed(header + line(0, "negative") + line(1, "hypothyroid") + line(2, "sick") +
             with(line(3, "hyperthyroid"), "3,", "2.5e-1,") + "\r\n");
  REQUIRE(d.rows() == 4);
  REQUIRE(d.features() == 26);
  CHECK(d.classes == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(d.y(i) == static_cast<std::int32_t>(i));
    for (std::size_t k = 1; k < 26; ++k) CHECK(d.x(i, k) == static_cast<float>(i + k));
  }
  CHECK(d.x(0, 0) == 0.0F);
  CHECK(d.x(3, 0) == 0.25F);
}

TEST_CASE("authors_thyroid: bad input is named with line, column, expected and found") {
  std::string const good = line(10, "sick");
  struct {
    std::string text, says;
  } const cases[] = {
      {"", "f.csv: expected a header and patients, found no line"},
      {header, "f.csv: expected a header and patients, found a header alone"},
      {good, "line 1, column 1: expected the column age, found '10'"},
      {with(header, "T3,", "T5,") + good, "expected the column T3, found 'T5'"},
      {with(header, ",class", ""), "expected 27 fields, found 26"},
      {header + with(good, "10,", ""), "line 2, column 76: expected 27 fields, found 26"},
      {header + with(good, "10,", "10,10,"), "expected 27 fields, found more"},
      {header + with(good, "12,", "-1,"), "line 2, column 7: expected a number from 0, found '-1'"},
      {header + with(good, "12,", ","),
       "line 2, column 7: expected a number from 0, found nothing"},
      {header + with(good, "12,", "nan,"), "expected a number from 0, found 'nan'"},
      {header + with(good, "12,", "1e99,"), "expected a number from 0, found '1e99'"},
      {header + with(good, "12,", "12x,"), "expected a number from 0, found '12x'"},
      {header + with(good, "sick", "well"),
       "line 2, column 79: expected a diagnosis, found 'well'"},
      {header + good + "\n" + good, "line 3, column 1: expected 27 fields, found 1"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.text);
    std::string const m = message(c.text);
    CAPTURE(m);
    CHECK(support::contains(m, "authors_thyroid: f.csv"));
    CHECK(support::contains(m, c.says));
  }
}

TEST_CASE("authors_thyroid: files, the real ones with the defect that is told of them") {
  support::folder f;
  io::save_atomically(f / "a.csv", header + line(1, "sick"));
  CHECK(zoo::load_authors_thyroid(f / "a.csv").y(0) == 2);
  auto const none =
      support::message_of<error>([&] { static_cast<void>(zoo::load_authors_thyroid(f / "none")); });
  CHECK(support::contains(none, "No such file"));

  std::string const folder = support::data_folder();
  if (folder.empty()) return;
  if (!io::exists(folder + "/tdp")) {
    MESSAGE("skipped: HALO_DATA has no folder tdp");
    return;
  }
  data::dataset const women = zoo::load_authors_thyroid(folder + "/tdp/female.csv");
  data::dataset const men = zoo::load_authors_thyroid(folder + "/tdp/male.csv");
  CHECK(data::rows_per_class(women) == std::vector<std::size_t>{1895, 167, 104, 69});
  CHECK(data::rows_per_class(men) == std::vector<std::size_t>{858, 53, 67, 8});
  // Every diagnosis has a twin with the same attributes that is negative.
  for (data::dataset const* d : {&women, &men}) {
    std::map<std::vector<float>, bool> negative;
    auto const attributes = [&](std::size_t i) {
      auto const row = tensor::row(d->x, i);
      return std::vector<float>(row.begin(), row.end());
    };
    for (std::size_t i = 0; i < d->rows(); ++i) negative[attributes(i)] |= d->y(i) == 0;
    for (std::size_t i = 0; i < d->rows(); ++i) CHECK(negative[attributes(i)]);
  }
}

}  // namespace zoo_authors_thyroid_test
