// SPDX-License-Identifier: BSD-3-Clause
#include <halo/measure/roc_auc.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "../support/network.hpp"

namespace measure_roc_auc_test {

using namespace halo;
using measure::answers;
using measure::roc_auc;
static_assert(sizeof(roc_auc<16>) == 16 * 16 + 8);

namespace {

/// Of all pairs of one yes and one no.
double exact(std::vector<float> const& score, std::vector<float> const& t) {
  double above = 0, pairs = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    for (std::size_t j = 0; j < t.size(); ++j) {
      if (!(t[i] == 1 && t[j] == 0)) continue;
      pairs += 1;
      above += score[i] > score[j] ? 1 : score[i] == score[j] ? 0.5 : 0;
    }
  }
  return above / pairs;
}

}  // namespace

TEST_CASE("ROC AUC: within its stated error of all pairs, whatever the scale of the scores") {
  for (double const scale : {1e-3, 0.1, 1.0, 10.0, 1e3}) {
    CAPTURE(scale);
    std::vector<float> score = support::draw<float>(600, 1), t(600);
    std::vector<float> const noise = support::draw<float>(600, 2);
    for (std::size_t i = 0; i < t.size(); ++i) {
      t[i] = score[i] + noise[i] > 0.5F ? 1.0F : 0.0F;
      score[i] *= static_cast<float>(scale);
    }
    roc_auc<> coarse;
    roc_auc<4096> fine;
    answers<float, float> const a{600, 1, 1, score.data(), t.data()};
    coarse.add(a), fine.add(a);
    double const area = exact(score, t);
    CHECK(std::abs(coarse.value() - area) <= coarse.error());
    CHECK(std::abs(fine.value() - area) <= fine.error());
    CHECK(fine.error() <= coarse.error());
    if (scale == 1.0) CHECK(coarse.error() < 0.003);
    if (scale == 1.0) CHECK(std::abs(coarse.value() - area) < 1e-3);
  }
}

TEST_CASE("ROC AUC: of two classes by their difference, of flags by the one asked for") {
  float const y[] = {0, 1, 3, 1, 0, 4, 2, 2};
  std::int32_t const labels[] = {0, 0, 1, 1}, some[] = {0, -1, 1, 1};
  roc_auc<> m, partly;
  m.add(answers<float, std::int32_t>{4, 2, 1, y, labels});
  CHECK(m.value() == 0.75);  // 4 > 1, 4 > -2, 0 > -2, 0 < 1
  partly.add(answers<float, std::int32_t>{4, 2, 1, y, some});
  CHECK(partly.value() == 0.5);
  float const t[] = {0, 0, 0, 1, 0, 1, 0, 0};
  roc_auc<256, 1> second;
  second.add(answers<float, float>{4, 2, 2, y, t});
  CHECK(second.value() == doctest::Approx((0.5 + 1 + 0 + 1) / 4));  // yes: 1, 4; no: 1, 2
}

TEST_CASE("ROC AUC: infinite scores have a place, NaN has none") {
  constexpr float infinite = std::numeric_limits<float>::infinity();
  float const y[] = {-infinite, -3e38F, 0, infinite}, t[] = {0, 0, 1, 1};
  roc_auc<> m;
  m.add(answers<float, float>{4, 1, 1, y, t});
  CHECK(m.value() == 1);
  CHECK(m.error() == 0);
  float const nan = std::nanf("");
  roc_auc<> bad;
  bad.add(answers<float, float>{1, 1, 1, &nan, t});
  m.merge(bad);
  CHECK(std::isnan(m.value()));
  roc_auc<> one_kind;
  one_kind.add(answers<float, float>{2, 1, 1, y, t});
  CHECK(std::isnan(one_kind.value()));
}

}  // namespace measure_roc_auc_test
