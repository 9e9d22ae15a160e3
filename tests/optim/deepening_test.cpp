// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/deepening.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace optim_deepening_test {

using namespace halo;

namespace {

generator const nobody{seed{0}};  // nothing is random here

/// Losses that fall and then stay: one stage after another.
double loss_at(int t) { return 0.3 + 2 * std::exp(-t / 15.0) + 0.2 * std::sin(1.7 * t); }

}  // namespace

TEST_CASE("deepening: follows the rule as it is written, from head and second layer") {
  for (auto const begin : {optim::start_depth::head, optim::start_depth::all_but_first}) {
    for (std::size_t layers = 1; layers < 7; ++layers) {
      CAPTURE(layers);
      optim::deepening const rule{.begin = begin};
      optim::deepening::state state;
      std::size_t d = begin == optim::start_depth::head ? 1 : layers - 1;
      if (d == 0) d = 1;
      double a = 0, s = 0, h = 0, variance = 0;
      int n = 0, stages = 0;
      for (int t = 0; t < 900; ++t) {
        CAPTURE(t);
        optim::decision const now = rule.decide(state, nobody, 0, layers);
        CHECK(now.layers.count() == d);
        CHECK(now.layers.lowest() == layers - d);
        CHECK(now.rows == 16);
        CHECK(now.hardest == 0);
        double const l = loss_at(t);
        rule.observe(state, {l, 0.5, 100, layers});
        if (t == 0) a = s = h = l;
        variance = 0.975 * variance + 0.025 * (l - a) * (l - a);
        a = 0.9 * a + 0.1 * l;
        s = 0.975 * s + 0.025 * l;
        h = std::max(h, s);
        ++n;
        double const noise = std::sqrt(variance);
        if (d < layers && n >= 20 && s - a <= std::max(0.2 * noise, 0.02 * (h - a))) {
          ++d;
          ++stages;
          n = 0;
          s = a + 0.8 * noise;
        }
      }
      CHECK(d == layers);
      CHECK(stages == static_cast<int>(layers - optim::first_depth(begin, layers)));
    }
  }
}

TEST_CASE("deepening: while the loss keeps falling the stage lasts") {
  for (double const noise : {0.0, 0.5}) {
    optim::deepening const rule{.begin = optim::start_depth::head};
    optim::deepening::state state;
    generator g(seed{3});
    auto const loss = [&](double mean) { return mean + noise * static_cast<double>(g.normal()); };
    for (int t = 0; t < 800; ++t) rule.observe(state, {loss(100 - t / 20.0), 0.5, 1, 3});
    CHECK(rule.depth(state, 3) == 1);
    for (int t = 0; t < 3000; ++t) rule.observe(state, {loss(0), 0.5, 1, 3});
    CHECK(rule.depth(state, 3) == 3);
  }
}

TEST_CASE("deepening: decides alike for losses that are shifted and scaled") {
  optim::deepening const rule{.begin = optim::start_depth::head};
  auto const depths = [&](double scale, double shift) {
    optim::deepening::state state;
    std::vector<std::size_t> all;
    for (int t = 0; t < 900; ++t) {
      rule.observe(state, {scale * loss_at(t) + shift, 0.5, 100, 6});
      all.push_back(rule.depth(state, 6));
    }
    return all;
  };
  auto const plain = depths(1, 0);
  CHECK(plain.back() == 6);
  CHECK(depths(1, -1) == plain);
  CHECK(depths(1, -100) == plain);
  CHECK(depths(1e-6, 0) == plain);
  CHECK(depths(1e6, 1e6) == plain);
}

TEST_CASE("deepening: whatever the losses are, and whatever a file may hold, its state is finite") {
  double const huge = std::numeric_limits<double>::max();
  optim::deepening const rule{.patience = 1, .lift = huge};
  for (double const from : {0.0, optim::deepening::most, -optim::deepening::most}) {
    optim::deepening::state s{.started = 1, .fast = from, .slow = -from, .highest = from};
    s.variance = 10 * optim::deepening::most * optim::deepening::most;
    for (int t = 0; t < 200; ++t) rule.observe(s, {t % 3 == 0 ? huge : -huge, 0.5, 100, 128});
    walk(s, []<class T>(field_path const& path, recorded_field<T> const& field) {
      CAPTURE(path.name);
      if constexpr (!recorded_field<T>::is_text)
        for (auto const v : field.values) CHECK(field.range.contains(static_cast<double>(v)));
    });
  }
}

TEST_CASE("deepening: first depths") {
  CHECK(optim::first_depth(optim::start_depth::head, 5) == 1);
  CHECK(optim::first_depth(optim::start_depth::all, 5) == 5);
  CHECK(optim::first_depth(optim::start_depth::all_but_first, 5) == 4);
  CHECK(optim::first_depth(optim::start_depth::all_but_first, 2) == 1);
  CHECK(optim::first_depth(optim::start_depth::all_but_first, 1) == 1);
}

TEST_CASE("fixed stages: change where the shares of the budget are spent") {
  optim::fixed_stages const rule{.operations = 1000};
  optim::fixed_stages::state state;
  std::vector<std::size_t> depths;
  for (int t = 0; t < 30; ++t) {
    depths.push_back(rule.decide(state, nobody, 0, 4).layers.count());
    rule.observe(state, {1.0, 0.5, 11, 4});
  }
  // 0, 11, 22 are below 30; up to 198 below 200
  for (std::size_t t = 0; t < 30; ++t) {
    CAPTURE(t);
    CHECK(depths[t] == (t < 3 ? 1U : t < 19 ? 3U : 4U));
  }
  CHECK(state.operations == 330);
  CHECK(optim::fixed_stages{}.decide({}, nobody, 0, 4).layers == layer_mask::all(4));
}

}  // namespace optim_deepening_test
