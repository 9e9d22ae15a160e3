// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/pruned.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <halo/optim/adam.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/clip.hpp>
#include <halo/optim/sgd.hpp>
#include <halo/optim/slimming.hpp>

#include "../support/layouts.hpp"
#include "../support/network.hpp"

namespace optim_pruned_test {

using namespace halo;

namespace {

// weights 0 ... 69, biases, weights 75 ... 204 across several words, weights, a bias
using layout = support::three_layers<70, 5, 130, 10>;
using rule = optim::pruned<optim::adam>;
constexpr std::size_t n = layout::size;

std::string message_of(std::vector<float> theta, double share, optim::threshold of) {
  auto state = rule{}.init<layout, float>();
  auto const before = theta;
  try {
    (void)optim::prune(state, std::span(theta), share, of);
  } catch (error const& e) {
    CHECK(std::equal(theta.begin(), theta.end(), before.begin(),
                     [](float a, float b) { return a == b || (a != a && b != b); }));
    for (std::uint64_t const w : state.gone.span()) CHECK(w == 0);
    return e.what();
  }
  return "";
}

/// Whether exactly `count` weights of a tensor are 0, and none of those is larger than another.
void check_smallest(std::vector<float> const& before, std::vector<float> const& after,
                    std::size_t first, std::size_t size, std::size_t count) {
  float largest_gone = 0, smallest_kept = std::numeric_limits<float>::infinity();
  std::size_t gone = 0;
  for (std::size_t i = first; i < first + size; ++i) {
    if (after[i] == 0) {
      ++gone;
      largest_gone = std::max(largest_gone, std::abs(before[i]));
    } else {
      CHECK(after[i] == before[i]);
      smallest_kept = std::min(smallest_kept, std::abs(before[i]));
    }
  }
  CHECK(gone == count);
  CHECK(largest_gone <= smallest_kept);
}

}  // namespace

TEST_CASE("prune: the smallest weights of each tensor, no bias") {
  auto theta = support::draw<float>(n, 1);
  auto const before = theta;
  auto state = rule{}.init<layout, float>();
  auto const report = optim::prune(state, std::span(theta), 0.7);
  check_smallest(before, theta, 0, 70, 49);
  check_smallest(before, theta, 75, 130, 91);
  check_smallest(before, theta, 205, 10, 7);
  for (std::size_t const i : {70U, 74U, 215U}) CHECK(theta[i] == before[i]);
  CHECK(report.pruned == std::array<std::size_t, 5>{49, 0, 91, 7, 0});
  CHECK(report.weights == 210);
  CHECK(report.gone == 147);
}

TEST_CASE("prune: one threshold for all tensors") {
  auto theta = support::draw<float>(n, 1);
  for (std::size_t i = 0; i < 70; ++i) theta[i] *= 3;
  auto const before = theta;
  auto state = rule{}.init<layout, float>();
  auto const report = optim::prune(state, std::span(theta), 0.5, optim::threshold::global);
  CHECK(report.gone == 105);
  CHECK(report.pruned[0] < 35);
  float largest_gone = 0, smallest_kept = 9;
  for (std::size_t i = 0; i < n; ++i) {
    if ((i >= 70 && i < 75) || i == 215) continue;
    if (theta[i] == 0)
      largest_gone = std::max(largest_gone, std::abs(before[i]));
    else
      smallest_kept = std::min(smallest_kept, std::abs(before[i]));
  }
  CHECK(largest_gone <= smallest_kept);
}

TEST_CASE("prune: refuses to empty a tensor, and shares that are none") {
  auto theta = support::draw<float>(n, 1);
  for (std::size_t i = 205; i < 215; ++i) theta[i] *= 1e-6F;
  CHECK(message_of(theta, 0.1, optim::threshold::global) ==
        "prune: d: expected a weight that stays, found that all 10 would go; let a smaller share "
        "go, or compare within each tensor");
  CHECK(message_of(theta, 0.1, optim::threshold::per_tensor).empty());
  CHECK(message_of(theta, 1.0, optim::threshold::per_tensor).find("share") != std::string::npos);
  theta[80] = std::numeric_limits<float>::quiet_NaN();
  CHECK(message_of(theta, 0.1, optim::threshold::per_tensor) ==
        "prune: c: expected finite weights, found NaN or infinity");
}

TEST_CASE("pruned: what is 0 stays 0, the rest moves as without") {
  rule const r{optim::adam{{.rate = 0.01F}}};
  auto theta = support::draw<float>(n, 1);
  auto state = r.init<layout, float>();
  (void)optim::prune(state, std::span(theta), 0.6);
  auto other = theta;
  auto const cut = theta;
  auto alone = r.inner.init<layout, float>();
  for (std::uint64_t t = 0; t < 30; ++t) {
    auto const g = support::draw<float>(n, 2 + t);
    optim::step_context<float> context;
    context.mask = layer_mask(1 + t % 7);
    REQUIRE(r.step(theta.data(), g.data(), state, context) == optim::status::done);
    REQUIRE(r.inner.step(other.data(), g.data(), alone, context) == optim::status::done);
    for (std::size_t i = 0; i < n; ++i) CHECK(theta[i] == (cut[i] == 0 ? 0 : other[i]));
  }
}

TEST_CASE("pruned: zeros are written where a layer was selected, and after steps that were done") {
  optim::pruned<optim::sgd> const r{};
  auto state = r.init<layout, float>();
  auto theta = support::draw<float>(n, 1);
  (void)optim::prune(state, std::span(theta), 0.5);
  std::fill(theta.begin(), theta.end(), 1.0F);
  auto g = support::draw<float>(n, 2);
  optim::step_context<float> middle;
  middle.mask = layer_mask::only(1);
  CHECK(r.step(theta.data(), g.data(), state, middle) == optim::status::done);
  CHECK(std::count(theta.begin(), theta.end(), 0.0F) == 65);
  CHECK(std::count(theta.begin() + 75, theta.begin() + 205, 0.0F) == 65);
  g[0] = std::numeric_limits<float>::infinity();
  CHECK(r.step(theta.data(), g.data(), state, {}) == optim::status::non_finite);
  CHECK(std::count(theta.begin(), theta.end(), 0.0F) == 65);
}

TEST_CASE("prune: more in a second round keeps the first") {
  auto theta = support::draw<float>(n, 1);
  auto state = rule{}.init<layout, float>();
  (void)optim::prune(state, std::span(theta), 0.3);
  auto const first = theta;
  auto const report = optim::prune(state, std::span(theta), 0.7);
  CHECK(report.gone == 147);
  for (std::size_t i = 0; i < n; ++i) CHECK((first[i] != 0 || theta[i] == 0));
}

TEST_CASE("pruned: an average is 0 where the weights are, inside or outside") {
  auto const is_zero_too = [](auto const& r) {
    auto state = r.template init<layout, float>();
    auto theta = support::draw<float>(n, 1);
    auto const report = optim::prune(state, std::span(theta), 0.5);
    CHECK(report.gone == 105);
    for (std::uint64_t t = 0; t < 20; ++t) {
      auto const g = support::draw<float>(n, 2 + t);
      optim::step_context<float> context;
      context.mask = layer_mask(1 + t % 7);
      REQUIRE(r.step(theta.data(), g.data(), state, context) == optim::status::done);
      CHECK(std::count(theta.begin(), theta.end(), 0.0F) == 105);
      auto const average = optim::average(state);
      for (std::size_t i = 0; i < n; ++i) CHECK((average[i] == 0) == (theta[i] == 0));
    }
  };
  is_zero_too(optim::pruned(optim::averaged(optim::sgd{})));
  is_zero_too(optim::averaged(optim::pruned(optim::sgd{})));
  is_zero_too(optim::clipped(optim::slimming(optim::averaged(optim::pruned(optim::sgd{})))));
}

}  // namespace optim_pruned_test
