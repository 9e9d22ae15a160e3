// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/operations.hpp>

#include <doctest/doctest.h>

#include <cstdint>

#include <halo/optim/adam.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/clip.hpp>
#include <halo/optim/schedule.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/layouts.hpp"

namespace optim_operations_test {

using namespace halo;

namespace {

/// Layers of 7 + 2, 5 and 3 + 1 parameters.
using layout = support::three_layers<7, 2, 5, 3>;
constexpr std::size_t sizes[] = {9, 5, 4};

std::size_t selected(std::uint64_t bits) {
  std::size_t n = 0;
  for (std::size_t j = 0; j < 3; ++j) n += (bits >> j & 1U) != 0 ? sizes[j] : 0;
  return n;
}

}  // namespace

TEST_CASE("operations: so many a selected parameter, wrappers add their own") {
  using averaged = optim::averaged<optim::adam>;
  using slow = optim::scheduled<optim::adam, optim::constant_schedule>;
  for (std::uint64_t bits = 1; bits < 8; ++bits) {
    CAPTURE(bits);
    layer_mask const m(bits);
    std::size_t const n = selected(bits);
    CHECK(optim::selected_parameters<layout>(m) == n);
    CHECK(optim::operations<optim::sgd, layout>(m) == 2 * n);
    CHECK(optim::operations<optim::adam, layout>(m) == 11 * n);
    CHECK(optim::operations<slow, layout>(m) == 11 * n);
    CHECK(optim::operations<optim::clipped<optim::adam>, layout>(m) == 13 * n);
    CHECK(optim::operations<averaged, layout>(m) == 11 * n + 2 * 18);
    CHECK(optim::operations<optim::clipped<averaged>, layout>(m) == 13 * n + 2 * 18);
    CHECK(optim::operations<optim::averaged<slow>, layout>(m) == 11 * n + 2 * 18);
  }
}

TEST_CASE("operations: nothing selected, nothing spent; of all layers those that are there count") {
  CHECK(optim::operations<optim::averaged<optim::adam>, layout>(layer_mask()) == 0);
  CHECK(optim::operations<optim::adam, layout>(layer_mask::all()) == 11 * 18);
}

}  // namespace optim_operations_test
