// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/channel_selection.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <type_traits>
#include <vector>

#include "../support/network.hpp"

namespace nn_channel_selection_test {

using namespace halo;

TEST_CASE("channel_selection: gathers forward and scatters back, as a loop over indices says") {
  constexpr std::size_t rows = 3, places = 4, channels = 70;
  using layer = nn::channel_selection<nn::channel_set::of(channels, {1, 2, 40, 63, 64, 69})>;
  using in = shape<2, 2, channels>;
  static_assert(std::is_same_v<layer::output<in>, shape<2, 2, 6>>);
  static_assert(std::is_same_v<layer::output<shape<channels>>, shape<6>>);
  std::vector<std::size_t> const chosen{1, 2, 40, 63, 64, 69};
  auto const x = support::draw<float>(rows * in::size, 1);
  auto dy = support::draw<float>(rows * places * 6, 2);
  std::vector<float> y(dy.size()), dx(x.size(), 7), expected_y(dy.size()), expected_dx(x.size());
  for (std::size_t i = 0; i < rows * places; ++i) {
    for (std::size_t k = 0; k < 6; ++k) {
      expected_y[i * 6 + k] = x[i * channels + chosen[k]];
      expected_dx[i * channels + chosen[k]] = dy[i * 6 + k];
    }
  }
  nn::pass const p{.rows = rows, .capacity = rows};
  float const* const none = nullptr;
  layer::forward<in>(p, none, static_cast<float const*>(x.data()), y.data(),
                     static_cast<float*>(nullptr));
  CHECK(y == expected_y);
  nn::backward_arguments<float*> a{};
  a.dy = dy.data();
  a.dx = dx.data();
  layer::backward<in>(p, a);
  CHECK(dx == expected_dx);
}

}  // namespace nn_channel_selection_test
