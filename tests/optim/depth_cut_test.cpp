// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/depth_cut.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>

namespace optim_depth_cut_test {

using namespace halo;

TEST_CASE("depth cut: the upper layers without a gap, each depth as often as it should be") {
  std::array<double, 3> const own{0.5, 0.3, 0.1};
  auto const c = optim::depth_cut::custom(own);
  generator const g(seed{5}, 3);
  constexpr std::uint64_t steps = 100000;
  std::array<double, 4> found{};
  for (std::uint64_t t = 0; t < steps; ++t) {
    layer_mask const m = c.draw(g, t, 3);
    CHECK((m.bits() == 0 || m.bits() == 4 || m.bits() == 6 || m.bits() == 7));
    CHECK(m == c.draw(g, t, 3));
    found[m.count()] += 1;
  }
  std::array<double, 4> const p{0.1, 0.5, 0.3, 0.1};
  for (std::size_t d = 0; d < 4; ++d) {
    CAPTURE(d);
    CHECK(c.probability(d) == doctest::Approx(p[d]));
    CHECK(std::abs(found[d] - steps * p[d]) < 5 * std::sqrt(steps * p[d] * (1 - p[d])));
  }
  CHECK(c.probability(4) == 0);
}

TEST_CASE("depth cut: uniform is never idle, a network with fewer layers is updated whole") {
  generator const g(seed{6});
  auto const c = optim::depth_cut::uniform(3);
  CHECK(c.probability(0) == 0);
  std::array<bool, 4> seen{};
  for (std::uint64_t t = 0; t < 1000; ++t) {
    seen[c.draw(g, t, 3).count()] = true;
    CHECK_FALSE(c.draw(g, t, 2).empty());
  }
  CHECK(seen == std::array<bool, 4>{false, true, true, true});
  std::array<double, 3> const thirds{1.0 / 3, 1.0 / 3, 1.0 / 3};  // add up to a little less than 1
  CHECK(optim::depth_cut::custom(thirds).probability(0) == 0);
  CHECK(optim::depth_cut().draw(g, 0, 3).empty());
}

TEST_CASE("depth cut: expected counts are exact") {
  std::array<double, 3> const own{0.5, 0.3, 0.1};
  auto const c = optim::depth_cut::custom(own);
  CHECK(c.expected(3, [](layer_mask m) { return m.count(); }) ==
        doctest::Approx(0.5 + 2 * 0.3 + 3 * 0.1));
  CHECK(c.expected(3, [](layer_mask m) { return m.empty() ? 1 : 0; }) == doctest::Approx(0.1));
}

}  // namespace optim_depth_cut_test
