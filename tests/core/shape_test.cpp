// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/shape.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>

namespace core_shape_test {

using namespace halo;

static_assert(shape<3, 28, 28>::rank == 3);
static_assert(shape<3, 28, 28>::size == 2352);
static_assert(shape<>::size == 1, "halo: a shape without axes is one number");
static_assert(shape<4, 0>::size == 0);
static_assert(static_shape<shape<2>>);
static_assert(static_shape<shape<>>);
static_assert(!static_shape<int>);
static_assert(!static_shape<std::array<std::size_t, 2>>);

TEST_CASE("shape: extents in the order they were written") {
  CHECK(shape<2, 3, 5>::extents == std::array<std::size_t, 3>{2, 3, 5});
  CHECK(shape<>::extents.empty());
  CHECK(shape<4, 0>::extents[0] == 4);
}

}  // namespace core_shape_test
