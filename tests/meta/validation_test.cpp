// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/validation.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/random.hpp>

#include "../support/data.hpp"
#include "../support/learned_rate.hpp"
#include "../support/two_tensors.hpp"

namespace meta_validation_test {

namespace {

using namespace halo;
using program = support::learned_rate;
using problem = support::two_tensors<double>;
using rule = learned::optimizer<program, double>;
using slots = std::vector<std::unique_ptr<meta::slot<program, double>>>;

rule with_rate(double log_rate) { return rule(std::span<double const>(&log_rate, 1)); }
slots tasks(std::uint64_t breaks = std::numeric_limits<std::uint64_t>::max()) {
  slots s;
  s.push_back(std::make_unique<meta::task_slot<program, problem>>(problem{}, 1));
  s.push_back(std::make_unique<meta::task_slot<program, problem>>(problem{.breaks = breaks}, 1));
  return s;
}

}  // namespace

TEST_CASE("validation: the mean over tasks, runs and checkpoints") {
  meta::validation<program, double> v(tasks(), {5, 40}, 3, seed{8});
  auto const got = v.evaluate(with_rate(-4), 1);
  double all = 0, first = 0;
  for (std::uint64_t i = 0; i < 2; ++i) {
    for (std::uint64_t r = 0; r < 3; ++r) {
      meta::task_slot<program, problem> s(problem{}, 1);
      auto const w = generator(seed{8}, i).words(r);
      std::uint64_t const at[] = {5, 40};
      auto const one = s.evaluate(with_rate(-4), seed{(std::uint64_t{w[0]} << 32U) | w[1]}, at);
      first += one[0].accuracy / 6;
      all += (one[0].accuracy + one[1].accuracy) / 12;
    }
  }
  REQUIRE(got.at.size() == 2);
  CHECK(got.at[0].accuracy == doctest::Approx(first).epsilon(1e-12));
  CHECK(got.accuracy == doctest::Approx(all).epsilon(1e-12));
  CHECK(got.failed == 0);
  CHECK(got.at[1].loss < got.at[0].loss);
}

TEST_CASE("validation: the same seeds for everybody, the same bits for any number of threads") {
  meta::validation<program, double> v(tasks(), {20}, 2, seed{8}), w(tasks(), {20}, 2, seed{9});
  double const one = v.evaluate(with_rate(-4), 1).accuracy;
  CHECK(v.evaluate(with_rate(-6), 2).accuracy < one);
  CHECK(v.evaluate(with_rate(-4), 2).accuracy == one);
  CHECK(v.evaluate(with_rate(-4), 3).accuracy == one);
  CHECK(w.evaluate(with_rate(-4), 1).accuracy != one);
}

TEST_CASE("validation: a run that breaks counts as nothing") {
  meta::validation<program, double> whole(tasks(), {5, 40}, 2, seed{8});
  meta::validation<program, double> broken(tasks(20), {5, 40}, 2, seed{8});
  auto const a = whole.evaluate(with_rate(-4), 1), b = broken.evaluate(with_rate(-4), 1);
  CHECK(b.failed == 2);
  CHECK(b.at[0].accuracy == a.at[0].accuracy);
  CHECK(b.at[0].finite);
  CHECK(!b.at[1].finite);
  CHECK(b.at[1].accuracy < 0.6 * a.at[1].accuracy);
}

TEST_CASE("champion: only what scores higher, and never what is no number") {
  meta::champion<program, double> best(with_rate(-7), 0.5);
  double const weights[] = {-1, -2, -3, -4};
  auto const offer = [&](std::size_t k, double score) {
    return best.offer(std::span<double const>(weights + k, 1), score, 10 * (k + 1));
  };
  CHECK(best.update() == 0);
  CHECK(best.optimizer().values()[0] == -7);
  CHECK(!offer(0, 0.4));
  CHECK(!offer(0, 0.5));
  CHECK(!offer(0, std::numeric_limits<double>::quiet_NaN()));
  CHECK(best.optimizer().values()[0] == -7);
  CHECK(offer(1, 0.6));
  CHECK(!offer(2, 0.55));
  CHECK(best.optimizer().values()[0] == -2);
  CHECK(best.update() == 20);
  CHECK(best.score() == 0.6);
  CHECK(best.untrained_score() == 0.5);
}

TEST_CASE("validation: of nothing, or out of order, is refused") {
  using validation = meta::validation<program, double>;
  auto const message = [](slots s, std::vector<std::uint64_t> at, std::size_t runs) {
    return support::message_of<halo::error>(
        [&] { validation const v(std::move(s), std::move(at), runs, seed{8}); });
  };
  CHECK(message(slots{}, {5}, 1) ==
        "validation: tasks, checkpoints, runs: expected at least one of each, found 0, 1, 1");
  CHECK(message(tasks(), {}, 1).find("found 2, 0, 1") != std::string::npos);
  CHECK(message(tasks(), {5}, 0).find("found 2, 1, 0") != std::string::npos);
  CHECK(message(tasks(), {5, 5}, 1) == "validation: checkpoints: expected ascending, found 5");
}

TEST_CASE("champion: untrained weights without a score lose against any") {
  meta::champion<program, double> best(with_rate(-7), std::numeric_limits<double>::quiet_NaN());
  double const weight = -2;
  CHECK(best.offer(std::span<double const>(&weight, 1), -5, 10));
  CHECK(best.score() == -5);
}

}  // namespace meta_validation_test
