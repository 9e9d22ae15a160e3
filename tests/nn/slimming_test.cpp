// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/slimming.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/channel_selection.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"

namespace nn_slimming_test {

using namespace halo;

namespace {

using nn::channel_set;
using nn::conv2d;
using nn::relu;

/// Two bottlenecks, one with a shortcut, as zoo::preresnet20 has six.
using norm = nn::batch_norm;
using wide = nn::sequential<shape<4, 4, 2>, conv2d<5, 3>,
                            nn::residual<nn::projection<conv2d<6, 1, 2>>, norm, relu, conv2d<3, 1>,
                                         norm, relu, conv2d<4, 3, 2>, norm, relu, conv2d<6, 1>>,
                            nn::residual<norm, relu, conv2d<4, 1>, norm, relu, conv2d<6, 1>>, norm,
                            relu, nn::global_average_pool, nn::linear<6, 3>>;

constexpr std::array<channel_set, 6> kept{
    channel_set::of(5, {1, 2, 4}), channel_set::of(3, {2}),          channel_set::of(4, {0, 1, 3}),
    channel_set::of(6, {0, 5}),    channel_set::of(4, {0, 1, 2, 3}), channel_set::of(6, {1, 2, 3})};
template <std::size_t I>
using selected = nn::channel_selection<kept[I]>;
using slim = nn::sequential<
    shape<4, 4, 2>, conv2d<5, 3>,
    nn::residual<nn::projection<conv2d<6, 1, 2>>, selected<0>, norm, relu, conv2d<1, 1>, norm, relu,
                 conv2d<3, 3, 2>, norm, relu, conv2d<6, 1>>,
    nn::residual<selected<3>, norm, relu, conv2d<4, 1>, norm, relu, conv2d<6, 1>>, selected<5>,
    norm, relu, nn::global_average_pool, nn::linear<3, 3>>;

/// Parameters that are nowhere 0, statistics of positive variance.
std::vector<float> point() { return support::draw<float>(wide::parameters, 1, 0.7); }
std::vector<float> moments() {
  auto s = support::draw<float>(wide::statistics, 2, 0.5);
  for (float& x : s) x = std::abs(x) + 0.1F;
  return s;
}

/// Gain and bias of channels that go become 0.
void silence(std::vector<float>& theta) {
  std::size_t norm_number = 0, norm_layer = 99;
  for (parameter_info const& info : wide::layout::table) {
    bool const gain = info.role == parameter_role::gain;
    if (gain) norm_layer = info.layer;
    if (info.layer != norm_layer) continue;
    for (std::size_t c = 0; c < info.count; ++c)
      if (!kept[norm_number][c]) theta[info.offset + c] = 0;
    norm_number += gain ? 0 : 1;
  }
  REQUIRE(norm_number == kept.size());
}

template <class Network>
std::vector<float> outputs_of(std::span<float const> theta, std::vector<float> const& x,
                              float const* statistics) {
  std::size_t const rows = x.size() / Network::inputs;
  std::vector<float> arena(Network::arena_size(rows));
  nn::pass const p{.rows = rows, .capacity = rows, .statistics = statistics};
  float const* const y = Network::template forward<float*>(p, theta.data(), x.data(), arena.data());
  return {y, y + rows * Network::outputs};
}

/// A layout of norms alone.
template <std::size_t... Channels>
struct norms_of {
  static constexpr std::size_t tensors = sizeof...(Channels), layers = tensors;
  static constexpr std::size_t size = (Channels + ...);
  static constexpr std::array<parameter_info, tensors> table = [] {
    std::array<parameter_info, tensors> t{};
    std::size_t i = 0, offset = 0;
    for (std::size_t const n : {Channels...}) {
      t[i] = {.text = {static_cast<char>('0' + i), '.', 'g', 'a', 'i', 'n'},
              .extents = {n, 0, 0, 0},
              .rank = 1,
              .offset = offset,
              .count = n,
              .layer = i,
              .role = parameter_role::gain};
      offset += n;
      ++i;
    }
    return t;
  }();
};

template <class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (error const& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("slimmed_parameters: the outputs of the wide network whose lost channels are silent") {
  auto theta = point();
  auto const statistics = moments();
  auto const x = support::draw<float>(7 * wide::inputs, 3);
  auto const loud = outputs_of<wide>(theta, x, statistics.data());
  silence(theta);
  auto const small = nn::slimmed_parameters<wide, slim>(kept, theta, statistics);
  CHECK(small.size() == slim::parameters + slim::statistics);
  static_assert(slim::parameters < wide::parameters &&
                slim::statistics == 2 * (3 + 1 + 3 + 2 + 4 + 3));
  for (bool const running : {true, false}) {
    CAPTURE(running);
    auto const expected = outputs_of<wide>(theta, x, running ? statistics.data() : nullptr);
    auto const found =
        outputs_of<slim>(small.span(), x, running ? small.data() + slim::parameters : nullptr);
    REQUIRE(found.size() == expected.size());
    double apart = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4));
      apart += std::abs(static_cast<double>(loud[i] - expected[i]));
    }
    CHECK(apart > 0.1);  // what was silenced had been heard
  }
}

TEST_CASE("slimmed_parameters: every number, as the names and indices of the channels say") {
  auto const theta = point();
  auto const statistics = moments();
  auto const small = nn::slimmed_parameters<wide, slim>(kept, theta, statistics);
  auto const wide_at = [&](std::size_t t, std::size_t i) {
    return theta[wide::layout::table[t].offset + i];
  };
  auto const slim_at = [&](std::size_t t, std::size_t i) {
    return small[slim::layout::table[t].offset + i];
  };
  // 0, 1: first convolution; 2, 3: shortcut; 4, 5: norm of 5; 6, 7: its convolution to 3; ...
  CHECK(slim_at(0, 17) == wide_at(0, 17));
  CHECK(slim_at(2, 29) == wide_at(2, 29));
  CHECK(slim_at(4, 1) == wide_at(4, 2));
  CHECK(slim_at(5, 2) == wide_at(5, 4));
  CHECK(slim_at(6, 1) == wide_at(6, 2 * 3 + 2));  // [1, 1, 3 of 5, 1 of 3]
  CHECK(slim_at(7, 0) == wide_at(7, 2));          // the bias of a convolution goes with its output
  // [3, 3, 1 of 3, 3 of 4], place 5, output 3
  CHECK(slim_at(10, 5 * 3 + 2) == wide_at(10, (5 * 3 + 2) * 4 + 3));
  CHECK(slim_at(14, 2 * 6 + 1) == wide_at(14, 3 * 6 + 1));  // [1, 1, 3 of 4, 6]
  CHECK(slim_at(26, 2 * 3 + 1) == wide_at(26, 3 * 3 + 1));  // the head, 3 of 6 inputs
  CHECK(slim_at(27, 2) == wide_at(27, 2));
  // mean and variance of the first norm
  CHECK(small[slim::parameters + 1] == statistics[2]);
  CHECK(small[slim::parameters + 3 + 2] == statistics[5 + 4]);
}

TEST_CASE("slimmed_parameters: refuses sets that the smaller network was not made for") {
  auto const theta = point();
  auto const statistics = moments();
  auto other = kept;
  other[2].set(3, false);
  CHECK(message_of([&] { (void)nn::slimmed_parameters<wide, slim>(other, theta, statistics); }) ==
        "slimmed_parameters: 1.7.weight: expected 3 of 4 channels, as the smaller network has, "
        "found 2");
}

TEST_CASE("choose_channels: one threshold for all norms, as sorting by hand says") {
  using layout = norms_of<3, 1, 6>;
  std::vector<float> const theta{0.5F, -0.9F, 0.1F, 0.8F, 0.2F, -0.05F, 0.3F, -0.7F, 0.6F, 0.4F};
  auto const chosen = nn::choose_channels<layout>(theta, 0.5);
  CHECK(chosen[0] == channel_set::of(3, {0, 1}));
  CHECK(chosen[1] == channel_set::of(1, {0}));
  CHECK(chosen[2] == channel_set::of(6, {3, 4}));
  for (auto const& s : nn::choose_channels<layout>(theta, 0.0)) CHECK(s.count() == s.channels);
  // a share of so many channels is rounded down
  std::size_t left = 0;
  for (auto const& s : nn::choose_channels<layout>(theta, 0.49)) left += s.count();
  CHECK(left == 6);
}

TEST_CASE("choose_channels: of equals the earlier go") {
  using layout = norms_of<2, 2>;
  std::vector<float> const theta{0, 0, 0, 0};
  auto const chosen = nn::choose_channels<layout>(theta, 0.5, 1);
  CHECK(chosen[0] == channel_set::of(2, {1}));
  CHECK(chosen[1] == channel_set::of(2, {1}));
}

TEST_CASE("choose_channels: says which norm would be emptied, or keeps what it is asked to") {
  using layout = norms_of<3, 2, 4>;
  std::vector<float> const theta{0.5F, 0.6F, 0.7F, 0.01F, -0.02F, 0.4F, 0.3F, 0.2F, 0.1F};
  CHECK(message_of([&] { (void)nn::choose_channels<layout>(theta, 0.4); }) ==
        "choose_channels: 1.gain: expected a channel that stays, found that all 2 would go; let a "
        "smaller share go, or ask for at least 1 in each norm");
  auto const one = nn::choose_channels<layout>(theta, 0.4, 1);
  CHECK(one[1] == channel_set::of(2, {1}));
  CHECK(one[2] == channel_set::of(4, {0, 1}));  // another one goes in its place
  CHECK(message_of([&] { (void)nn::choose_channels<layout>(theta, 0.9, 2); }) ==
        "choose_channels: share: expected at most 3 of 9 channels to go, where each norm keeps 2, "
        "found 8");
}

TEST_CASE("choose_channels: refuses shares and gains that are none") {
  using layout = norms_of<2, 2>;
  std::vector<float> theta{1, 2, 3, 4};
  CHECK(message_of([&] { (void)nn::choose_channels<layout>(theta, 1.0); }).find("share") !=
        std::string::npos);
  theta[3] = std::numeric_limits<float>::quiet_NaN();
  CHECK(message_of([&] { (void)nn::choose_channels<layout>(theta, 0.5); }) ==
        "choose_channels: 1.gain: expected finite gains, found NaN or infinity");
}

}  // namespace nn_slimming_test
