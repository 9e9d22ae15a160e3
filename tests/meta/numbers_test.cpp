// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/numbers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <halo/learned/horizon_rule.hpp>
#include <halo/meta/grid.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/clip.hpp>

#include "../support/data.hpp"

namespace meta_numbers_test {

using namespace halo;

TEST_CASE("numbers: the options of a hand-made optimizer, with names and ranges") {
  auto const all = meta::numbers_of(optim::adam{{.rate = 0.5F, .weight_decay = 0.25F}});
  REQUIRE(all.size() == 5);
  CHECK(all[0] == meta::named_number{"rate", 0.5, allowed::positive()});
  CHECK(all[1].name == "beta1");
  CHECK(all[1].range == allowed::below_one());
  CHECK(all[4] == meta::named_number{"weight_decay", 0.25, allowed::non_negative()});
}

TEST_CASE("numbers: those of wrappers by their path, of a learned one its weights") {
  using rule = optim::averaged<learned::horizon_rule<>>;
  auto const all = meta::numbers_of(rule{});
  REQUIRE(all.size() == rule{}.inner.values().size());
  CHECK(all[0].name == "rate");
  CHECK(all[0].value == static_cast<double>(rule{}.inner.values()[0]));
  auto const wrapped = meta::numbers_of(meta::cosine_adam{});
  CHECK(wrapped[0].name == "inner.rate");
  CHECK(wrapped.back().name == "schedule.final");
}

TEST_CASE("numbers: an optimizer with others has them, and all else as it was") {
  auto const was = optim::clipped<optim::momentum>{};
  auto all = meta::numbers_of(was);
  std::vector<double> values;
  for (auto const& n : all) values.push_back(n.value * 0.5);
  auto const now = meta::with_numbers(was, values);
  CHECK(now.inner.config.rate == 0.5F * was.inner.config.rate);
  CHECK(now.inner.config.momentum == 0.5F * was.inner.config.momentum);
  CHECK(now.inner.config.nesterov == was.inner.config.nesterov);
  for (std::size_t i = 0; i < values.size(); ++i)
    CHECK(meta::numbers_of(now)[i].value == static_cast<double>(static_cast<float>(values[i])));

  learned::horizon_rule<> const rule;
  std::vector<double> weights(rule.values().size(), 0.125);
  CHECK(meta::with_numbers(rule, weights).values()[3] == 0.125F);
}

TEST_CASE("numbers: an option out of its range is refused by its name") {
  auto const text = support::message_of<error>([] {
    (void)meta::with_numbers(optim::momentum{}, std::vector{-1.0, 0.9, 0.0});
  });
  CHECK(support::contains(text, "rate"));
  CHECK(support::contains(text, "-1"));
}

TEST_CASE("numbers: there and back on the line, and never out of the range") {
  for (allowed const range : {allowed::positive(), allowed::non_negative(), allowed::below_one(),
                              allowed::share(), allowed::finite(), allowed::at_least(3)}) {
    double const inside = range.low > 2 ? 3.7 : 0.3;
    CAPTURE(range.low);
    CHECK(meta::from_line(meta::to_line(inside, range), range) == doctest::Approx(inside));
    for (double const z : {-50.0, -3.0, 0.0, 3.0, 50.0})
      CHECK(range.contains(meta::from_line(z, range)));
  }
  double const step =
      meta::to_line(2e-3, allowed::positive()) - meta::to_line(1e-3, allowed::positive());
  CHECK(step == doctest::Approx(std::log(2)).epsilon(1e-3));
  CHECK(std::isfinite(meta::to_line(0, allowed::non_negative())));
  CHECK(std::isfinite(meta::to_line(1, allowed::share())));
}

}  // namespace meta_numbers_test
