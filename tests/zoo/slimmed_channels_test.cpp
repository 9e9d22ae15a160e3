// SPDX-License-Identifier: BSD-3-Clause
#include <halo/zoo/slimmed_channels.hpp>

#include <doctest/doctest.h>

#include <cstddef>

#include <halo/nn/channel_set.hpp>

namespace zoo_slimmed_channels_test {

using namespace halo;

TEST_CASE("slimmed channels: three tenths of the channels, some of each norm") {
  std::size_t stay = 0, all = 0;
  for (nn::channel_set const& s : zoo::slimmed_channels) {
    CHECK(s.count() >= 8);
    CHECK(s.count() <= s.channels);
    stay += s.count();
    all += s.channels;
  }
  CHECK(all == 1360);
  CHECK(stay >= 408);
  CHECK(stay <= 409);
}

TEST_CASE("slimmed channels: a network with the layers of the wide one, half its size at most") {
  using wide = zoo::preresnet20<>;
  using slim = zoo::slim_preresnet20<>;
  static_assert(slim::layers == wide::layers && slim::layout::tensors == wide::layout::tensors);
  CHECK(2 * slim::parameters < wide::parameters);
  CHECK(2 * slim::forward_operations < wide::forward_operations);
}

}  // namespace zoo_slimmed_channels_test
