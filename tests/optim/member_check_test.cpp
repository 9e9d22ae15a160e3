// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/member_check.hpp>

#include <doctest/doctest.h>

#include <halo/optim.hpp>

namespace optim_member_check_test {

using namespace halo;
using namespace optim;
namespace check = optim::detail;

namespace {

struct short_of_a_letter : adam {
  [[maybe_unused]] static constexpr std::size_t operations_per_steps = 4;
};
struct closed final {
  int misfits = 0;
};

}  // namespace

TEST_CASE("member check: finds a member whatever it is, in a base, too") {
  static_assert(check::misspelt_optimizer<short_of_a_letter> && !check::misspelt_optimizer<adam>);
  static_assert(check::has_misfit<selection> && check::has_misfit<gated<>> &&
                !check::has_misfit<deepening>);
  static_assert(check::has_ungated<gated<>> && !check::has_ungated<selection>);
  static_assert(check::has_forget<averaged<adam>> && check::has_operations<clipped<adam>>);
  static_assert(!check::misspelt_policy<closed> && !check::misspelt_policy<int>);
}

TEST_CASE("member check: halo's own are right") {
  constexpr bool policies =
      check::complain_of_policy<selection>() && check::complain_of_policy<depth_cut>() &&
      check::complain_of_policy<deepening>() && check::complain_of_policy<gated<>>();
  using layout = flat_layout<5>;
  constexpr bool optimizers =
      check::complain_of_optimizer<adam, layout, float>() &&
      check::complain_of_optimizer<clipped<averaged<adam>>, layout, float>() &&
      check::complain_of_optimizer<pruned<guarded<sgd>>, layout, float>();
  static_assert(policies && optimizers);
}

}  // namespace optim_member_check_test
