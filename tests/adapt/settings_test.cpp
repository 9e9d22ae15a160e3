// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/settings.hpp>

#include <doctest/doctest.h>

#include "../support/data.hpp"

namespace adapt_settings_test {

using namespace halo;

namespace {
struct device : adapt::settings<3> {};
}  // namespace

TEST_CASE("settings: what was set is what there is, from defaults that need no setting") {
  device d;
  CHECK(d.training_rows() == 0);
  CHECK(d.normalization() == nn::normalization::running);
  CHECK(d.frozen_normalization() == nn::normalization::batch);
  CHECK(d.guard().factor == optim::guard{}.factor);
  d.set_training_rows(4500);
  d.set_normalization(nn::normalization::batch);
  d.set_frozen_normalization(nn::normalization::running);
  d.set_guard({.factor = 50, .patience = 2});
  CHECK(d.training_rows() == 4500);
  CHECK(d.normalization() == nn::normalization::batch);
  CHECK(d.frozen_normalization() == nn::normalization::running);
  CHECK(d.guard().patience == 2);
}

TEST_CASE("settings: a guard out of its ranges changes nothing") {
  device d;
  CHECK(support::message_of<halo::error>([&] { d.set_guard({.factor = 1}); }) ==
        "guard: factor: expected a number of at least 2, found 1");
  CHECK(d.guard().factor == optim::guard{}.factor);
}

}  // namespace adapt_settings_test
