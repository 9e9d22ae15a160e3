// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/svmlight.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace data_svmlight_test {

using namespace halo;

namespace {

std::string message(std::string const& text, data::svmlight_options const& options = {}) {
  return support::message_of<error>(
      [&] { static_cast<void>(data::parse_svmlight(text, "a.svm", options)); });
}

std::vector<float> features(data::dataset const& d) {
  auto const all = tensor::elements(d.x);
  return {all.begin(), all.end()};
}
std::vector<std::int32_t> labels(data::dataset const& d) {
  auto const all = tensor::elements(d.y);
  return {all.begin(), all.end()};
}

}  // namespace

TEST_CASE("svmlight: rows whose zeros are left out") {
  auto const d = data::parse_svmlight("2 1:0.5 3:-2e1\n# nobody\n0\n+1 2:3 # the third\n", "f");
  CHECK(features(d) == std::vector<float>{0.5F, 0, -20, 0, 0, 0, 0, 3, 0});
  CHECK(labels(d) == std::vector<std::int32_t>{2, 0, 1});
  CHECK(d.classes == 3);
  CHECK(d.domains.empty());
  auto const wide = data::parse_svmlight("1 2:1\n", "f", {.features = 4, .classes = 7});
  CHECK(features(wide) == std::vector<float>{0, 1, 0, 0});
  CHECK(wide.classes == 7);
}

TEST_CASE("svmlight: signs become classes, qid domains, numbers to be met") {
  auto const d = data::parse_svmlight("-1 qid:3 1:1\n+1 qid:4 1:2\n1 qid:3 1:3\n", "f");
  CHECK(labels(d) == std::vector<std::int32_t>{0, 1, 1});
  CHECK(d.classes == 2);
  CHECK(d.domains == std::vector<std::int32_t>{3, 4, 3});
  auto const r = data::parse_svmlight<float>("-1.25 1:1\n3e2 2:2\n", "f");
  CHECK(r.targets() == 1);
  CHECK(r.y(0, 0) == -1.25F);
  CHECK(r.y(1, 0) == 300);
  CHECK(r.x(1, 1) == 2);
}

TEST_CASE("svmlight: bad input is named with line, column, expected and found") {
  struct {
    std::string text, says;
  } const cases[] = {
      {"", "svmlight: a.svm: expected rows such as 1 3:0.5 7:-2, found none"},
      {"# only this\n", "expected rows such as 1 3:0.5 7:-2, found none"},
      {"1 1:1\n\n1 1:1\n",
       "line 2, column 1: expected a label from 0 to 65535, or -1 and 1, found nothing"},
      {"a 1:2\n",
       "svmlight: a.svm: line 1, column 1: expected a label from 0 to 65535, or -1 and "
       "1, found 'a'"},
      {"1.5 1:2\n", "line 1, column 1: expected a label"},
      {"-2 1:2\n", "expected a label from 0 to 65535, or -1 and 1, found '-2'"},
      {"65536 1:2\n", "found '65536'"},
      {"1 1:2 x\n",
       "line 1, column 7: expected <index>:<finite number> with an index from 2 to "
       "1048576, found 'x'"},
      {"1 0:2\n", "an index from 1 to 1048576, found '0:2'"},
      {"1 2:2 2:3\n", "an index from 3 to 1048576, found '2:3'"},
      {"1 2:2 1:3\n", "an index from 3 to 1048576, found '1:3'"},
      {"1 1048577:2\n", "an index from 1 to 1048576, found '1048577:2'"},
      {"1 1:nan\n", "column 3: expected <index>:<finite number>"},
      {"1 1:1e39\n", "found '1:1e39'"},
      {"1 1:2,3:4\n", "found '1:2,3:4'"},
      {"1 1:2\n1 qid:4 1:1\n",
       "line 2, column 3: expected qid:<whole number>, once ahead of the features, in every row or "
       "in none, found 'qid:4'"},
      {"1 qid:4 1:2\n1 1:1\n", "expected qid in every row or in none, found 1 of them"},
      {"1 qid:4 qid:5 1:2\n", "column 9: expected qid:<whole number>, once ahead of the features"},
      {"1 1:2 qid:4\n", "column 7: expected qid:<whole number>, once ahead of the features"},
      {"-1 1:2\n2 1:1\n", "expected labels from 0, or -1 and 1 alone, found -1 and 2"},
      {"1\n0\n", "expected features, found none in any row"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.text);
    std::string const m = message(c.text);
    CAPTURE(m);
    CHECK(support::contains(m, c.says));
  }
  CHECK(support::contains(message("5 1:1\n", {.classes = 5}), "labels from 0 to 4, found 5"));
  CHECK(support::contains(message("1 3:1\n", {.features = 2}), "from 1 to 2, found '3:1'"));
  CHECK(support::contains(message("1 1:1\n1 1:1\n", {.max_rows = 1}), "at most 1 rows"));
  CHECK(message("1 9:1\n1 9:1\n", {.max_numbers = 17}) ==
        "svmlight: a.svm: expected at most 17 numbers with the zeros, found 2 rows of 9");
}

TEST_CASE("svmlight: features that count from 0, as scikit-learn writes them") {
  std::string const text = "1 0:0.5 2:3\n0 1:7\n";
  auto const d = data::parse_svmlight(text, "f", {.first_index = 0});
  CHECK(d.features() == 3);
  CHECK(features(d) == std::vector<float>{0.5F, 0, 3, 0, 7, 0});
  CHECK(data::parse_svmlight("1 1:2\n", "f", {.first_index = 0, .features = 5}).features() == 5);
  CHECK(data::parse_svmlight("1 1:2\n", "f", {.first_index = 0}).features() == 2);
  CHECK(support::contains(message(text), "found '0:0.5'; svmlight_options::first_index = 0 reads"));
  CHECK(support::contains(message("1 2:1\n", {.first_index = 0, .features = 2}),
                          "with an index from 0 to 1, found '2:1'"));
  CHECK(support::contains(message("1 1:1 0:2\n", {.first_index = 0}),
                          "with an index from 2 to 1048575, found '0:2'"));
  CHECK(support::contains(message("1 4294967295:1\n", {.first_index = 0}), "an index from 0 to"));
  CHECK(message(text, {.first_index = 2}) == "svmlight: first_index: expected 0 or 1, found 2");
}

TEST_CASE("svmlight: files") {
  support::folder f;
  std::string const path = f / "t.svm";
  io::save_atomically(path, "1 1:2\n");
  CHECK(data::load_svmlight(path).x(0, 0) == 2);
}

}  // namespace data_svmlight_test
