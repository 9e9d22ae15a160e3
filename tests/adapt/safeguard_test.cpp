// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/safeguard.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/adapt/run.hpp>
#include <halo/core/random.hpp>
#include <halo/learned/halo_rule.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/allocation.hpp"
#include "../support/data.hpp"
#include "../support/device.hpp"

namespace adapt_safeguard_test {

using namespace halo;
using adapt::verdict;
using support::bytes_of;
using support::message_of;

namespace {

using network = nn::sequential<nn::linear<2, 8>, nn::batch_norm, nn::tanh, nn::linear<8, 3>>;
using memory = adapt::buffer<network, 128>;
using safeguard = adapt::safeguard<network, 64, nn::cross_entropy, 64>;
template <class Optimizer, class Policy = optim::policy_for<Optimizer, network>>
using device = adapt::adapter<network, nn::cross_entropy, Optimizer, 16, Policy>;
using adam_device = device<optim::adam>;

/// Rows around three corners.
struct rows {
  std::vector<float> x;
  std::vector<std::int32_t> t;
};
rows clouds(std::size_t n, std::uint64_t stream, float turn = 0) {
  generator g(seed{31}, stream);
  rows r;
  for (std::size_t i = 0; i < n; ++i) {
    auto const c = static_cast<std::int32_t>(g.below(3));
    float const angle = turn + 2.1F * static_cast<float>(c);
    r.x.push_back(2 * std::cos(angle) + 0.7F * g.normal());
    r.x.push_back(2 * std::sin(angle) + 0.7F * g.normal());
    r.t.push_back(c);
  }
  return r;
}
std::span<float const> row(rows const& r, std::size_t i) {
  return std::span(r.x).subspan(2 * i, 2);
}

/// Every row to the safeguard or to the memory.
void meet(rows const& r, safeguard& careful, memory& held) {
  for (std::size_t i = 0; i < r.t.size(); ++i)
    if (!careful.takes(row(r, i), r.t[i])) held.add(row(r, i), r.t[i]);
}
std::vector<float> copy(std::span<float const> x) { return {x.begin(), x.end()}; }

/// A network that knows the clouds.
std::vector<float> trained() {
  static std::vector<float> const all = [] {
    adam_device d(optim::adam{{.rate = 1e-2F}}, seed{1});
    memory of({.rows = 16});
    rows const r = clouds(128, 1);
    of.add(r.x, r.t);
    adapt::run(d, of, {.iterations = 300});
    std::vector<float> values = copy(d.parameters());
    values.insert(values.end(), d.statistics().begin(), d.statistics().end());
    return values;
  }();
  return all;
}

constexpr adapt::budget short_run{.iterations = 120, .evaluate_every = 20};

enum class nasty { random_labels, one_class, copies, unscaled };

rows spoiled(nasty kind, std::uint64_t number) {
  rows r = clouds(200, 100 + number, 0.3F);
  generator g(seed{number}, 7);
  for (std::size_t i = 0; i < 200; ++i) {
    if (kind == nasty::random_labels) r.t[i] = static_cast<std::int32_t>(g.below(3));
    if (kind == nasty::copies && i >= 12) {
      std::copy_n(r.x.begin() + static_cast<std::ptrdiff_t>(2 * (i % 12)), 2,
                  r.x.begin() + static_cast<std::ptrdiff_t>(2 * i));
      r.t[i] = r.t[i % 12];
    }
  }
  if (kind == nasty::unscaled)
    for (float& x : r.x) x = 300 * x + 1000;
  if (kind == nasty::one_class) {
    rows one;
    for (std::size_t i = 0; i < 200; ++i) {
      if (r.t[i] != static_cast<std::int32_t>(number % 3)) continue;
      one.x.insert(one.x.end(), r.x.begin() + static_cast<std::ptrdiff_t>(2 * i),
                   r.x.begin() + static_cast<std::ptrdiff_t>(2 * i + 2));
      one.t.push_back(r.t[i]);
    }
    return one;
  }
  return r;
}

/// Points by which nasty adaptations change accuracy, and their number below -1: alone, guarded.
template <class Optimizer, class Policy = optim::policy_for<Optimizer, network>>
std::array<int, 2> harmed(Optimizer const& rule, Policy const& policy = {}) {
  std::array<int, 2> below{};
  for (nasty const kind :
       {nasty::random_labels, nasty::one_class, nasty::copies, nasty::unscaled}) {
    for (std::uint64_t number = 0; number < 5; ++number) {
      CAPTURE(static_cast<int>(kind));
      CAPTURE(number);
      rows test = clouds(600, 50 + number, 0.3F);
      if (kind == nasty::unscaled)
        for (float& x : test.x) x = 300 * x + 1000;
      for (bool const guarded : {false, true}) {
        device<Optimizer, Policy> d(rule, seed{number}, policy);
        d.assign(trained());
        memory of({.rows = 16, .seed = seed{number}});
        safeguard careful({.seed = seed{number}});
        meet(spoiled(kind, number), careful, of);
        double const before = d.accuracy(test.x, test.t);
        if (guarded)
          adapt::try_run(d, of, short_run, careful);
        else
          adapt::run(d, of, short_run);
        below[guarded ? 1 : 0] += d.accuracy(test.x, test.t) < before - 0.01 ? 1 : 0;
      }
    }
  }
  return below;
}

}  // namespace

TEST_CASE("safeguard: no nasty adaptation ends more than a point below its start") {
  auto const sgd = harmed(optim::sgd{{.rate = 0.3F}});
  auto const adam = harmed(optim::adam{{.rate = 3e-2F}});
  auto const masked =
      harmed(optim::adam{{.rate = 3e-2F}}, optim::scheme::increasing(network::layers));
  auto const rule = harmed(learned::halo_rule());
  for (auto const& of : {sgd, adam, masked, rule}) {
    CHECK(of[0] >= 8);  // of 20: there is something to guard against
    CHECK(of[1] == 0);
  }
}

TEST_CASE("safeguard: what is learned is kept, and a run that ends at its best is left alone") {
  adam_device guarded(optim::adam{{.rate = 1e-2F}}, seed{3}),
      alone(optim::adam{{.rate = 1e-2F}}, seed{3});
  memory a({.rows = 16}), b({.rows = 16});
  safeguard careful;
  rows const r = clouds(200, 2);
  meet(r, careful, a), b = a;
  auto const end = adapt::run(guarded, a, short_run, careful);
  adapt::run(alone, b, short_run);
  CHECK(end.verdict == verdict::kept);
  CHECK(end.reason == adapt::stop::iterations);
  CHECK(end.loss == careful.kept().loss);
  CHECK(end.accuracy > 0.8);
  CHECK(end.last.status == optim::status::done);
  CHECK(careful.start().loss > careful.kept().loss);
  CHECK(bytes_of(guarded) == bytes_of(alone));
}

TEST_CASE("safeguard: behind the best look it goes back there, statistics with it") {
  adam_device d(optim::adam{{.rate = 1e-2F}}, seed{3});
  memory good({.rows = 16}), bad({.rows = 16});
  safeguard careful;
  meet(clouds(200, 2), careful, good);
  rows wrong = clouds(200, 3);
  for (auto& t : wrong.t) t = (t + 1) % 3;
  bad.add(wrong.x, wrong.t);
  REQUIRE_FALSE(careful.begin(d));
  adapt::run(d, good, {.iterations = 200});
  careful.look(d);
  CHECK(careful.kept().loss < careful.start().loss);
  auto const parameters = copy(d.parameters()), statistics = copy(d.statistics());
  adapt::run(d, bad, {.iterations = 50});
  CHECK(careful.look(d).loss > careful.kept().loss);
  CHECK(careful.open());
  CHECK(careful.end(d) == verdict::kept);
  CHECK_FALSE(careful.open());
  CHECK(std::ranges::equal(d.parameters(), parameters));
  CHECK(std::ranges::equal(d.statistics(), statistics));
}

TEST_CASE("safeguard: a run within an adaptation that is open judges by its start, and ends it") {
  adam_device d(optim::adam{{.rate = 1e-2F}}, seed{3});
  memory of({.rows = 16});
  safeguard careful;
  meet(clouds(200, 2), careful, of);
  REQUIRE_FALSE(careful.begin(d));
  double const start = careful.start().loss;
  adapt::run(d, of, {.iterations = 50});
  adapt::run(d, of, short_run, careful);
  CHECK_FALSE(careful.open());
  CHECK(careful.start().loss == start);
}

TEST_CASE("safeguard: without an improvement all is as before, drawn layers too") {
  adam_device d(optim::adam{{.rate = 3e-2F}}, seed{3});
  d.assign(trained());
  d.set_drawn(layer_mask::only(1));
  auto const parameters = copy(d.parameters()), statistics = copy(d.statistics());
  memory of({.rows = 16});
  safeguard careful;
  meet(spoiled(nasty::random_labels, 1), careful, of);
  auto const end = adapt::run(d, of, short_run, careful);
  CHECK(end.verdict != verdict::kept);
  CHECK(std::ranges::equal(d.parameters(), parameters));
  CHECK(std::ranges::equal(d.statistics(), statistics));
  CHECK(d.drawn() == layer_mask::only(1));
  CHECK(end.loss == careful.start().loss);
}

TEST_CASE("safeguard: known rows refuse what forgets them, each verdict has its case") {
  rows const old = clouds(60, 5), turned = clouds(200, 6, 1.2F);
  auto const told = [&](bool remembers) {
    adam_device d(optim::adam{{.rate = 1e-2F}}, seed{3});
    d.assign(trained());
    memory of({.rows = 16});
    safeguard careful;
    meet(turned, careful, of);
    if (remembers) careful.remember(old.x, old.t);
    double const before = d.accuracy(old.x, old.t);
    auto const v = adapt::run(d, of, short_run, careful).verdict;
    return std::pair(v, d.accuracy(old.x, old.t) - before);
  };
  CHECK(told(false).first == verdict::kept);
  CHECK(told(false).second < -0.1);
  CHECK(told(true).second >= -0.01);
  adam_device d(optim::adam{{.rate = 1e-2F}}, seed{3});
  memory of({.rows = 16});
  safeguard careful;
  meet(spoiled(nasty::one_class, 1), careful, of);
  CHECK(adapt::run(d, of, short_run, careful).verdict == verdict::constant);
}

TEST_CASE("safeguard: a row is held out by its numbers, once and always") {
  safeguard careful;
  rows const r = clouds(400, 8);
  std::vector<bool> held;
  for (std::size_t i = 0; i < 400; ++i) held.push_back(careful.takes(row(r, i), r.t[i]));
  auto const count = static_cast<double>(std::count(held.begin(), held.end(), true));
  CHECK(std::abs(count - 100) < 5 * std::sqrt(75.0));
  CHECK(careful.rows() == 64);
  for (std::size_t i = 0; i < 400; ++i) CHECK(careful.takes(row(r, i), 0) == held[i]);
  safeguard one({.share = 0}), all({.share = 1});
  one.hold_out(std::span(r.x).first(8), std::span(r.t).first(4));
  for (std::size_t i = 0; i < 9; ++i) CHECK(one.takes(row(r, i), r.t[i]) == (i < 4));
  one.hold_out(std::span(r.x).first(8), std::span(r.t).first(4));
  CHECK(one.rows() == 4);
  CHECK(all.takes(std::array{0.0F, 1.0F}, 1));
  CHECK(all.takes(std::array{-0.0F, 1.0F}, 1));
  CHECK(all.rows() == 1);
  CHECK_FALSE(all.takes(std::array{1.0F}, 1));  // whoever learns from it is told
  CHECK_FALSE(all.takes(std::array{1.0F, 1.0F}, 3));
  CHECK_FALSE(all.takes(std::array{1.0F, std::numeric_limits<float>::infinity()}, 1));
}

TEST_CASE("safeguard: without rows a run does not begin") {
  adam_device d;
  memory of({.rows = 16});
  rows const r = clouds(20, 1);
  of.add(r.x, r.t);
  safeguard careful;
  careful.remember(r.x, r.t);
  CHECK(message_of<error>([&] { adapt::run(d, of, short_run, careful); }) ==
        "run: held-out rows: expected 1, found 0");
  CHECK(d.totals().iterations == 0);
  CHECK(message_of<error>([] { safeguard(adapt::safeguard_options{.share = 2}); }) ==
        "safeguard: share: expected a number from 0 to 1, found 2");
}

TEST_CASE("safeguard: a run saved halfway goes on with the same bits, and nothing allocates") {
  auto const whole = std::make_unique<adam_device>(optim::adam{{.rate = 1e-2F}}, seed{3});
  auto const first = std::make_unique<adam_device>(*whole),
             second = std::make_unique<adam_device>(*whole);
  memory a({.rows = 16});
  safeguard careful;
  meet(clouds(200, 2), careful, a);
  memory b = a, c({.rows = 16});
  safeguard halfway = careful, other;
  CHECK(support::allocations_of([&] { adapt::try_run(*whole, a, short_run, careful); }) == 0);
  REQUIRE_FALSE(halfway.begin(*first));
  auto const bytes = [&] {
    aligned_buffer<std::byte> saved;
    std::uint64_t steps = 0;
    adapt::run(*first, b, short_run, halfway, [&](adapt::report const&) {
      if (++steps == 40) {
        halfway.look(*first);
        saved = adapt::write(*first, b, halfway);
      }
    });
    return saved;
  }();
  adapt::resume(bytes.span(), *second, c, other);
  CHECK(other.open());
  auto const end =
      adapt::run(*second, c, {.iterations = 120, .begun = 40, .evaluate_every = 20}, other);
  CHECK(end.verdict == verdict::kept);
  CHECK(other.start().loss == careful.start().loss);
  CHECK(other.kept().loss == careful.kept().loss);
  CHECK(bytes_of(other) == bytes_of(careful));
  CHECK(std::ranges::equal(second->parameters(), whole->parameters()));
  CHECK(std::ranges::equal(second->statistics(), whole->statistics()));
}

TEST_CASE("safeguard: targets that are numbers") {
  using curve = nn::sequential<nn::linear<2, 8>, nn::tanh, nn::linear<8, 1>>;
  using fit = adapt::adapter<curve, nn::mean_square, optim::adam, 16>;
  for (bool const sensible : {true, false}) {
    fit d(optim::adam{{.rate = 1e-2F}}, seed{3});
    adapt::buffer<curve, 128, nn::mean_square> of({.rows = 16});
    adapt::safeguard<curve, 64, nn::mean_square> careful;
    generator g(seed{4});
    for (std::size_t i = 0; i < 200; ++i) {
      std::array<float, 2> const x{g.normal(), g.normal()};
      std::array<float, 1> const t{sensible ? x[0] - x[1] : 4 * g.normal()};
      if (!careful.takes(x, t)) of.add(x, t);
    }
    auto const before = copy(d.parameters());
    auto const end = adapt::run(d, of, {.iterations = 300, .evaluate_every = 20}, careful);
    CHECK((end.verdict == verdict::kept) == sensible);
    CHECK(std::ranges::equal(d.parameters(), before) == !sensible);
    CHECK(std::isnan(end.accuracy));
  }
}

}  // namespace adapt_safeguard_test
