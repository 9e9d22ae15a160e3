// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/wrapped_name.hpp>

#include <doctest/doctest.h>

#include <string_view>

namespace core_wrapped_name_test {

namespace {

struct innermost {
  static constexpr char const* name = "adam";
};
template <class Inner>
struct clipped {
  static constexpr char const* wrapper_name = "clipped";
  static constexpr char const* name = halo::wrapped_name<clipped, Inner>::text.data();
};

}  // namespace

TEST_CASE("wrapped name: the outer word around the inner name, as often as it is wrapped") {
  CHECK(clipped<innermost>::name == std::string_view("clipped(adam)"));
  CHECK(clipped<clipped<innermost>>::name == std::string_view("clipped(clipped(adam))"));
}

}  // namespace core_wrapped_name_test
