// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/dense.hpp>

#include <doctest/doctest.h>

#include <cstdint>

#include <halo/optim/decide.hpp>
#include <halo/optim/selection.hpp>

namespace optim_dense_test {

using namespace halo;

static_assert(sizeof(optim::dense) == 1);

TEST_CASE("dense: decides as a selection of all layers") {
  for (std::size_t const layers : {1U, 3U, 64U, 128U}) {
    for (std::uint64_t step = 0; step < 3; ++step) {
      auto const d = optim::decide(optim::dense{}, optim::dense::state{}, seed{1}, step, layers);
      auto const s = optim::decide(optim::selection::dense(), {}, seed{1}, step, layers);
      CHECK(d.layers == s.layers);
      CHECK(d.rows == s.rows);
      CHECK(d.hardest == s.hardest);
    }
  }
}

}  // namespace optim_dense_test
