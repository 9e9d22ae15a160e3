// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/halo_rule.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/run.hpp>
#include <halo/data/batches.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/selection.hpp>
#include <halo/task/teacher.hpp>

namespace learned_halo_rule_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<20, 24>, nn::relu, nn::linear<24, 5>>;
static_assert(optim::optimizer<learned::halo_rule, network::layout>);
static_assert(std::is_same_v<optim::policy_of<learned::halo_rule>, optim::selection>);

// four floats a parameter, whatever else: two means, the start, the average
using large = learned::halo_rule::state<flat_layout<100'000>, float>;
static_assert(sizeof(large) < 4 * 100'000 * sizeof(float) + 1024);

/// Where a run of a type that is told what an adapter knows ends, and where it began.
struct ends {
  double before, after, raw;
};
using averaged_rule = optim::averaged<learned::horizon_rule<>>;
template <class Rule>
ends adapted(Rule const& rule, std::shared_ptr<task::examples const> const& from,
             std::vector<float> const& known, std::uint64_t steps, std::uint64_t s) {
  using device = adapt::adapter<network, nn::cross_entropy, Rule, 32>;
  auto const d = known.empty() ? std::make_unique<device>(rule, seed{s})
                               : std::make_unique<device>(rule, known, seed{s});
  data::batches stream(from->train, 32, seed{s});
  ends e{d->accuracy(from->held_out.x, from->held_out.y), 0, 0};
  adapt::run(*d, stream, {.iterations = steps});
  e.after = d->accuracy(from->held_out.x, from->held_out.y);
  e.raw = d->accuracy(from->held_out.x, from->held_out.y, adapt::weights::raw);
  return e;
}

task::teacher_options teacher() {
  return {.rows = 1000, .held_out = 1000, .features = 20, .classes = 5, .hidden = 16};
}
averaged_rule shipped() { return learned::halo_rule{}; }

}  // namespace

TEST_CASE("halo_rule: evolved numbers are finite and others than the untrained ones") {
  learned::horizon_rule<> const rule = shipped().inner, untrained;
  double moved = 0;
  for (std::size_t i = 0; i < rule.values().size(); ++i) {
    CHECK(std::isfinite(rule.values()[i]));
    moved += std::abs(static_cast<double>(rule.values()[i] - untrained.values()[i]));
  }
  CHECK(moved > 1);
}

TEST_CASE("halo_rule: a device that has learned learns what is new as a fresh one does") {
  using device = adapt::adapter<network, nn::cross_entropy, learned::halo_rule, 32>;
  learned::halo_rule const rule;
  auto const old = task::make_teacher(teacher(), seed{1}),
             next = task::make_teacher(teacher(), seed{2});
  auto const known = std::make_unique<device>(rule, seed{3});
  data::batches before(old->train, 32, seed{5});
  adapt::run(*known, before, {.iterations = 300});
  auto const fresh = std::make_unique<device>(rule, known->parameters(), seed{4});
  auto const used = std::make_unique<device>(rule, known->parameters(), seed{4});
  adapt::run(*used, before, {.iterations = 300});
  for (bool const counted : {true, false}) {  // does a run know its length?
    double error[2] = {};
    for (device* d : {fresh.get(), used.get()}) {
      d->assign(known->parameters());
      d->redraw_head(seed{9});
      d->set_plan({});
      data::batches stream(next->train, 32, seed{6});
      if (counted) adapt::run(*d, stream, {.iterations = 30});
      for (int k = 0; k < 30 && !counted; ++k) {
        auto const batch = stream.next();
        d->step(batch.x, batch.y);
      }
      error[d == used.get()] = 1 - d->accuracy(next->held_out.x, next->held_out.y);
    }
    MESSAGE("error of a fresh one ", error[0], ", of a used one ", error[1]);
    if (counted) CHECK(std::ranges::equal(fresh->parameters(), used->parameters()));
    CHECK(error[1] < error[0] + 0.05);
  }
}

// Teachers with 20 features and 5 classes: no task of the evolution has both.
TEST_CASE("halo_rule: in ten and in thirty steps from nothing it beats its untrained self" *
          doctest::test_suite("long")) {
  std::array<std::uint64_t, 2> const lengths{10, 30};
  std::array<double, 2> gain{};
  for (std::uint64_t i = 0; i < 6; ++i) {
    auto const from = task::make_teacher(teacher(), seed{4000 + i});
    for (std::size_t k = 0; k < 2; ++k)
      gain[k] += (adapted(shipped(), from, {}, lengths[k], i).after -
                  adapted(averaged_rule{}, from, {}, lengths[k], i).after) /
                 6;
  }
  MESSAGE("points gained in 10 and 30 steps: " << 100 * gain[0] << ", " << 100 * gain[1]);
  CHECK(gain[0] > 0.01);
  CHECK(gain[1] > 0);
}

TEST_CASE("halo_rule: with the head kept and twelve rows it keeps what Adam at 0.01 loses" *
          doctest::test_suite("long")) {
  double ours = 0, adam = 0;
  for (std::uint64_t i = 0; i < 4; ++i) {
    auto const from = task::make_teacher(teacher(), seed{4100 + i});
    using device = adapt::adapter<network, nn::cross_entropy, averaged_rule, 32>;
    auto const taught = std::make_unique<device>(shipped(), seed{i});
    data::batches stream(from->train, 32, seed{i});
    adapt::run(*taught, stream, {.iterations = 1000});
    std::vector<float> const known(taught->parameters().begin(), taught->parameters().end());
    auto few = std::make_shared<task::examples>(*from);
    data::row_numbers const first{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    few->train = data::select(from->train, first);
    for (std::uint64_t const steps : {10U, 100U, 1000U}) {
      auto const e = adapted(shipped(), few, known, steps, i);
      auto const a = adapted(optim::averaged<optim::adam>{{{.rate = 0.01F}}}, few, known, steps, i);
      ours += (e.before - e.after) / 12;
      adam += (a.before - a.after) / 12;
    }
  }
  MESSAGE("points below the start, in the mean: " << 100 * ours << ", Adam: " << 100 * adam);
  CHECK(ours < 0.02);
  CHECK(ours < 0.25 * adam);
}

TEST_CASE("halo_rule: an adapter needs no number, and any number of steps is fine") {
  auto const from = task::make_teacher(teacher(), seed{77});
  using device = adapt::adapter<network, nn::cross_entropy, learned::halo_rule, 32>;
  auto const d = std::make_unique<device>();
  data::batches stream(from->train, 32, seed{1});
  double const before = d->accuracy(from->held_out.x, from->held_out.y);
  for (int i = 0; i < 3000; ++i) {  // by hand: nobody says how long, or how many rows
    auto const [x, y] = stream.next();
    d->step(x, y);
    if (i == 100) CHECK(d->accuracy(from->held_out.x, from->held_out.y) > before + 0.2);
  }
  CHECK(d->accuracy(from->held_out.x, from->held_out.y) > before + 0.3);
  CHECK(d->totals().non_finite == 0);
}

}  // namespace learned_halo_rule_test
