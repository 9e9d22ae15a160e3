// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/spending.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/energy/horowitz45.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/data.hpp"
#include "../support/network.hpp"

namespace adapt_spending_test {

using namespace halo;
using adapt::stop;
using doctest::Approx;

namespace {

using network = nn::sequential<nn::linear<2, 4>, nn::tanh, nn::linear<4, 2>>;
using device = adapt::adapter<network, nn::cross_entropy, optim::adam, 16>;

/// Sixteen rows, always the same.
struct rows {
  std::vector<float> x = support::draw<float>(32, 3);
  std::vector<std::int32_t> y = std::vector<std::int32_t>(16, 1);
  struct batch {
    std::span<float const> x;
    std::span<std::int32_t const> y;
  };
  batch next() { return {x, y}; }
};

/// A joule a look.
struct ticking {
  double looks = 0;
  energy::reading read() {
    looks += 1;
    return {.joules = looks, .seconds = looks, .samples = static_cast<std::uint64_t>(looks)};
  }
  static energy::resolution resolution() { return {}; }
  static char const* source() { return "ticks"; }
};

/// All layers until half of the budget is spent, then the last one alone.
struct saving {
  struct state {
    double left = 1;
    static constexpr void record(auto& self, auto&& f) { f.number("left", self.left); }
  };
  static constexpr bool selective = false;
  static constexpr void record(auto&, auto&& f) { f.constant("name", "saving"); }
  static optim::decision decide(state const& s, generator const&, std::uint64_t,
                                std::size_t layers) noexcept {
    return {.layers = layer_mask::top(s.left > 0.5 ? layers : 1, layers)};
  }
  static void observe(state& s, optim::observation const& o) noexcept { s.left = o.left; }
};

double dense_step() {
  return energy::estimate<network, optim::adam>(energy::horowitz45{},
                                                {.layers = layer_mask::all(2)}, 16)
      .total();
}

}  // namespace

TEST_CASE("spending: a budget in joules by a model ends with the step that passes it") {
  device d;
  rows stream;
  adapt::spending spent(d, energy::horowitz45{});
  double const step = dense_step();
  adapt::outcome const o = adapt::run(d, stream, {.joules = 4.5 * step}, spent);
  CHECK(o.reason == stop::energy);
  CHECK(o.totals.iterations == 5);
  CHECK(o.joules == Approx(5 * step));
  CHECK(spent.joules() == Approx(5 * step));
  CHECK(spent.modelled().optimizer > 0);
  CHECK(spent.warning() == nullptr);
  // the next run has a budget of its own
  CHECK(adapt::run(d, stream, {.joules = 1.5 * step}, spent).totals.iterations == 2);
  CHECK(adapt::run(d, stream, {.joules = 0}, spent).totals.iterations == 0);
}

TEST_CASE("spending: a mask makes a budget last longer, and empty steps cost nothing") {
  double const step = dense_step();
  device d(optim::adam{}, seed{1}, optim::selection::thirds(2));
  rows stream;
  adapt::spending spent(d, energy::horowitz45{});
  adapt::outcome const o =
      adapt::run(d, stream, {.iterations = 10'000, .joules = 100 * step}, spent);
  CHECK(o.reason == stop::energy);
  CHECK(o.totals.iterations > 150);
  CHECK(o.totals.empty > 0);
  adapt::spending none(d, energy::horowitz45{});
  none({});
  CHECK(none.joules() == 0);
}

TEST_CASE("spending: by a meter, beside a model") {
  device d;
  rows stream;
  ticking meter;
  adapt::spending spent(d, energy::horowitz45{}, meter);
  adapt::outcome const o = adapt::run(d, stream, {.joules = 20}, spent);
  CHECK(o.totals.iterations == 20);
  CHECK(o.joules == 20);
  CHECK(spent.measured().joules == 20);
  CHECK(spent.measured().samples == 20);
  CHECK(spent.modelled().total() == Approx(20 * dense_step()));
  CHECK(spent.warning() == nullptr);
  ticking slow;
  adapt::spending few(d, adapt::no_model{}, slow);
  adapt::run(d, stream, {.joules = 3}, few);
  CHECK(std::string(few.warning()).starts_with("the meter looks too seldom"));
}

TEST_CASE("spending: a profile in place of a model, and an observer of one's own") {
  device d;
  rows stream;
  energy::profile<network, optim::adam> const profile(energy::horowitz45{}, 16);
  int steps = 0;
  adapt::spending spent(d, profile, [&](adapt::report const&) { return ++steps < 7; });
  adapt::outcome const o = adapt::run(d, stream, {.joules = 1}, spent);
  CHECK(o.reason == stop::observer);
  CHECK(steps == 7);
  CHECK(o.joules == Approx(7 * dense_step()));
}

TEST_CASE("spending: an optimizer that plans ahead is told how far the joules reach") {
  device d;
  rows stream;
  adapt::spending spent(d, energy::horowitz45{});
  adapt::run(d, stream, {.joules = 10.5 * dense_step()}, spent);
  CHECK(d.plan().horizon == 10);
}

TEST_CASE("spending: a model with an option out of its range is refused") {
  device const d;
  CHECK(support::message_of<error>([&] {
          adapt::spending const none(d, energy::horowitz45{.overhead = -1});
        }) == "model: overhead: expected a number of at least 0, found -1");
  CHECK(support::message_of<error>([&] {
          energy::profile<network, optim::adam> const none(energy::horowitz45{.overhead = -1}, 16);
        }) == "model: overhead: expected a number of at least 0, found -1");
}

TEST_CASE("spending: a policy sees how much of the energy is left") {
  adapt::adapter<network, nn::cross_entropy, optim::adam, 16, saving> d;
  rows stream;
  double const step = dense_step();
  std::vector<std::size_t> layers;
  adapt::spending spent(d, energy::horowitz45{},
                        [&](adapt::report const& r) { layers.push_back(r.layers.count()); });
  adapt::outcome const o = adapt::run(d, stream, {.joules = 20 * step}, spent);
  CHECK(o.reason == stop::energy);
  CHECK(layers.front() == 2);
  CHECK(layers.back() == 1);
  CHECK(std::is_sorted(layers.rbegin(), layers.rend()));
  CHECK(o.totals.iterations > 20);  // what the last layer alone does costs less
}

TEST_CASE("spending: a meter that broke ends a run by joules, and no other") {
  struct broken : ticking {
    energy::reading read() {
      energy::reading r = ticking::read();
      if (looks > 4) r.joules = std::numeric_limits<double>::quiet_NaN();
      return r;
    }
  };
  device d;
  rows stream;
  broken a, b;
  adapt::spending first(d, energy::horowitz45{}, a), second(d, energy::horowitz45{}, b);
  adapt::outcome const o = adapt::run(d, stream, {.iterations = 100, .joules = 50}, first);
  CHECK(o.reason == stop::energy);
  CHECK(o.totals.iterations == 4);
  CHECK(first.warning() != nullptr);
  CHECK(adapt::run(d, stream, {.iterations = 10}, second).reason == stop::iterations);
}

TEST_CASE("spending: a meter that stands still ends a run by joules, and no other") {
  struct stuck {
    double pace, seconds = 0;
    energy::reading read() { return {.joules = 3, .seconds = seconds += pace, .samples = 1}; }
    static energy::resolution resolution() { return {}; }
    static char const* source() { return "stuck"; }
  };
  device d;
  rows stream;
  for (double const pace : {0.0, 1.0, -1.0}) {
    stuck meter{pace};
    adapt::spending spent(d, energy::horowitz45{}, meter);
    spent.set_longest(0.01);
    adapt::outcome const o = adapt::run(d, stream, {.joules = 50}, spent);
    CHECK(o.reason == stop::energy);
    CHECK(o.totals.iterations > 0);
    REQUIRE(spent.warning() != nullptr);
    CHECK(std::string(spent.warning()).find("stood still") != std::string::npos);
    CHECK(adapt::run(d, stream, {.iterations = 10}, spent).reason == stop::iterations);
  }
  ticking alive;
  adapt::spending spent(d, energy::horowitz45{}, alive);
  spent.set_longest(1);
  CHECK(adapt::run(d, stream, {.joules = 50}, spent).totals.iterations == 50);
}

TEST_CASE("spending: a budget in joules that nobody counts is refused") {
  device d;
  rows stream;
  CHECK(support::message_of<error>([&] { adapt::run(d, stream, {.joules = 1}); }) ==
        "budget: joules: expected an observer that counts them: adapt::spending, found a run "
        "without");
  CHECK(adapt::try_run(d, stream, {.joules = 1}, adapt::no_examples{}).refused.what ==
        adapt::misfit::no_meter);
}

TEST_CASE("spending: joules without an end below end a run by joules") {
  struct fallen : ticking {
    energy::reading read() {
      energy::reading r = ticking::read();
      if (looks > 4) r.joules = -std::numeric_limits<double>::infinity();
      return r;
    }
  };
  device d;
  rows stream;
  fallen meter;
  adapt::spending spent(d, energy::horowitz45{}, meter);
  adapt::outcome const o = adapt::run(d, stream, {.iterations = 100, .joules = 50}, spent);
  CHECK(o.reason == stop::energy);
  CHECK(o.totals.iterations == 4);
}

TEST_CASE("spending: a clock that tells no number ends a budget in seconds, and no other") {
  device d;
  rows stream;
  adapt::budget limits{.iterations = 1000, .seconds = 5};
  limits.clock = [] { return std::numeric_limits<double>::quiet_NaN(); };
  CHECK(adapt::run(d, stream, limits).reason == stop::time);
  limits.seconds = std::numeric_limits<double>::infinity();
  CHECK(adapt::run(d, stream, limits).reason == stop::iterations);
}

}  // namespace adapt_spending_test
