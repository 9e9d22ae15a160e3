// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/recurrent.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace kernel_recurrent_test {

using namespace halo;

TEST_CASE("recurrent geometry: which steps are kept, and where gradients are cut") {
  constexpr kernel::recurrent_geometry whole{7, 2, 3, false, 0}, last{7, 2, 3, false, 3};
  constexpr kernel::recurrent_geometry all{7, 2, 3, true, 3}, longer{7, 2, 3, false, 9};
  static_assert(whole.kept() == 7 && last.kept() == 3 && all.kept() == 7 && longer.kept() == 7);
  static_assert(whole.outputs() == 3 && all.outputs() == 21);
  std::array<std::size_t, 7> const places{0, 0, 0, 0, 0, 1, 2};
  std::array<bool, 7> const cuts{true, true, false, false, true, false, false};
  for (std::size_t t = 0; t < 7; ++t) {
    CAPTURE(t);
    CHECK(last.place(t) == places[t]);
    CHECK(all.place(t) == t);
    CHECK(last.cut_before(t) == cuts[t]);
    CHECK(all.cut_before(t) == cuts[t]);
    CHECK(whole.cut_before(t) == (t == 0));
    CHECK(longer.cut_before(t) == (t == 0));
  }
}

TEST_CASE("keep_steps: the rows asked for, moved to the front in place") {
  // two steps of four rows of two
  std::vector<int> values;
  for (int step = 0; step < 2; ++step)
    for (int row = 0; row < 4; ++row)
      for (int k = 0; k < 2; ++k) values.push_back(100 * step + 10 * row + k);
  std::array<std::uint32_t, 2> const kept{1, 3};
  kernel::keep_steps(2, 4, kept.data(), 2, 2, static_cast<int const*>(values.data()),
                     values.data());
  values.resize(8);
  CHECK(values == std::vector<int>{10, 11, 30, 31, 110, 111, 130, 131});
}

}  // namespace kernel_recurrent_test
