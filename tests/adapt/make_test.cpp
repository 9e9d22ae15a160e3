// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/make.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

namespace adapt_make_test {

using namespace halo;

TEST_CASE("make: a device that no stack could hold, as its constructor makes it") {
  using network = nn::sequential<nn::linear<1000, 1000>, nn::linear<1000, 3>>;
  using device = adapt::adapter<network, nn::cross_entropy, optim::adam, 64>;
  static_assert(sizeof(device) > std::size_t{15} << 20);
  auto const a = adapt::make<device>(optim::adam{{.rate = 0.5F}}, seed{7});
  static_assert(std::is_same_v<decltype(a), std::unique_ptr<device> const>);
  CHECK(reinterpret_cast<std::uintptr_t>(a.get()) % alignment == 0);
  CHECK(a->optimizer().config.rate == 0.5F);
  auto const b = adapt::make<device>(optim::adam{}, a->parameters());
  CHECK(std::ranges::equal(a->parameters(), b->parameters()));
}

}  // namespace adapt_make_test
