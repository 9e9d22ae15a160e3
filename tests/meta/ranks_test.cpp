// SPDX-License-Identifier: BSD-3-Clause
// Run by mpirun, every rank the same cases: what a case does, all of them do.
#include <halo/meta/ranks.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <halo/meta/problem.hpp>
#include <halo/meta/whole_runs.hpp>
#include <halo/optim/momentum.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace meta_ranks_test {

using namespace halo;

namespace {

/// Those of this program, begun once.
meta::ranks& all() {
  static meta::ranks ranks;
  return ranks;
}

using rule_type = optim::momentum;
using place = meta::problem<rule_type>;

/// The better the rate meets `best`, in the logarithm, the lower the error.
struct bowl : place {
  double best;
  explicit bowl(double rate) : place("bowl", meta::origin::nothing), best(std::log(rate)) {}
  std::size_t available() const override { return 100; }
  std::vector<meta::standing> run(any_rule const& rule, meta::episode const& e,
                                  std::span<std::uint64_t const> at) const override {
    double const off = std::log(static_cast<double>(std::get<0>(rule).config.rate)) - best;
    double const error = 0.1 * off * off + 1e-3 * static_cast<double>(e.draws.value % 97);
    return std::vector<meta::standing>(at.size(), {.error = error, .raw_error = error, .loss = 0});
  }
};

/// One whose longer runs throw on a rank, or end nowhere.
struct trap : bowl {
  bool throws;
  explicit trap(bool thrown) : bowl(0.05), throws(thrown) {}
  std::vector<meta::standing> run(any_rule const& rule, meta::episode const& e,
                                  std::span<std::uint64_t const> at) const override {
    if (e.horizon > 1 && throws) throw std::runtime_error("no memory");
    auto seen = bowl::run(rule, e, at);
    if (e.horizon > 300) seen.back().error = std::numeric_limits<double>::quiet_NaN();
    return seen;
  }
};

using training = meta::whole_runs<rule_type, rule_type>;
training make(std::shared_ptr<place const> on = std::make_shared<bowl>(0.05),
              std::uint64_t draws = 5) {
  meta::whole_run_options how{.updates = 40, .pairs = 7, .threads = 1 + all().rank() % 2};
  how.episodes.draws = seed{draws};
  return {rule_type{{.rate = 1e-3F}}, how, {std::move(on)}};
}
bool same(training const& a, training const& b) {
  return a.updates() == b.updates() && a.optimizer().config.rate == b.optimizer().config.rate &&
         a.optimizer().config.momentum == b.optimizer().config.momentum;
}
std::string message(auto&& act) { return support::message_of<error>(act); }
/// The highest rank, which the cases below make another one.
bool odd_one() { return all().rank() + 1 == all().size(); }
bool alone() {
  if (all().size() == 1) MESSAGE("skipped: one rank alone");
  return all().size() == 1;
}
std::string name_of_odd_one() { return "rank " + std::to_string(all().size() - 1); }

}  // namespace

TEST_CASE("ranks: an update has the bits of one that nobody shared") {
  MESSAGE("rank " << all().rank() << " of " << all().size());
  meta::ranks ranks;
  CHECK(ranks.rank() == all().rank());
  CHECK(ranks.first() == (ranks.rank() == 0));
  auto alone = make(), shared = make();
  for (int u = 0; u < 40; ++u) CHECK(ranks.update(shared) == alone.update());
  CHECK(same(alone, shared));
  CHECK_FALSE(same(shared, make()));
  CHECK(ranks.running() > 0);
  CHECK(ranks.waiting() > 0);
}

TEST_CASE("ranks: outcomes that are not finite reach all as they are") {
  meta::ranks ranks;
  auto alone = make(std::make_shared<trap>(false)), shared = make(std::make_shared<trap>(false));
  for (int u = 0; u < 10; ++u) CHECK(ranks.update(shared) == alone.update());
  CHECK(same(alone, shared));
}

TEST_CASE("ranks: where one fails, all throw and nothing has changed") {
  if (alone()) return;
  meta::ranks ranks;
  auto broken = make(std::make_shared<trap>(odd_one()));
  if (odd_one())
    CHECK_THROWS_AS((void)ranks.update(broken), std::runtime_error);
  else
    CHECK(message([&] { (void)ranks.update(broken); }).find(name_of_odd_one()) !=
          std::string::npos);
  CHECK(broken.updates() == 0);
  auto next = make();
  (void)ranks.update(next);  // they still find each other
  CHECK(next.updates() == 1);
}

TEST_CASE("ranks: another training is found, by its options, its numbers or its problems") {
  if (alone()) return;
  auto const said = [](training t) {
    meta::ranks ranks;
    std::string const m = message([&] { (void)ranks.update(t); });
    CHECK(t.updates() == (m == "no error" ? 1 : 0));
    return m;
  };
  auto const told = name_of_odd_one() + ": expected the training of rank 0";
  CHECK(said(make(std::make_shared<bowl>(0.05), odd_one() ? 6 : 5)).find(told) !=
        std::string::npos);
  CHECK(said(make(std::make_shared<bowl>(odd_one() ? 0.051 : 0.05))).find(told) !=
        std::string::npos);
  auto moved = make();
  if (odd_one()) (void)moved.learn(std::vector<double>(moved.jobs(), 0.5));
  meta::ranks ranks;
  CHECK(message([&] { (void)ranks.update(moved); }).find(told) != std::string::npos);
  CHECK(said(make()) == "no error");
}

TEST_CASE("ranks: the first one saves and reads for all") {
  support::folder const dir;  // each has its own
  std::string const path = dir / "training.safetensors";
  meta::ranks ranks;
  auto through = make();
  for (int u = 0; u < 35; ++u) {
    (void)ranks.update(through);
    if (u == 32) ranks.save(path, through, "bowl");
  }
  CHECK(dir.names().size() == (ranks.first() ? 1 : 0));
  auto second = make();
  meta::ranks().resume(path, second, "bowl");
  CHECK(second.updates() == 33);
  while (second.updates() < 35) (void)second.update();
  CHECK(same(second, through));

  auto other = make();
  CHECK(message([&] { ranks.resume(path, other, "hills"); }).find("recipe") != std::string::npos);
  CHECK(message([&] { ranks.resume(dir / "nobody", other, "bowl"); }).find("nobody") !=
        std::string::npos);
  CHECK(message([&] { ranks.save(dir / "no/where", other, "bowl"); }).find("no/where") !=
        std::string::npos);
  CHECK(other.updates() == 0);
}

}  // namespace meta_ranks_test
