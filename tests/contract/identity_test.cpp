// SPDX-License-Identifier: BSD-3-Clause
// No two networks that compute something else say the same of themselves: a run saved under one
// would go on under the other.
#include <halo/nn.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <ratio>
#include <string>
#include <vector>

#include "../support/description.hpp"

namespace contract_identity_test {

using namespace halo;

namespace {

using nn::padding;
using nn::sequential;
using nn::window;

template <class... Networks>
std::vector<std::string> descriptions() {
  return {support::description<Networks>()...};
}

template <class L>
using on_image = sequential<shape<12, 12, 4>, L>;
template <class L>
using on_sequence = sequential<shape<12, 4>, L>;
template <class L>
using on_vector = sequential<shape<8>, L>;

template <nn::quantisation Options>
using grid = on_vector<nn::quantised<nn::linear<8, 2>, Options>>;

constexpr nn::quantisation bytes{};

std::vector<std::string> all() {
  std::vector<std::string> names = descriptions<
      on_image<nn::conv2d<4, 3>>, on_image<nn::conv2d<4, 5>>, on_image<nn::conv2d<4, window{3, 5}>>,
      on_image<nn::conv2d<4, window{5, 3}>>, on_image<nn::conv2d<8, 3>>,
      on_image<nn::conv2d<4, 3, 2>>, on_image<nn::conv2d<4, 3, window{1, 2}>>,
      on_image<nn::conv2d<4, 3, window{2, 1}>>, on_image<nn::conv2d<4, 3, 1, padding::valid>>,
      on_image<nn::conv2d<4, 3, 5, padding::same>>, on_image<nn::conv2d<4, 2, 5, padding::valid>>,
      on_image<nn::conv2d<4, 3, 1, padding::same, 2>>,
      on_image<nn::conv2d<4, 3, 1, padding::same, 4>>,
      on_image<nn::conv2d<4, 3, 1, padding::same, 1, 2>>,
      on_image<nn::conv2d<4, 3, 1, padding::same, 1, window{1, 2}>>,
      on_image<nn::conv2d<4, 3, 1, padding::same, 1, window{2, 1}>>,
      on_image<nn::conv2d<4, 3, 1, padding::same, 1, 1, false>>, on_image<nn::max_pool<2>>,
      on_image<nn::max_pool<3, 2, padding::same>>, on_image<nn::max_pool<2, 2, padding::same>>,
      on_image<nn::max_pool<3>>, on_image<nn::max_pool<2, 1, padding::same>>,
      on_image<nn::average_pool<2>>, on_image<nn::average_pool<3, 2, padding::same>>,
      on_image<nn::global_average_pool>, on_image<nn::flatten>, on_image<nn::reshape<576>>,
      on_image<nn::reshape<4, 12, 12>>, on_image<nn::group_norm<1>>, on_image<nn::group_norm<2>>,
      on_image<nn::group_norm<4>>, on_image<nn::layer_norm>, on_image<nn::batch_norm>,
      on_image<nn::basic_batch_norm<std::ratio<1, 100>>>,
      on_image<nn::basic_batch_norm<std::ratio<1, 10>, std::ratio<1, 1000>>>,
      sequential<shape<144, 4>, nn::batch_norm>, sequential<shape<4, 36, 4>, nn::batch_norm>,
      on_image<nn::channel_selection<nn::channel_set::of(4, {0, 1})>>,
      on_image<nn::channel_selection<nn::channel_set::of(4, {0, 2})>>>();
  auto const add = [&](std::vector<std::string> const& more) {
    names.insert(names.end(), more.begin(), more.end());
  };
  using nn::states;
  add(descriptions<
      on_sequence<nn::conv1d<4, 3>>, on_sequence<nn::conv1d<4, 5>>,
      on_sequence<nn::conv1d<4, 3, 2>>, on_sequence<nn::conv1d<4, 3, 1, padding::valid>>,
      on_sequence<nn::conv1d<4, 3, 1, padding::same, 2>>,
      on_sequence<nn::conv1d<4, 3, 1, padding::same, 1, 2>>,
      on_sequence<nn::conv1d<4, 3, 1, padding::same, 1, 1, false>>, on_sequence<nn::lstm<4>>,
      on_sequence<nn::lstm<5>>, on_sequence<nn::lstm<4, states::all>>,
      on_sequence<nn::lstm<4, states::last, 3>>, on_sequence<nn::lstm<4, states::all, 3>>,
      on_sequence<nn::gru<4>>, on_sequence<nn::gru<4, states::last, 3>>,
      on_sequence<nn::gru<4, states::all>>>());
  add(descriptions<
      on_vector<nn::linear<8, 2>>, on_vector<nn::linear<8, 3>>, on_vector<nn::linear<8, 2, false>>,
      on_vector<nn::basic_leaky_relu<std::ratio<1, 5>>>, on_vector<nn::relu>,
      on_vector<nn::leaky_relu>, on_vector<nn::tanh>, on_vector<nn::sigmoid>, on_vector<nn::elu>,
      on_vector<nn::softplus>, on_vector<nn::gelu>, on_vector<nn::dropout<>>,
      on_vector<nn::dropout<std::ratio<1, 3>>>, on_vector<nn::dropout<std::ratio<0>>>,
      on_vector<nn::residual<nn::relu>>, on_vector<nn::checkpointed<nn::relu>>,
      on_vector<nn::residual<nn::relu, nn::relu>>, on_vector<nn::residual<nn::residual<nn::relu>>>,
      on_vector<nn::residual<nn::projection<nn::relu>, nn::relu>>,
      on_vector<nn::residual<nn::projection<nn::relu, nn::relu>, nn::relu>>,
      on_vector<nn::residual<nn::projection<nn::relu>, nn::relu, nn::relu>>,
      on_vector<nn::residual<nn::projection<nn::relu>, nn::tanh>>,
      on_vector<nn::residual<nn::projection<nn::tanh>, nn::relu>>,
      on_vector<nn::checkpointed<nn::dropout<std::ratio<1, 3>>>>,
      on_vector<nn::checkpointed<nn::dropout<std::ratio<1, 4>>>>,
      on_vector<nn::residual<nn::dropout<std::ratio<1, 3>>>>,
      on_vector<nn::residual<nn::dropout<std::ratio<1, 4>>>>,
      sequential<shape<8>, nn::relu, nn::tanh>, sequential<shape<8>, nn::tanh, nn::relu>>());
  using one = nn::conv2d<4, 3>;
  using two = nn::conv2d<4, 5>;
  add(descriptions<
      on_image<nn::in_bands<1, one, nn::relu, two>>, on_image<nn::in_bands<2, one, nn::relu, two>>,
      on_image<nn::in_bands<2, one, nn::tanh, two>>, on_image<nn::in_bands<2, two, nn::relu, one>>,
      on_image<nn::in_bands<2, two, nn::relu, two>>, on_image<nn::checkpointed<one, nn::relu, two>>,
      on_image<nn::in_bands<2, one, nn::relu, nn::conv2d<4, 5, 1, padding::same, 1, 2>>>>());
  add(descriptions<
      grid<bytes>, grid<nn::quantisation{.weight_bits = 4}>,
      grid<nn::quantisation{.weight_grid = nn::grid::symmetric}>,
      grid<nn::quantisation{.weight_ranges = nn::per::channel}>,
      grid<nn::quantisation{.input_bits = 4}>,
      grid<nn::quantisation{.input_grid = nn::grid::symmetric}>,
      grid<nn::quantisation{.input_ranges = nn::ranges::batch}>,
      grid<nn::quantisation{.newest_percent = 2}>,
      on_vector<nn::integer<nn::quantised<nn::linear<8, 2>>>>,
      on_vector<nn::integer<
          nn::quantised<nn::linear<8, 2>, nn::quantisation{.weight_ranges = nn::per::channel}>>>,
      on_image<nn::quantised<nn::conv2d<4, 3>>>, on_image<nn::quantised<nn::conv2d<4, 3, 2>>>,
      on_image<nn::quantised<nn::conv2d<4, 3, 1, padding::same, 1, 2>>>,
      on_image<nn::integer<nn::quantised<nn::conv2d<4, 3, 1, padding::same, 1, 2>>>>,
      on_image<nn::integer<nn::quantised<nn::conv2d<4, 3>>>>>());
  return names;
}

/// An argument that changes what is computed, and is told.
template <int Power>
struct power : nn::stateless_layer {
  static constexpr char const* kind = "power";
  template <class X>
  static constexpr bool accepts = true;
  template <class X>
  using output = X;
  static constexpr bool elementwise = false, needs_input = true, needs_output = false;
  static constexpr void describe(auto&& f) { f.constant("power", Power); }
  template <class X, class C, class P>
  static void forward(nn::pass const&, C, C, P, P) noexcept {}
  template <class X, class P>
  static void backward(nn::pass const&, nn::backward_arguments<P> const&) noexcept {}
};

}  // namespace

TEST_CASE("identity: networks that differ in any template argument say so") {
  auto names = all();
  auto const own = descriptions<on_vector<power<2>>, on_vector<power<3>>>();
  names.insert(names.end(), own.begin(), own.end());
  CHECK(names.size() > 90);
  std::sort(names.begin(), names.end());
  auto const same = std::adjacent_find(names.begin(), names.end());
  CAPTURE((same == names.end() ? std::string() : *same));
  CHECK(same == names.end());
}

TEST_CASE("identity: a network that says its input first is the one that its layer knows") {
  CHECK(support::description<sequential<nn::linear<8, 2>>>() ==
        support::description<on_vector<nn::linear<8, 2>>>());
}

}  // namespace contract_identity_test
