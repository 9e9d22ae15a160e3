// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/refusal.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

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
  for (misfit what :
       {misfit::example_size, misfit::no_examples, misfit::tensor_shape, misfit::strides,
        misfit::too_many, misfit::count, misfit::label, misfit::target, misfit::not_finite,
        misfit::variance, misfit::option, misfit::goal}) {
    adapt::refusal const r{what, "x", 3, 4, 5};
    CHECK(static_cast<bool>(r));
    sentences.insert(to_string(r));
    CHECK(support::message_of<error>([&] { adapt::throw_if(r, "model"); }) ==
          "model: " + to_string(r));
  }
  CHECK(sentences.size() == 12);
  CHECK(to_string(adapt::refusal{misfit::label, "targets", 7, 2, -1}) ==
        "label of example 7: expected 0 to 2, found -1");
  CHECK(to_string(adapt::refusal{misfit::target, "targets", 7, 1, 2.5, 0}) ==
        "targets: number 7: expected 0 to 1, found 2.5");
  CHECK(to_string(adapt::refusal{misfit::label, "targets", 7, 2, 5, -1}) ==
        "label of example 7: expected -1 to 2, found 5");
  CHECK(to_string(adapt::refusal{misfit::too_many, "x", 0, 64, 65}) ==
        "x: expected at most 64 examples, found 65");
}

}  // namespace adapt_refusal_test
