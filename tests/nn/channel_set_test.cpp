// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/channel_set.hpp>

#include <doctest/doctest.h>

namespace nn_channel_set_test {

using namespace halo;

TEST_CASE("channel_set: channels on both sides of a word") {
  constexpr auto s = nn::channel_set::of(130, {0, 63, 64, 129});
  static_assert(s.count() == 4 && s[0] && s[63] && s[64] && s[129] && !s[1] && !s[500]);
  static_assert(nn::channel_set::all(512).count() == 512);
  static_assert(nn::channel_set::all(65) != nn::channel_set::all(66));
  auto t = s;
  t.set(63, false);
  CHECK(t.count() == 3);
  CHECK(t == nn::channel_set::of(130, {0, 64, 129}));
}

}  // namespace nn_channel_set_test
