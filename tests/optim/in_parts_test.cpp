// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/in_parts.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <halo/learned/halo_rule.hpp>
#include <halo/learned/lean_halo_rule.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/clip.hpp>
#include <halo/optim/momentum.hpp>
#include <halo/optim/pruned.hpp>
#include <halo/optim/pulled.hpp>
#include <halo/optim/rmsprop.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/layouts.hpp"
#include "../support/optimizer_contract.hpp"

namespace optim_in_parts_test {

using namespace halo;

namespace {

using layout = support::three_layers<5, 3, 16, 33>;
static_assert(std::string_view(optim::in_parts<optim::sgd>::name) == "in_parts(sgd)");
static_assert(optim::optimizer<optim::in_parts<optim::adam>, layout>);
static_assert(optim::averaged<optim::in_parts<optim::sgd>>::takes_parts);
static_assert(!optim::averaged<optim::sgd>::takes_parts);
static_assert(optim::in_parts<optim::averaged<optim::adam>>::takes_parts);
static_assert(optim::in_parts<optim::in_parts<optim::rmsprop>>::takes_parts);
static_assert(optim::in_parts<learned::lean_halo_rule>::takes_parts);
// of others the whole gradient is kept
static_assert(!optim::in_parts<optim::clipped<optim::sgd>>::takes_parts);
static_assert(!optim::in_parts<optim::averaged<optim::pulled<optim::sgd>>>::takes_parts);
static_assert(!optim::in_parts<optim::clipped<optim::in_parts<optim::sgd>>>::takes_parts);
static_assert(!optim::averaged<optim::in_parts<optim::pruned<optim::sgd>>>::takes_parts);
static_assert(!optim::in_parts<learned::halo_rule>::takes_parts);

/// A gradient that is handed out seven elements at a time.
struct handed_out {
  static constexpr std::size_t most = 7;
  std::vector<float> const& whole;
  float* to;
  float const* operator()(std::size_t tensor, std::size_t begin, std::size_t count) const {
    REQUIRE(count <= most);
    REQUIRE(begin + count <= layout::table[tensor].count);
    auto const* const from = whole.data() + layout::table[tensor].offset + begin;
    std::copy_n(from, count, to);
    return to;
  }
};

/// A run with the whole gradient beside one in parts: steps, masks, numbers that are not finite.
template <class O>
void same_bits(O const& rule, optim::in_parts<O> const& by_parts) {
  auto a = rule.template init<layout, float>();
  auto b = by_parts.template init<layout, float>();
  auto x = contract::draw<float>(layout::size, 0), y = x;
  std::vector<float> part(handed_out::most);
  for (std::uint64_t k = 0; k < 40; ++k) {
    auto g = contract::draw<float>(layout::size, 1 + k);
    if (k % 5 == 4) g[k] *= 1e20F;  // no longer safe: looked at before anything moves
    if (k % 10 == 9) g[k] = 3e38F;
    if (k == 20) g[7] = std::numeric_limits<float>::infinity();
    optim::step_context<float> c;
    c.mask = layer_mask(1 + k % 7);
    c.limit = k % 3 == 0 ? 0.5F : c.limit;
    c.magnitude = optim::detail::largest_gradient<layout>(c, static_cast<float const*>(g.data()));
    auto const before = contract::bytes_of(b);
    auto const kept = y;
    auto const one = rule.step(x.data(), static_cast<float const*>(g.data()), a, c);
    auto const two = by_parts.step(y.data(), handed_out{g, part.data()}, b, c);
    CAPTURE(k);
    REQUIRE(one == two);
    if (two != optim::status::done) {
      CHECK(contract::bytes_of(b) == before);
      CHECK(contract::same_bits(y, kept));
    }
    REQUIRE(contract::same_bits(x, y));
    REQUIRE(contract::bytes_of(a) == contract::bytes_of(b));
  }
}

}  // namespace

TEST_CASE("in_parts: the bits of the optimizer itself") {
  SUBCASE("sgd") {
    same_bits<optim::sgd>({{.rate = 0.1F, .weight_decay = 0.01F}},
                          optim::sgd{{.rate = 0.1F, .weight_decay = 0.01F}});
  }
  SUBCASE("momentum") { same_bits<optim::momentum>({}, optim::momentum{}); }
  SUBCASE("adam") { same_bits<optim::adam>({}, optim::adam{}); }
}

}  // namespace optim_in_parts_test
