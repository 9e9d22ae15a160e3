// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/refusal.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

#include <halo/adapt/budget.hpp>
#include <halo/adapt/discriminant.hpp>
#include <halo/adapt/nearest_mean.hpp>

#include "../support/data.hpp"

namespace adapt_refusal_test {

using namespace halo;
using adapt::misfit;

TEST_CASE("refusal: nothing unless something was refused") {
  constexpr adapt::refusal none;
  static_assert(!none);
  adapt::throw_if(none);
  CHECK(to_string(none) == "nothing was refused");
}

TEST_CASE("refusal: every reason has a sentence of its own, thrown with who complains") {
  std::set<std::string> sentences;
  for (misfit what : {misfit::example_size, misfit::no_examples, misfit::tensor_shape,
                      misfit::strides, misfit::too_many, misfit::count, misfit::label,
                      misfit::target, misfit::not_finite, misfit::variance, misfit::option,
                      misfit::goal, misfit::no_accuracy, misfit::no_meter, misfit::no_clock}) {
    adapt::refusal const r{what, "x", 3, 4, 5};
    CHECK(static_cast<bool>(r));
    sentences.insert(to_string(r));
    CHECK(support::message_of<error>([&] { adapt::throw_if(r, "model"); }) ==
          "model: " + to_string(r));
  }
  CHECK(sentences.size() == 15);
  CHECK(to_string(adapt::refusal{misfit::label, "targets", 7, 2, -1}) ==
        "label of example 7: expected 0 to 2, found -1");
  CHECK(to_string(adapt::refusal{misfit::target, "targets", 7, 1, 2.5, 0}) ==
        "targets: number 7: expected 0 to 1, found 2.5");
  CHECK(to_string(adapt::refusal{misfit::label, "targets", 7, 2, 5, -1}) ==
        "label of example 7: expected -1 to 2, found 5");
  CHECK(to_string(adapt::refusal{misfit::too_many, "x", 0, 64, 65}) ==
        "x: expected at most 64 examples, found 65");
  CHECK(to_string(adapt::refusal{misfit::label, "targets", 0, 2, -2147483648.0}) ==
        "label of example 0: expected 0 to 2, found -2147483648");
}

TEST_CASE("refusal: an option out of its range is named, with the range") {
  auto const said = [](auto const& options) {
    return to_string(adapt::detail::check_ranges(options));
  };
  CHECK(said(adapt::budget{}) == "nothing was refused");
  CHECK(said(adapt::budget{.patience = 0}) == "patience: expected a number of at least 1, found 0");
  CHECK(said(adapt::budget{.accuracy = 1.5}) ==
        "accuracy: expected a number from 0 to 1, found 1.5");
  CHECK(said(adapt::imprinting{.confidence = 0}) ==
        "confidence: expected a number above 0 to 1000, found 0");
  CHECK(said(adapt::discriminant_options{.shrinkage = -1}) ==
        "shrinkage: expected a number of at least 0, found -1");
}

}  // namespace adapt_refusal_test
