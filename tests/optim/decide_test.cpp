// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/decide.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>

#include <halo/optim/deepening.hpp>
#include <halo/optim/depth_cut.hpp>
#include <halo/optim/gated.hpp>
#include <halo/optim/random_layers.hpp>
#include <halo/optim/selection.hpp>

#include "../support/unrecorded.hpp"

namespace optim_decide_test {

using namespace halo;

namespace {

/// Says what it was told to say.
template <bool Selective>
struct says {
  optim::decision what;
  using state = optim::no_memory;
  static constexpr bool selective = Selective;
  static constexpr void record(auto&, auto&& f) { f.constant("name", "says"); }
  [[nodiscard]] optim::decision decide(state const&, generator const&, std::uint64_t,
                                       std::size_t) const noexcept {
    return what;
  }
  void observe(state&, optim::observation const&) const noexcept {}
};

template <bool Selective = true>
optim::decision cut(optim::decision const& d, std::size_t layers = 3) {
  return optim::decide(says<Selective>{d}, {}, generator(seed{1}), 0, layers);
}

std::string message_of(auto const& policy, std::size_t layers) {
  try {
    optim::check_policy(policy, layers);
  } catch (halo::error const& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("decide: layers that a network has not are left out") {
  CHECK(cut({.layers = layer_mask::all()}).layers == layer_mask::all(3));
  CHECK(cut({.layers = layer_mask(0xF8)}).layers.empty());
  CHECK(cut({.layers = layer_mask(0xFA)}).layers == layer_mask(2));
}

TEST_CASE("decide: the hardest are fewer than the rows that they are of, or all") {
  CHECK(cut({.rows = 32, .hardest = 8}).hardest == 8);
  CHECK(cut<false>({.rows = 32, .hardest = 8}).hardest == 0);
  CHECK(cut({.rows = 8, .hardest = 8}).hardest == 0);
  CHECK(cut({.rows = 8, .hardest = 9}).hardest == 0);
  CHECK(cut({.rows = 0, .hardest = 9}).hardest == 0);
}

TEST_CASE("decide: rows of any size leave between one example and all") {
  std::size_t const huge = std::numeric_limits<std::size_t>::max();
  for (std::size_t const rows : {huge, std::size_t{0xFFFFFFFF}, std::size_t{0x80000001}})
    CHECK(cut({.rows = rows, .hardest = rows / 2}).rows <= 0x80000000U);
  CHECK(cut({.rows = 0x80000000U}).rows == 0x80000000U);
  for (std::size_t const rows : {std::size_t{0}, std::size_t{5}, huge / 2, huge - 1, huge}) {
    for (std::size_t const hardest : {std::size_t{0}, std::size_t{1}, huge / 4, huge - 1, huge}) {
      CAPTURE(rows);
      CAPTURE(hardest);
      optim::decision const d = cut({.rows = rows, .hardest = hardest});
      CHECK(d.hardest <= d.rows);
      for (std::size_t n = 1; n < 100; ++n) {
        std::size_t const k = d.backward_rows(n);
        CHECK(k >= 1);
        CHECK(k <= n);
      }
      if (hardest == huge / 4 && rows > hardest)
        CHECK(d.backward_rows(80) ==
              static_cast<std::size_t>(
                  80 * (static_cast<double>(hardest) / static_cast<double>(rows)) - 1e-6));
    }
  }
}

TEST_CASE("check_policy: a list for another number of layers is found, with the reason") {
  std::array<double, 4> const four{0.1, 0.2, 0.3, 0.4};
  CHECK(message_of(optim::selection::custom(four), 4).empty());
  CHECK(message_of(optim::selection::custom(four), 3) ==
        "policy: expected as many layers as selection::thirds or custom was told of, found a "
        "network of 3 layers");
  CHECK_FALSE(message_of(optim::selection::thirds(3), 4).empty());
  CHECK_FALSE(message_of(optim::selection::thirds(3).at_least_one(), 4).empty());
  CHECK(message_of(optim::selection::uniform(0.5), 60).empty());
  CHECK(message_of(optim::depth_cut::custom(four), 5).empty());
  CHECK_FALSE(message_of(optim::depth_cut::custom(four), 3).empty());
  CHECK_FALSE(
      message_of(optim::gated<optim::selection>{optim::selection::custom(four)}, 5).empty());
  CHECK(message_of(optim::gated<>{}, 1).empty());
}

TEST_CASE("check_policy: a list of nothing, which would select nothing for ever, is found") {
  CHECK(message_of(optim::selection::custom({}), 3) ==
        "policy: probability: expected a number from 0 to 1, found nan");
  CHECK_FALSE(message_of(optim::selection::thirds(0), 3).empty());
  CHECK_FALSE(message_of(optim::gated<optim::selection>{optim::selection::custom({})}, 3).empty());
  CHECK(message_of(optim::depth_cut{}, 3) ==
        "policy: expected a depth_cut that was told of depths, as depth_cut::uniform is, found a "
        "network of 3 layers");
  CHECK_FALSE(message_of(optim::depth_cut::custom({}), 3).empty());
}

TEST_CASE("check_policy: an option out of its range is named") {
  double const nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(message_of(optim::gated<>{.accuracy = nan}, 3).find("accuracy") != std::string::npos);
  CHECK(message_of(optim::gated<>{.rows = 0}, 3).find("rows") != std::string::npos);
  CHECK(message_of(optim::gated<>{.inner = {.patience = 0}}, 3).find("inner.patience") !=
        std::string::npos);
  CHECK(message_of(optim::random_layers{.middle = 1.5}, 3).find("middle") != std::string::npos);
  CHECK(message_of(optim::selection::uniform(-0.5), 3).find("probability") != std::string::npos);
  CHECK(message_of(optim::fixed_stages{.head_until = -1}, 3).find("head_until") !=
        std::string::npos);
}

TEST_CASE("policies: every member of them and of their states is recorded") {
  CHECK(support::unrecorded_bytes(optim::selection{}) == support::no_unrecorded_bytes);
  CHECK(support::unrecorded_bytes(optim::depth_cut{}) == support::no_unrecorded_bytes);
  CHECK(support::unrecorded_bytes(optim::random_layers{}) == support::no_unrecorded_bytes);
  CHECK(support::unrecorded_bytes(optim::deepening{}) == support::no_unrecorded_bytes);
  CHECK(support::unrecorded_bytes(optim::fixed_stages{}) == support::no_unrecorded_bytes);
  CHECK(support::unrecorded_bytes(optim::gated<>{}) == support::no_unrecorded_bytes);
  CHECK(support::unrecorded_bytes(optim::deepening::state{}) == support::no_unrecorded_bytes);
  CHECK(support::unrecorded_bytes(optim::fixed_stages::state{}) == support::no_unrecorded_bytes);
  CHECK(support::unrecorded_bytes(optim::gated<>::state{}) == support::no_unrecorded_bytes);
}

TEST_CASE("policies: counters of any size go on") {
  std::uint64_t const huge = std::numeric_limits<std::uint64_t>::max();
  optim::gated<> const rule{.inner = {.begin = optim::start_depth::all}};
  optim::gated<>::state s;
  s.steps = huge;
  s.inner.steps = huge - 1;
  s.accuracy = 0.95;
  for (int i = 0; i < 5; ++i) rule.observe(s, {1.0, 0.9, 100, 3});
  CHECK(s.accuracy > 0.94);
  CHECK(s.accuracy < 0.95);
  optim::fixed_stages const stages{.operations = 1000};
  optim::fixed_stages::state spent{.operations = huge - 50};
  stages.observe(spent, {1.0, 0.9, 100, 3});
  CHECK(stages.decide(spent, generator(seed{1}), 0, 3).layers == layer_mask::all(3));
}

}  // namespace optim_decide_test
