// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/meta_loss.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>

namespace meta_meta_loss_test {

namespace {
using halo::meta::meta_loss;
}

TEST_CASE("meta_loss: slopes are those of differences") {
  meta_loss const kinds[] = {meta_loss::paper(), meta_loss::authors(), meta_loss::averaged()};
  for (meta_loss const& kind : kinds) {
    for (double loss : {1e-3, 0.1, 2.3}) {
      CAPTURE(loss);
      double const e = 1e-6 * loss;
      double const slope = (kind.value(loss + e) - kind.value(loss - e)) / (2 * e);
      CHECK(kind.slope(loss) == doctest::Approx(slope).epsilon(1e-8));
    }
  }
  CHECK(meta_loss::paper().value(2.5) == 2.5);
  CHECK(meta_loss::averaged().value(0.98) == doctest::Approx(0.0));
  CHECK(std::isfinite(meta_loss::averaged().value(0)));
}

TEST_CASE("meta_loss: the shares of a window") {
  constexpr std::size_t n = 4;
  auto const shares = [](meta_loss const& kind, auto... expected) {
    double const wanted[] = {expected...};
    double sum = 0;
    for (std::size_t i = 0; i <= n; ++i) {
      CAPTURE(i);
      CHECK(kind.share(i, n) == doctest::Approx(wanted[i]));
      sum += kind.share(i, n);
    }
    CHECK(sum == doctest::Approx(1));
  };
  shares(meta_loss{}, 0.2, 0.2, 0.2, 0.2, 0.2);
  shares(meta_loss{.count_first = false}, 0.0, 0.25, 0.25, 0.25, 0.25);
  shares(meta_loss{.count_last = false}, 0.4, 0.2, 0.2, 0.2, 0.0);
  shares(meta_loss{.count_first = false, .count_last = false}, 0.25, 0.25, 0.25, 0.25, 0.0);
  shares(meta_loss{.which = meta_loss::iterates::last}, 0.0, 0.0, 0.0, 0.0, 1.0);
}

TEST_CASE("meta_loss: how many iterates are averaged") {
  meta_loss const kind = meta_loss::averaged();
  CHECK(kind.averaged(1) == 1);
  CHECK(kind.averaged(2) == 1);
  CHECK(kind.averaged(100) == 65);
  CHECK(meta_loss{.averaged_share = 0}.averaged(7) == 1);
  CHECK(meta_loss{.averaged_share = 2}.averaged(7) == 7);
}

TEST_CASE("meta_loss: the Jacobian's factor, for a sum or a mean") {
  CHECK(meta_loss::paper().factor(500) == 1e-3);
  CHECK(meta_loss::authors().factor(500) == doctest::Approx(5.5e-3 / 500));
  meta_loss spectral = meta_loss::authors();
  spectral.spectral = true;  // a norm has nothing to take the mean of
  CHECK(spectral.factor(500) == 5.5e-3);
}

}  // namespace meta_meta_loss_test
