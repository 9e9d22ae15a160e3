// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/pass.hpp>

#include <doctest/doctest.h>

namespace energy_pass_test {

using namespace halo;

struct flat {
  static constexpr char const* name = "flat";
  double joules(energy::pass const& p) const { return static_cast<double>(p.taken.multiply_adds); }
};
struct mute {
  static constexpr char const* name = "mute";
};

TEST_CASE("pass: a model is what tells joules of one") {
  static_assert(energy::model<flat>);
  static_assert(!energy::model<mute>);
  CHECK(flat{}.joules({.taken = {3, 0, 0, 0}}) == 3);
}

}  // namespace energy_pass_test
