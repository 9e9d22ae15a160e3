// SPDX-License-Identifier: BSD-3-Clause
#include <halo/task/teacher.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <halo/core/random.hpp>

namespace task_teacher_test {

namespace {

using namespace halo;

std::vector<float> inputs(data::dataset const& d) {
  return {d.x.data(), d.x.data() + d.rows() * d.features()};
}
std::vector<std::int32_t> labels(data::dataset const& d) {
  return {d.y.data(), d.y.data() + d.rows()};
}
double mean_square(data::dataset const& d) {
  double sum = 0;
  for (float const x : inputs(d)) sum += static_cast<double>(x) * static_cast<double>(x);
  return sum / static_cast<double>(d.rows() * d.features());
}

}  // namespace

TEST_CASE("teacher: the same seed, the same problem") {
  task::teacher_options o;
  o.rows = 300;
  auto const a = task::make_teacher(o, seed{5}), b = task::make_teacher(o, seed{5});
  auto const c = task::make_teacher(o, seed{6});
  CHECK(inputs(a->train) == inputs(b->train));
  CHECK(labels(a->train) == labels(b->train));
  CHECK(inputs(a->held_out) == inputs(b->held_out));
  CHECK(inputs(a->train) != inputs(c->train));
  CHECK(labels(a->train) != labels(c->train));
}

TEST_CASE("teacher: a longer training set begins with the shorter one") {
  task::teacher_options o;
  o.rows = 100;
  auto const few = task::make_teacher(o, seed{5});
  o.rows = 300;
  auto const many = task::make_teacher(o, seed{5});
  auto const x = inputs(few->train), y = inputs(many->train);
  CHECK(std::equal(x.begin(), x.end(), y.begin()));
}

TEST_CASE("teacher: sizes, and held-out rows of their own" * doctest::test_suite("long")) {
  task::teacher_options o;
  o.features = 7;
  o.classes = 3;
  std::size_t const asked[] = {100, 2800, 40000}, held_out[] = {500, 700, 4000};
  for (std::size_t i = 0; i < 3; ++i) {
    o.rows = asked[i];
    CAPTURE(o.rows);
    auto const e = task::make_teacher(o, seed{8});
    CHECK(e->train.rows() == asked[i]);
    CHECK(e->held_out.rows() == held_out[i]);
    CHECK(e->train.features() == 7);
    CHECK(e->train.classes == 3);
    auto const x = inputs(e->train), y = inputs(e->held_out);
    CHECK(!std::equal(x.begin(), x.begin() + 700, y.begin()));
  }
}

TEST_CASE("teacher: no class is rare, none rules" * doctest::test_suite("long")) {
  for (std::size_t classes : {2U, 6U}) {
    for (std::uint64_t s = 0; s < 5; ++s) {
      CAPTURE(classes);
      CAPTURE(s);
      task::teacher_options o;
      o.classes = classes;
      auto const e = task::make_teacher(o, seed{s});
      auto const y = labels(e->train);
      double const fair = static_cast<double>(y.size()) / static_cast<double>(classes);
      for (std::size_t c = 0; c < classes; ++c) {
        auto const n = std::count(y.begin(), y.end(), static_cast<std::int32_t>(c));
        CHECK(static_cast<double>(n) > 0.3 * fair);
        CHECK(static_cast<double>(n) < 2.2 * fair);
      }
    }
  }
}

TEST_CASE("teacher: inputs have the scale that was asked for, whatever the decay" *
          doctest::test_suite("long")) {
  task::teacher_options o;
  for (double decay : {0.0, 0.5, 1.0}) {
    for (double scale : {1.0, 3.0}) {
      CAPTURE(decay);
      CAPTURE(scale);
      o.decay = decay;
      o.scale = scale;
      auto const e = task::make_teacher(o, seed{2});
      CHECK(std::sqrt(mean_square(e->train)) == doctest::Approx(scale).epsilon(0.2));
    }
  }
}

TEST_CASE("teacher: label noise draws its share of labels anew and no input" *
          doctest::test_suite("long")) {
  task::teacher_options o;
  o.classes = 4;
  auto const clean = task::make_teacher(o, seed{3});
  o.label_noise = 0.2;
  auto const noisy = task::make_teacher(o, seed{3});
  CHECK(inputs(clean->train) == inputs(noisy->train));
  auto const a = labels(clean->train), b = labels(noisy->train);
  std::size_t differ = 0;
  for (std::size_t i = 0; i < a.size(); ++i) differ += a[i] == b[i] ? 0U : 1U;
  // a label drawn anew is the old one in a quarter of the cases: 0.15 ± 4 deviations of 0.0056
  double const share = static_cast<double>(differ) / static_cast<double>(a.size());
  CHECK(share > 0.127);
  CHECK(share < 0.173);
}

TEST_CASE("teacher: imbalance makes the first class frequent and the last one rare" *
          doctest::test_suite("long")) {
  task::teacher_options o;
  o.classes = 3;
  std::size_t first = 0, last = 4000;
  for (double const imbalance : {0.0, 0.3, 0.8}) {
    CAPTURE(imbalance);
    o.imbalance = imbalance;
    auto const y = labels(task::make_teacher(o, seed{4})->train);
    auto const most = static_cast<std::size_t>(std::count(y.begin(), y.end(), 0));
    auto const least = static_cast<std::size_t>(std::count(y.begin(), y.end(), 2));
    CHECK(most > first);
    CHECK(least < last);
    first = most;
    last = least;
  }
  CHECK(first > 3 * last);
}

TEST_CASE("teacher: as many rows held out as are asked for, the first of them the same") {
  task::teacher_options o;
  o.rows = 100;
  auto const usual = inputs(task::make_teacher(o, seed{5})->held_out);
  o.held_out = 900;
  auto const more = task::make_teacher(o, seed{5});
  REQUIRE(more->held_out.rows() == 900);
  auto const x = inputs(more->held_out);
  CHECK(std::equal(usual.begin(), usual.end(), x.begin()));
}

TEST_CASE("teacher: options out of their ranges are refused by name") {
  auto const message = [](task::teacher_options const& o) -> std::string {
    try {
      (void)task::make_teacher(o, seed{1});
    } catch (halo::error const& e) {
      return e.what();
    }
    return "";
  };
  CHECK(message({.rows = 10}) == "");
  CHECK(message({.rows = 0}).starts_with("teacher: rows: expected"));
  CHECK(message({.classes = 1}).starts_with("teacher: classes: expected"));
  CHECK(message({.scale = 0}).starts_with("teacher: scale: expected"));
  CHECK(message({.label_noise = 1.5}).starts_with("teacher: label_noise: expected"));
  CHECK(message({.decay = std::numeric_limits<double>::quiet_NaN()})
            .starts_with("teacher: decay: expected"));
}

}  // namespace task_teacher_test
