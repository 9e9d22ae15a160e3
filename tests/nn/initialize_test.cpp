// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/initialize.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <halo/nn/conv2d.hpp>
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

namespace nn_initialize_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<200, 150>, nn::layer_norm, nn::linear<150, 40>>;
using layout = network::layout;

template <class T = float, class Rule = nn::he, class Layout = layout>
std::vector<T> draw(std::uint64_t s, Rule rule = {}) {
  std::vector<T> theta(Layout::size, T(99));
  nn::initialize<Layout, T>(std::span<T>(theta), seed{s}, rule);
  return theta;
}

/// Mean, variance and fourth moment of a weight are those of N(0, deviation²), within four sigma.
template <class Layout = layout>
void check_moments(std::vector<float> const& theta, std::size_t tensor, double deviation) {
  parameter_info const& info = Layout::table[tensor];
  CAPTURE(info.name());
  double const n = static_cast<double>(info.count);
  double mean = 0, square = 0, fourth = 0;
  for (std::size_t i = 0; i < info.count; ++i) {
    double const z = static_cast<double>(theta[info.offset + i]) / deviation;
    mean += z / n;
    square += z * z / n;
    fourth += z * z * z * z / n;
  }
  CHECK(std::abs(mean) < 4 / std::sqrt(n));
  CHECK(std::abs(square - 1) < 4 * std::sqrt(2 / n));
  CHECK(std::abs(fourth - 3) < 4 * std::sqrt(96 / n));
}

}  // namespace

TEST_CASE("initialize: weights have the deviation of their rule") {
  for (std::uint64_t const s : {1U, 2U, 3U}) {
    CAPTURE(s);
    check_moments(draw(s), 0, std::sqrt(2.0 / 200));
    check_moments(draw(s), 4, std::sqrt(2.0 / 150));
    check_moments(draw<float>(s, nn::glorot{}), 0, std::sqrt(2.0 / 350));
    check_moments(draw<float>(s, nn::glorot{}), 4, std::sqrt(2.0 / 190));
    check_moments(draw<float>(s, nn::normal{}), 0, 0.01);
    check_moments(draw<float>(s, nn::normal{0.3F}), 4, 0.3);
  }
}

TEST_CASE("initialize: the places of a kernel count among a unit's inputs and outputs") {
  // 3·5 places, 24 / 4 inputs and 40 outputs
  using conv =
      nn::sequential<shape<8, 8, 24>, nn::conv2d<40, nn::window{3, 5}, 1, nn::padding::same, 4>>;
  using table = conv::layout;
  check_moments<table>(draw<float, nn::he, table>(1), 0, std::sqrt(2.0 / 90));
  check_moments<table>(draw<float, nn::glorot, table>(1), 0, std::sqrt(2.0 / (90 + 600)));
}

TEST_CASE("initialize: biases are 0, gains 1") {
  auto const theta = draw(4);
  for (parameter_info const& info : layout::table) {
    if (info.role == parameter_role::weight) continue;
    CAPTURE(info.name());
    float const value = info.role == parameter_role::gain ? 1.0F : 0.0F;
    std::vector<float> const found(theta.data() + info.offset,
                                   theta.data() + info.offset + info.count);
    CHECK(found == std::vector<float>(info.count, value));
  }
}

TEST_CASE("initialize: the same seed, the same numbers, in every precision") {
  auto const theta = draw(5);
  CHECK(draw(5) == theta);
  CHECK(draw(6) != theta);
  auto const precise = draw<double>(5);
  CHECK(precise == std::vector<double>(theta.begin(), theta.end()));
}

TEST_CASE("initialize: a tensor's numbers do not depend on its neighbours") {
  using other = nn::sequential<nn::linear<7, 150>, nn::layer_norm, nn::linear<150, 40>>::layout;
  std::vector<float> theta(other::size);
  nn::initialize<other, float>(std::span<float>(theta), seed{7});
  auto const before = draw(7);
  parameter_info const &a = layout::table[4], &b = other::table[4];
  CHECK(std::equal(before.begin() + static_cast<std::ptrdiff_t>(a.offset),
                   before.begin() + static_cast<std::ptrdiff_t>(a.offset + a.count),
                   theta.begin() + static_cast<std::ptrdiff_t>(b.offset)));
  // but no two tensors draw alike
  CHECK(before[layout::table[0].offset] != before[a.offset]);
}

TEST_CASE("initialize: layers that are not asked for stay") {
  std::vector<float> theta(layout::size, 99.0F);
  auto const all = draw(8);
  nn::initialize<layout, float>(std::span<float>(theta), seed{8}, nn::he{}, layer_mask(0b110));
  for (parameter_info const& info : layout::table) {
    for (std::size_t i = info.offset; i < info.offset + info.count; ++i)
      CHECK(theta[i] == (info.layer == 0 ? 99.0F : all[i]));
  }
}

namespace {

float counted(generator&, double fan_in, double fan_out) noexcept {
  return static_cast<float>(fan_in * 100 + fan_out);
}
float drawn(generator& g, double, double) noexcept { return 3 + g.normal(); }

/// A layer that says how its parameters start.
struct starting : nn::stateless_layer {
  static constexpr char const* kind = "starting";
  template <class X>
  static constexpr bool accepts = true;
  template <class X>
  using output = X;
  template <class X>
  static constexpr std::array<nn::tensor_spec, 3> tensors{
      nn::tensor_spec{"fans", {2, 3, 0, 0}, 2, parameter_role::weight, counted},
      nn::tensor_spec{"draws", {200, 0, 0, 0}, 1, parameter_role::gain, drawn},
      nn::tensor_spec{"plain", {2, 0, 0, 0}, 1, parameter_role::gain}};
  static constexpr bool elementwise = false, needs_input = false, needs_output = false;
  template <class X, class C, class P>
  static void forward(nn::pass const&, C, C, P, P) noexcept {}
  template <class X, class P>
  static void backward(nn::pass const&, nn::backward_arguments<P> const&) noexcept {}
};

}  // namespace

TEST_CASE("initialize: a tensor with a rule of its own starts by that, in a residual layer too") {
  using own_start = nn::sequential<nn::linear<2, 2>, nn::residual<starting>>;
  std::vector<float> theta(own_start::parameters);
  nn::initialize<own_start::layout, float>(std::span<float>(theta), seed{7});
  for (std::size_t i = 6; i < 12; ++i) CHECK(theta[i] == 203);  // 2 in, 3 out
  double sum = 0;
  for (std::size_t i = 12; i < 212; ++i) sum += static_cast<double>(theta[i]);
  CHECK(sum / 200 == doctest::Approx(3).epsilon(0.1));
  CHECK(theta[12] != theta[13]);
  CHECK(theta[212] == 1);
  CHECK(theta[213] == 1);
  // numbers of the others are as without it
  std::vector<float> alone(6);
  nn::initialize<nn::sequential<nn::linear<2, 2>>::layout, float>(std::span<float>(alone), seed{7});
  CHECK(std::equal(alone.begin(), alone.end(), theta.begin()));
}

}  // namespace nn_initialize_test
