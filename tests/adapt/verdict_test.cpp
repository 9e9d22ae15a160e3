// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/verdict.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string_view>

#include <halo/core/random.hpp>

namespace adapt_verdict_test {

using namespace halo;
using adapt::detail::evidence;

TEST_CASE("verdict: each has words of its own") {
  for (unsigned char i = 0; i < 5; ++i)
    for (unsigned char k = 0; k < i; ++k)
      CHECK(std::string_view(text(adapt::verdict{i})) != text(adapt::verdict{k}));
}

TEST_CASE("verdict: n differences of one size and sign make √n, none make 0") {
  evidence e;
  CHECK(e.surety() == 0);
  for (int n = 1; n < 20; ++n) {
    e.add(-0.25);
    CHECK(e.surety() == doctest::Approx(-std::sqrt(n)));
  }
  e.add(std::nan(""));
  CHECK(std::isnan(e.surety()));
}

TEST_CASE("verdict: chance alone is as rarely sure as the bound says, sizes large and small") {
  generator g(seed{11});
  constexpr int trials = 20000;
  int sure2 = 0, sure3 = 0;
  for (int i = 0; i < trials; ++i) {
    evidence e;
    for (int k = 0; k < 30; ++k) {
      double const size = std::exp(2 * static_cast<double>(g.normal()));
      e.add(g.bernoulli(0.5) ? size : -size);
    }
    sure2 += e.surety() > 2 ? 1 : 0;
    sure3 += e.surety() > 3 ? 1 : 0;
  }
  CHECK(sure2 < trials * std::exp(-2.0));
  CHECK(sure3 < trials * std::exp(-4.5));
  CHECK(sure2 > 0);
}

}  // namespace adapt_verdict_test
