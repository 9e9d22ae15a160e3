// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/selection.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <type_traits>
#include <vector>

#include <halo/optim/adam.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/clip.hpp>
#include <halo/optim/gated.hpp>

namespace optim_selection_test {

using namespace halo;

namespace {
std::vector<double> probabilities(optim::selection const& s, std::size_t layers) {
  std::vector<double> p;
  for (std::size_t j = 0; j < layers; ++j) p.push_back(s.probability(j));
  return p;
}
}  // namespace

TEST_CASE("thirds of the layers, the last always in the last third") {
  CHECK(probabilities(optim::selection::thirds(1), 1) == std::vector<double>{0.5});
  CHECK(probabilities(optim::selection::thirds(2), 2) == std::vector<double>{0.1, 0.5});
  CHECK(probabilities(optim::selection::thirds(3), 3) == std::vector<double>{0.1, 0.3, 0.5});
  CHECK(probabilities(optim::selection::thirds(4), 4) == std::vector<double>{0.1, 0.1, 0.3, 0.5});
  CHECK(probabilities(optim::selection::thirds(5), 5) ==
        std::vector<double>{0.1, 0.1, 0.3, 0.3, 0.5});
}

TEST_CASE("the paper's schemes and custom lists") {
  CHECK(probabilities(optim::scheme::increasing(3), 3) == std::vector<double>{0.1, 0.3, 0.5});
  CHECK(probabilities(optim::scheme::uniform(3), 3) == std::vector<double>{0.3, 0.3, 0.3});
  CHECK(probabilities(optim::scheme::decreasing(3), 3) == std::vector<double>{0.5, 0.3, 0.1});
  std::array<double, 2> const own{0.25, 1.0};
  CHECK(probabilities(optim::selection::custom(own), 3) == std::vector<double>{0.25, 1.0, 0.0});
}

TEST_CASE("draws repeat, differ between steps and seeds, and have the right frequency") {
  auto const s = optim::selection::thirds(3);
  generator const g(seed{5}, 1);
  constexpr std::uint64_t steps = 100000;
  std::array<double, 3> count{};
  double none = 0;
  for (std::uint64_t t = 0; t < steps; ++t) {
    layer_mask const m = s.draw(g, t, 3);
    CHECK_EQ(m.bits(), s.draw(g, t, 3).bits());
    for (std::size_t j = 0; j < 3; ++j) count[j] += m[j] ? 1.0 : 0.0;
    none += m.empty() ? 1.0 : 0.0;
  }
  std::array<double, 3> const p{0.1, 0.3, 0.5};
  for (std::size_t j = 0; j < 3; ++j) {
    double const sigma = std::sqrt(steps * p[j] * (1 - p[j]));
    CHECK(std::abs(count[j] - steps * p[j]) < 5 * sigma);
  }
  CHECK(none / steps == doctest::Approx(0.9 * 0.7 * 0.5).epsilon(0.02));
  int different = 0;
  for (std::uint64_t t = 0; t < 100; ++t) {
    different += s.draw(generator(seed{6}, 1), t, 3) == s.draw(g, t, 3) ? 0 : 1;
  }
  CHECK(different > 20);
}

TEST_CASE("certain and impossible layers") {
  generator const g(seed{1});
  for (std::uint64_t t = 0; t < 1000; ++t) {
    CHECK(optim::selection::dense().draw(g, t, 7) == layer_mask::all(7));
    CHECK(optim::selection::uniform(0.0).draw(g, t, 7).empty());
  }
}

TEST_CASE("expected counts are exact") {
  auto const s = optim::selection::thirds(3);
  CHECK(s.expected(3, [](layer_mask m) { return m.count(); }) == doctest::Approx(0.9));
  CHECK(s.expected(3, [](layer_mask m) { return m.empty() ? 1 : 0; }) == doctest::Approx(0.315));
}

TEST_CASE("forced layers take part in every draw, the others as before") {
  generator const g(seed{5}, 1);
  auto const s = optim::selection::thirds(3);
  auto const f = s.forced(layer_mask(1));
  for (std::uint64_t t = 0; t < 1000; ++t) {
    CHECK(f.draw(g, t, 3) == (s.draw(g, t, 3) | layer_mask(1)));
  }
}

TEST_CASE("at least one layer: each mask as often as among the draws that are not empty") {
  generator const g(seed{5}, 1);
  auto const s = optim::selection::thirds(3).at_least_one();
  constexpr std::uint64_t steps = 100000;
  std::array<double, 8> found{};
  for (std::uint64_t t = 0; t < steps; ++t) found[s.draw(g, t, 3).bits()] += 1;
  double const none = 0.9 * 0.7 * 0.5;
  CHECK(found[0] == 0);
  for (std::size_t bits = 1; bits < 8; ++bits) {
    CAPTURE(bits);
    double p = 1 / (1 - none);
    p *= (bits & 1) != 0 ? 0.1 : 0.9;
    p *= (bits & 2) != 0 ? 0.3 : 0.7;
    p *= (bits & 4) != 0 ? 0.5 : 0.5;
    CHECK(std::abs(found[bits] - steps * p) < 5 * std::sqrt(steps * p * (1 - p)));
    CHECK(s.expected(3, [=](layer_mask m) { return m.bits() == bits ? 1 : 0; }) ==
          doctest::Approx(p));
  }
  CHECK(s.expected(3, [](layer_mask m) { return m.empty() ? 1 : 0; }) == 0);
}

TEST_CASE("at least one layer of certain, impossible and very unlikely ones") {
  generator const g(seed{2});
  std::array<double, 3> const rare{1e-15, 0, 1e-15};
  auto const s = optim::selection::custom(rare).at_least_one();
  for (std::uint64_t t = 0; t < 1000; ++t) {
    CHECK_FALSE(s.draw(g, t, 3).empty());
    CHECK_FALSE(s.draw(g, t, 3)[1]);
    CHECK(optim::selection::dense().at_least_one().draw(g, t, 7) == layer_mask::all(7));
    CHECK(optim::selection::uniform(0.0).at_least_one().draw(g, t, 7).empty());
  }
}

namespace {

struct choosy : optim::adam {
  using preferred_policy = optim::gated<>;
};

}  // namespace

TEST_CASE("selection: layers beyond the sixty-fourth have draws of their own, others the same") {
  auto const half = optim::selection::uniform(0.5);
  generator const g(seed{5});
  std::size_t twins = 0, above = 0, steps = 400;
  for (std::uint64_t t = 0; t < steps; ++t) {
    layer_mask const few = half.draw(g, t, 64), many = half.draw(g, t, 128);
    CHECK((many & layer_mask::all(64)) == few);
    layer_mask const high = many.slice(64, 64);
    above += high.count();
    for (std::size_t j = 0; j < 64; ++j) twins += high[j] == few[j] ? 1U : 0U;
    CHECK_FALSE(high == half.draw(g, t + 1, 64));
  }
  double const n = 64.0 * static_cast<double>(steps);
  CHECK(static_cast<double>(above) / n == doctest::Approx(0.5).epsilon(0.02));
  CHECK(static_cast<double>(twins) / n == doctest::Approx(0.5).epsilon(0.02));
}

TEST_CASE("an optimizer may say which policy it does best with, and its wrappers say the same") {
  static_assert(std::is_same_v<optim::policy_of<optim::adam>, optim::selection>);
  static_assert(std::is_same_v<optim::policy_of<optim::averaged<optim::adam>>, optim::selection>);
  static_assert(std::is_same_v<optim::policy_of<choosy>, optim::gated<>>);
  static_assert(
      std::is_same_v<optim::policy_of<optim::averaged<optim::clipped<choosy>>>, optim::gated<>>);
  CHECK(optim::policy_of<optim::adam>().draw(generator(seed{1}), 0, 5) == layer_mask::all(5));
}

}  // namespace optim_selection_test
