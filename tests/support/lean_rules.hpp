// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/learned/halo_rule.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

// What every lean form of halo's rule promises, whatever it keeps its means in.

namespace support::lean_rules {

using namespace halo;

using network = nn::sequential<nn::linear<12, 20>, nn::relu, nn::linear<20, 4>>;
template <class Rule>
using device_of = adapt::adapter<network, nn::cross_entropy, Rule, 16>;

/// Rows of four patterns in noise.
struct rows {
  std::vector<float> x;
  std::vector<std::int32_t> y;
  rows(std::size_t n, std::uint64_t pattern, std::uint64_t draw) : x(n * 12), y(n) {
    generator from(seed{draw});
    for (std::size_t i = 0; i < n; ++i) {
      y[i] = static_cast<std::int32_t>(from.below(4));
      generator center(seed{pattern}, static_cast<std::uint64_t>(y[i]));
      for (std::size_t j = 0; j < 12; ++j) x[12 * i + j] = center.normal() + 2 * from.normal();
    }
  }
};

/// Accuracy after 200 steps on rows of a pattern.
template <class Device>
double adapted(Device& device, std::uint64_t pattern) {
  rows const held_out(2000, pattern, 1);
  device.set_plan({.horizon = 200});
  for (std::uint64_t i = 0; i < 200; ++i) {
    rows const batch(16, pattern, 100 + i);
    REQUIRE(device.step(batch.x, batch.y).status == optim::status::done);
  }
  return device.accuracy(held_out.x, held_out.y);
}

template <class Device>
std::vector<float> copy(Device const& device) {
  return {device.parameters().begin(), device.parameters().end()};
}

/// 200 steps from nothing and from a known start are as good as halo_rule's.
template <class Rule>
void is_as_good_as_halo_rule() {
  double drawn = 0, drawn_lean = 0, known = 0, known_lean = 0;
  for (std::uint64_t i = 0; i < 4; ++i) {
    device_of<learned::halo_rule> usual({}, seed{i});
    device_of<Rule> lean({}, seed{i});
    drawn += adapted(usual, 10 + i) / 4, drawn_lean += adapted(lean, 10 + i) / 4;
    std::vector<float> const start = copy(usual);
    device_of<learned::halo_rule> again({}, start, seed{i});
    device_of<Rule> lean_again(Rule(start), start, seed{i});
    known += adapted(again, 20 + i) / 4, known_lean += adapted(lean_again, 20 + i) / 4;
  }
  MESSAGE("from nothing: " << drawn << ", lean " << drawn_lean << "; from a start: " << known
                           << ", lean " << known_lean);
  CHECK(drawn > 0.6);
  CHECK(known > 0.6);
  CHECK(drawn_lean > drawn - 0.02);  // 8000 rows: a standard error of half a point
  CHECK(known_lean > known - 0.02);
}

/// A step that is refused changes nothing.
template <class Rule>
void refuses_whole_steps() {
  device_of<Rule> device;
  rows batch(2, 3, 4);
  for (int i = 0; i < 3; ++i) REQUIRE(device.step(batch.x, batch.y).status == optim::status::done);
  auto const theta = copy(device);
  auto const coordinates = device.state().coordinates;
  auto const steps = device.state().steps;
  for (float const bad : {1e12F, 1e30F, std::numeric_limits<float>::infinity()}) {
    float const kept = std::exchange(batch.x[3], bad);
    CHECK(device.step(batch.x, batch.y).status != optim::status::done);
    CHECK(copy(device) == theta);
    CHECK(std::equal(coordinates.begin(), coordinates.end(), device.state().coordinates.begin()));
    CHECK(steps == device.state().steps);
    batch.x[3] = kept;
  }
  CHECK(device.step(batch.x, batch.y).status == optim::status::done);
}

/// A checkpoint goes on with the same bits, from the same start alone.
template <class Rule>
void goes_on_from_its_start_alone() {
  using device = device_of<Rule>;
  rows const batch(16, 3, 4);
  device one, whole;
  auto const start = copy(one);
  auto const from = [&](std::vector<float> const& at) { return device(Rule(at), start); };
  one = from(start), whole = from(start);
  for (int i = 0; i < 9; ++i) {
    static_cast<void>(whole.step(batch.x, batch.y));
    if (i < 5) static_cast<void>(one.step(batch.x, batch.y));
  }
  auto const bytes = adapt::write(one);
  std::vector<float> const elsewhere = start;
  device two = from(elsewhere);
  adapt::resume(bytes.span(), two);
  for (int i = 0; i < 4; ++i) static_cast<void>(two.step(batch.x, batch.y));
  CHECK(copy(two) == copy(whole));

  auto other = start;
  other[7] += 1;
  device wrong = from(other);
  CHECK_THROWS_AS(adapt::resume(bytes.span(), wrong), error);
  CHECK(copy(wrong) == start);
  std::vector<std::byte> broken(bytes.begin(), bytes.end());
  broken[broken.size() - 3] ^= std::byte{1};
  CHECK_THROWS_AS(adapt::resume(broken, two), error);
}

}  // namespace support::lean_rules
