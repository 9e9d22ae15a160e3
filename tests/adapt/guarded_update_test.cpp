// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/guarded_update.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/momentum.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/data.hpp"
#include "../support/network.hpp"

namespace adapt_guarded_update_test {

using namespace halo;

namespace {

using plain = nn::sequential<nn::linear<5, 12>, nn::relu, nn::linear<12, 3>>;
using normed = nn::sequential<nn::linear<5, 12>, nn::batch_norm, nn::relu, nn::linear<12, 3>>;
template <class Network, class Optimizer>
using device_of = adapt::adapter<Network, nn::cross_entropy, Optimizer, 16>;

/// Points around three centers.
struct examples {
  std::vector<float> x;
  std::vector<std::int32_t> t;
  explicit examples(std::uint64_t i, std::size_t rows = 16)
      : x(support::draw<float>(rows * 5, 100 + i)), t(support::draw_labels(rows, 3, 300 + i)) {
    for (std::size_t r = 0; r < rows; ++r) x[5 * r + static_cast<std::size_t>(t[r])] += 3.0F;
  }
  /// One number that makes a row look like another class.
  void spoil(std::size_t row, float glitch) {
    auto const own = static_cast<std::size_t>(t[row]);
    x[5 * row + (glitch < 0 ? own : (own + 1) % 3)] = glitch;
  }
};

template <class Device>
void walk(Device& d, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t i = first; i < last; ++i) {
    examples const e(i);
    REQUIRE(d.step(e.x, e.t).status == optim::status::done);
  }
}

std::vector<float> copy(std::span<float const> values) { return {values.begin(), values.end()}; }

/// Ten glitches among good steps.
template <class Network, class Optimizer>
void survives(Optimizer const& rule, float glitch) {
  CAPTURE(glitch);
  INFO(std::string(Optimizer::name));
  device_of<Network, Optimizer> d(rule, seed{3});
  examples const held_out(9999, 300);
  walk(d, 0, 200);
  auto const before = d.evaluate(held_out.x, held_out.t);
  REQUIRE(before.accuracy > 0.9);
  for (std::uint64_t k = 0; k < 10; ++k) {
    examples e(1000 + k);
    e.spoil(k, glitch);
    auto const theta = copy(d.parameters()), statistics = copy(d.statistics());
    adapt::report const r = d.step(e.x, e.t);
    CHECK(r.status == optim::status::out_of_proportion);
    CHECK(std::string(text(r.status)) == "out of proportion");
    CHECK(r.finite());
    CHECK(r.layers.empty());
    CHECK(copy(d.parameters()) == theta);
    CHECK(copy(d.statistics()) == statistics);
    walk(d, 2000 + 5 * k, 2005 + 5 * k);
  }
  CHECK(d.totals().out_of_proportion == 10);
  CHECK(d.totals().non_finite == 0);
  auto const after = d.evaluate(held_out.x, held_out.t);
  CHECK(after.accuracy > before.accuracy - 0.03);
}

}  // namespace

TEST_CASE("guarded update: glitches among good examples leave network and statistics as they are") {
  for (float const glitch : {1e6F, 1e12F, 1e18F}) {
    survives<plain>(optim::sgd{{.rate = 0.1F}}, glitch);
    survives<plain>(optim::momentum{{.rate = 0.02F}}, -glitch);
    survives<plain>(optim::adam{{.rate = 0.01F}}, glitch);
    survives<normed>(optim::sgd{{.rate = 0.1F}}, glitch);
    survives<normed>(optim::adam{{.rate = 0.01F}}, -glitch);
  }
}

TEST_CASE("guarded update: what one glitch does where there is no guard") {
  device_of<plain, optim::sgd> d(optim::sgd{{.rate = 0.1F}}, seed{3});
  d.set_guard(optim::guard::off());
  examples const held_out(9999, 300);
  walk(d, 0, 200);
  CHECK(d.accuracy(held_out.x, held_out.t) > 0.9);
  examples e(1000);
  e.spoil(2, 1e12F);
  CHECK(d.step(e.x, e.t).status == optim::status::done);
  walk(d, 2000, 2050);  // and it does not come back
  float most = 0;
  for (float const p : d.parameters()) most = std::max(most, std::abs(p));
  CHECK(most > 1e6F);
}

TEST_CASE("guarded update: without glitches a run has the bits it has without a guard") {
  device_of<normed, optim::adam> a(optim::adam{{.rate = 0.01F}}, seed{3}), b = a;
  b.set_guard(optim::guard::off());
  walk(a, 0, 100);
  walk(b, 0, 100);
  CHECK(copy(a.parameters()) == copy(b.parameters()));
  CHECK(copy(a.statistics()) == copy(b.statistics()));
  CHECK(a.totals().out_of_proportion == 0);
}

TEST_CASE("guarded update: what stays large was no glitch") {
  device_of<plain, optim::adam> d(optim::adam{{.rate = 0.01F}}, seed{3});
  d.set_guard({.factor = 100, .patience = 3});
  walk(d, 0, 50);
  std::vector<optim::status> found;
  for (std::uint64_t i = 50; i < 56; ++i) {
    examples e(i);
    for (float& x : e.x) x *= 1e5F;
    found.push_back(d.step(e.x, e.t).status);
  }
  using enum optim::status;
  CHECK(std::ranges::count(found, out_of_proportion) == 3);
  CHECK(found[3] == done);
}

TEST_CASE("guarded update: its options are looked at and belong to the run") {
  device_of<plain, optim::sgd> d;
  CHECK(support::contains(support::message_of<error>([&] { d.set_guard({.factor = 0.5}); }),
                          "guard: factor: "));
  CHECK(support::contains(support::message_of<error>([&] { d.set_guard({.patience = 0}); }),
                          "guard: patience: "));
  CHECK(d.guard().factor == optim::guard{}.factor);
  std::size_t options = 0, levels = 0;
  halo::walk(d, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
    std::string name;
    path.each([&](std::string_view part) { (name += name.empty() ? "" : ".") += part; });
    if (!name.starts_with("guard.")) return;
    options += field.kind == field_kind::option;
    levels += field.is_state();
  });
  CHECK(options == 2);
  CHECK(levels == 4);
}

}  // namespace adapt_guarded_update_test
