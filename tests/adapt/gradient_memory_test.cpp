// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/gradient_memory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/learned/horizon_rule.hpp>
#include <halo/learned/lean.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/clip.hpp>
#include <halo/optim/in_parts.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/network.hpp"

namespace adapt_gradient_memory_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<12, 20>, nn::relu, nn::linear<20, 4>>;
using rule_type = learned::horizon_rule<>;
using lean_type = learned::lean<rule_type, learned::precision::full>;
template <class Rule>
using device_of = adapt::adapter<network, nn::cross_entropy, Rule, 16>;
static_assert(device_of<lean_type>::in_parts && !device_of<rule_type>::in_parts);

template <class Device>
std::vector<float> copy(Device const& device) {
  return {device.parameters().begin(), device.parameters().end()};
}

}  // namespace

TEST_CASE("gradient_memory: a gradient that is nowhere as a whole gives the same bits") {
  auto const start = support::draw<float>(network::parameters, 1, 0.3);
  device_of<rule_type> usual(rule_type{}, start);
  device_of<lean_type> lean(lean_type(rule_type{}, start), start);
  for (std::uint64_t i = 0; i < 40; ++i) {
    std::size_t const rows = 1 + i % 16;
    auto x = support::draw<float>(rows * 12, 100 + i);
    auto const y = support::draw_labels(rows, 4, 300 + i);
    if (i == 20) x[5] = 1e12F;  // a glitch
    if (i == 25) x[5] = std::numeric_limits<float>::quiet_NaN();
    if (i == 30) x[5] = 1e4F;  // its bound says nothing, so that the gradient is measured
    lean.freeze(i % 7 == 3 ? layer_mask::only(1) : layer_mask{});
    usual.freeze(lean.frozen());
    auto const before = copy(lean);
    auto const a = usual.step(x, y), b = lean.step(x, y);
    CAPTURE(i);
    REQUIRE(a.status == b.status);
    CHECK((a.status == optim::status::done) == (i != 20 && i != 25));
    if (a.status != optim::status::done) CHECK(copy(lean) == before);
    REQUIRE(copy(usual) == copy(lean));
  }
}

TEST_CASE("gradient_memory: a new head of class means needs no gradient either") {
  auto const start = support::draw<float>(network::parameters, 1, 0.3);
  device_of<rule_type> usual(rule_type{}, start);
  device_of<lean_type> lean(lean_type(rule_type{}, start), start);
  auto const x = support::draw<float>(50 * 12, 7);
  auto const y = support::draw_labels(50, 4, 8);
  usual.start_head(x, y, adapt::imprinting{});
  lean.start_head(x, y, adapt::imprinting{});
  CHECK(copy(usual) == copy(lean));
  usual.start_head(x, y);
  lean.start_head(x, y);
  CHECK(copy(usual) == copy(lean));
  CHECK(copy(usual) != start);
}

TEST_CASE("gradient_memory: around what looks at the whole gradient it is there as a whole") {
  auto const start = support::draw<float>(network::parameters, 1, 0.3);
  auto const clipped = optim::clipped(optim::sgd{}, {.norm = 0.1F});
  device_of<optim::clipped<optim::sgd>> usual(clipped, start);
  device_of<optim::in_parts<optim::clipped<optim::sgd>>> parts(clipped, start);
  static_assert(!decltype(parts)::in_parts);
  for (std::uint64_t i = 0; i < 5; ++i) {
    auto const x = support::draw<float>(16 * 12, 100 + i);
    auto const y = support::draw_labels(16, 4, 300 + i);
    REQUIRE(parts.step(x, y).status == optim::status::done);
    usual.step(x, y);
    REQUIRE(copy(usual) == copy(parts));
  }
}

TEST_CASE("gradient_memory: Adam in parts") {
  auto const start = support::draw<float>(network::parameters, 1, 0.3);
  device_of<optim::adam> usual(optim::adam{}, start);
  device_of<optim::in_parts<optim::adam>> parts(optim::adam{}, start);
  static_assert(decltype(parts)::in_parts);
  static_assert(sizeof(parts) < sizeof(usual));
  for (std::uint64_t i = 0; i < 30; ++i) {
    auto const x = support::draw<float>(16 * 12, 100 + i);
    auto const y = support::draw_labels(16, 4, 300 + i);
    REQUIRE(usual.step(x, y).status == parts.step(x, y).status);
    REQUIRE(copy(usual) == copy(parts));
  }
  CHECK(copy(usual) != start);
}

}  // namespace adapt_gradient_memory_test
