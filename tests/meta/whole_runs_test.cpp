// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/whole_runs.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <halo/io/safetensors.hpp>
#include <halo/meta/checkpoint.hpp>
#include <halo/meta/dealing.hpp>
#include <halo/optim/momentum.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"
#include "../support/small_problems.hpp"

namespace meta_whole_runs_test {

using namespace halo;

namespace {

using rule_type = optim::momentum;
using place = meta::problem<rule_type>;

/// The better the rate meets `best`, in the logarithm, the lower the error; nothing is random.
struct bowl : place {
  double best;
  meta::standing begin{.error = 0.4, .raw_error = 0.4, .loss = 0};
  bowl(double rate, meta::origin o) : place("bowl", o), best(std::log(rate)) {}
  std::size_t available() const override { return 100; }
  std::vector<meta::standing> run(any_rule const& rule, meta::episode const&,
                                  std::span<std::uint64_t const> at) const override {
    double const off = std::log(static_cast<double>(std::get<0>(rule).config.rate)) - best;
    std::vector<meta::standing> all(at.size(), begin);
    all.back() = {.error = 0.1 * off * off, .raw_error = 0.2 * off * off, .loss = 0.3 * off * off};
    return all;
  }
};

using training = meta::whole_runs<rule_type, rule_type>;
training make(std::size_t threads, std::uint64_t updates = 150, std::uint64_t draws = 5,
              meta::origin o = meta::origin::nothing) {
  meta::whole_run_options how{.updates = updates, .pairs = 6, .threads = threads};
  how.episodes.draws = seed{draws};
  return {rule_type{{.rate = 1e-3F}}, how, {std::make_shared<bowl>(0.05, o)}};
}

}  // namespace

TEST_CASE("whole runs: what a run comes to, as its docstring says") {
  auto const kept = make(1, 150, 5, meta::origin::kept_head), free = make(1);
  double const off = std::log(1e-3) - std::log(0.05);
  // both sides of a small deviation: the mean of the two is the bowl at the middle and σ²
  double const square = off * off;
  auto const mean = [](training const& t) { return (t.outcome(0) + t.outcome(1)) / 2; };
  double const plain = 0.6 * 0.1 * square + 0.4 * 0.2 * square + 0.1 * 0.3 * square;
  CHECK(mean(free) == doctest::Approx(plain).epsilon(0.05));
  CHECK(mean(kept) - mean(free) == doctest::Approx(4 * (0.2 * square - 0.4 - 0.005)).epsilon(0.05));
}

TEST_CASE(
    "whole runs: numbers go where runs end best, with the same bits for any number of threads") {
  auto one = make(1), three = make(3);
  double first = 0, last = 0;
  for (int u = 0; u < 150; ++u) {
    double const e = one.update();
    (u == 0 ? first : last) = e;
    CHECK(three.update() == e);
  }
  CHECK(last < 0.1 * first);
  CHECK(one.optimizer().config.rate == doctest::Approx(0.05).epsilon(0.2));
  CHECK(one.optimizer().config.rate == three.optimizer().config.rate);
  CHECK(make(1, 150, 6).update() != make(1).update());
}

TEST_CASE(
    "whole runs: a short evolution of halo's rule gives the same bits, by two threads as by one") {
  support::small_problems places;
  for (std::size_t const anew : {std::size_t{0}, std::size_t{1}, std::size_t{2}})
    places.push_back(support::small_place("small", seed{anew + 1}, anew));
  auto const evolved = [&](std::size_t threads, std::uint64_t draws) {
    meta::whole_run_options how{.updates = 6, .pairs = 6, .threads = threads};
    how.episodes = {.longest_run = 60, .draws = seed{draws}};
    using evolution = meta::whole_runs<support::horizon, optim::momentum, optim::adam,
                                       meta::cosine_adam, support::horizon>;
    evolution e(support::horizon(), how, places);
    while (e.updates() < how.updates) (void)e.update();
    support::horizon const rule = e.optimizer();
    return std::vector<float>(rule.values().begin(), rule.values().end());
  };
  auto const one = evolved(1, 3);
  CHECK(one == evolved(2, 3));
  CHECK(one == evolved(1, 3));
  CHECK(one != evolved(1, 4));
  support::horizon const untrained;
  CHECK_FALSE(std::ranges::equal(one, untrained.values()));
}

TEST_CASE("whole runs: jobs may be shared, their outcomes in order are all that an update needs") {
  auto whole = make(1), shared = make(1);
  for (int u = 0; u < 5; ++u) {
    std::vector<double> outcomes(shared.jobs());
    for (std::size_t j = shared.jobs(); j-- > 0;) outcomes[j] = shared.outcome(j);
    CHECK(shared.learn(outcomes) == whole.update());
  }
  CHECK(whole.optimizer().config.rate == shared.optimizer().config.rate);
}

TEST_CASE("whole runs: what a run will take and what problems these are is known before") {
  auto const t = make(1);
  double least = 1e9, most = 0;
  for (std::size_t j = 0; j < t.jobs(); ++j) {
    meta::work const w = t.planned(j);
    CHECK(w.kind == 0);
    CHECK(w.amount == t.planned(j ^ 1U).amount);  // the other side of its pair
    least = std::min(least, w.amount), most = std::max(most, w.amount);
  }
  CHECK(least >= 10 * 10);     // the fewest steps on the fewest rows
  CHECK(most <= 3000 * 64.0);  // and the most of both
  CHECK(least < most);
  CHECK(t.problems_fingerprint() == make(2).problems_fingerprint());
  CHECK(t.problems_fingerprint() != training(rule_type{{.rate = 1e-3F}}, t.options(),
                                             {std::make_shared<bowl>(0.06, meta::origin::nothing)})
                                        .problems_fingerprint());
}

TEST_CASE("whole runs: a pair without a finite outcome teaches nothing, none at all is an error") {
  auto one = make(1), other = make(1);
  auto outcomes = std::vector<double>(one.jobs());
  for (std::size_t j = 0; j < outcomes.size(); ++j) outcomes[j] = one.outcome(j);
  outcomes[2] = std::nan("");
  double const mean = one.learn(outcomes);
  CHECK(std::isfinite(mean));
  outcomes[2] = 7;
  outcomes[3] = std::numeric_limits<double>::infinity();
  CHECK(other.learn(outcomes) == mean);
  CHECK(one.optimizer().config.rate == other.optimizer().config.rate);
  CHECK(one.optimizer().config.rate != make(1).optimizer().config.rate);
  std::fill(outcomes.begin(), outcomes.end(), std::nan(""));
  CHECK_THROWS_AS((void)one.learn(outcomes), error);
  CHECK(one.updates() == 1);
}

TEST_CASE("whole runs: saved and resumed to the same bits") {
  support::folder const dir;
  std::string const path = dir / "training.safetensors";
  auto through = make(1, 40), second = make(2, 40);
  for (int u = 0; u < 35; ++u) {
    (void)through.update();
    if (u == 32) meta::save(path, through, "bowl");  // numbers are averaged already
  }
  meta::resume(path, second, "bowl");
  CHECK(second.updates() == 33);
  while (second.updates() < 35) (void)second.update();
  CHECK(second.optimizer().config.rate == through.optimizer().config.rate);
  CHECK(second.optimizer().config.momentum == through.optimizer().config.momentum);
  auto third = make(1, 40);
  meta::resume(io::load_safetensors(path), third, "bowl");
  CHECK(third.updates() == 33);
  auto other = make(1, 40, 6);
  CHECK(support::message_of<error>([&] { meta::resume(path, other, "bowl"); }) != "no error");
  // of the same family, but of other rows, or begun in another way
  struct wide : bowl {
    using bowl::bowl;
    std::size_t available() const override { return 101; }
  };
  training rows{rule_type{{.rate = 1e-3F}},
                through.options(),
                {std::make_shared<wide>(0.05, meta::origin::nothing)}};
  CHECK(support::contains(support::message_of<error>([&] { meta::resume(path, rows, "bowl"); }),
                          "0.rows: expected 101, found 100"));
  auto begun = make(1, 40, 5, meta::origin::new_head);
  CHECK(support::contains(support::message_of<error>([&] { meta::resume(path, begun, "bowl"); }),
                          "0.begins: expected 1, found 2"));
}

TEST_CASE("whole runs: a run that is not finite counts as the worst, and stops nothing") {
  struct broken : bowl {
    using bowl::bowl;
    std::vector<meta::standing> run(any_rule const&, meta::episode const&,
                                    std::span<std::uint64_t const> at) const override {
      return std::vector<meta::standing>(at.size(),
                                         {.error = 1, .raw_error = 1, .loss = std::nan("")});
    }
  };
  training t(rule_type{}, {.updates = 3, .pairs = 2},
             {std::make_shared<broken>(0.1, meta::origin::nothing)});
  CHECK(t.update() == doctest::Approx(1.5));
  CHECK(t.optimizer().config.rate == doctest::Approx(rule_type{}.config.rate));
}

}  // namespace meta_whole_runs_test
