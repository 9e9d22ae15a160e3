// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/lean_head.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/focal.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/data.hpp"
#include "../support/network.hpp"

namespace adapt_lean_head_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<12, 700>, nn::relu, nn::linear<700, 3>>;
constexpr optim::sgd slow{{.rate = 0.02F}};

struct rows {
  std::vector<float> x;
  std::vector<std::int32_t> y;
  rows(std::size_t n, std::uint64_t draw) : x(n * 12), y(n) {
    generator from(seed{draw});
    for (std::size_t i = 0; i < n; ++i) {
      y[i] = static_cast<std::int32_t>(from.below(3));
      generator center(seed{5}, static_cast<std::uint64_t>(y[i]));
      for (std::size_t j = 0; j < 12; ++j) x[12 * i + j] = center.normal() + from.normal();
    }
  }
};

template <class Device>
double right(Device& device) {
  rows const held_out(900, 1);
  std::vector<float> y(2700);
  REQUIRE_FALSE(device.try_predict(held_out.x, y));
  int n = 0;
  for (std::size_t i = 0; i < 900; ++i)
    n += std::max_element(&y[3 * i], &y[3 * i] + 3) - &y[3 * i] == held_out.y[i] ? 1 : 0;
  return n / 900.0;
}

}  // namespace

TEST_CASE("lean_head: learns as the head of an adapter whose other layers are frozen") {
  auto const start = support::draw<float>(network::parameters, 1, 0.1);
  adapt::adapter<network, nn::cross_entropy, optim::sgd, 4> usual(slow, start);
  usual.freeze(layer_mask::only(0));
  adapt::lean_head<network, 4> lean(slow, start);
  static_assert(sizeof(lean) < 700 * 3 * 2 + 700 * 4 * 4 + 4096);
  for (std::uint64_t i = 0; i < 300; ++i) {
    rows const batch(4, 100 + i);
    auto const a = usual.step(batch.x, batch.y), b = lean.try_step(batch.x, batch.y);
    REQUIRE(b.status == optim::status::done);
    REQUIRE(b.loss == doctest::Approx(a.loss).epsilon(0.05).scale(0.1));
  }
  double way = 0, off = 0;
  for (std::size_t i = 0; i < 2100; ++i) {
    std::size_t const at = nn::head<network>::weights + i;
    double const w = static_cast<double>(usual.parameters()[at]);
    way += std::pow(w - static_cast<double>(start[at]), 2);
    off += std::pow(w - static_cast<double>(lean.weight(i)), 2);
  }
  CHECK(std::sqrt(off / way) < 0.1);  // eight binary digits of weights that moved little
  CHECK(right(lean) > 0.9);
  CHECK(lean.steps() == 300);
}

TEST_CASE("lean_head: what is refused changes nothing") {
  auto const start = support::draw<float>(network::parameters, 1, 0.1);
  adapt::lean_head<network, 2> device(slow, start);
  rows batch(2, 7);
  for (int i = 0; i < 3; ++i)
    REQUIRE(device.try_step(batch.x, batch.y).status == optim::status::done);
  auto const before = [&] {
    std::vector<float> w(device.biases().begin(), device.biases().end());
    for (std::size_t i = 0; i < 2100; ++i) w.push_back(device.weight(i));
    return w;
  };
  auto kept = before();
  for (float const bad : {1e12F, 1e30F, std::numeric_limits<float>::quiet_NaN()}) {
    std::vector<float> one(batch.x.begin(), batch.x.begin() + 12);
    one[3] = bad;
    int refused = 0;
    for (std::int32_t label = 0; label < 3; ++label) {  // of one of them it is all too sure
      auto const r = device.try_step(one, std::vector{label});
      refused += r.status != optim::status::done ? 1 : 0;
      CHECK(before() == kept);
    }
    CHECK(refused >= 2);
    REQUIRE(device.try_step(batch.x, batch.y).status == optim::status::done);
    kept = before();
  }
  CHECK(device.try_step(std::vector<float>(5), batch.y).refused);
  batch.y[0] = 3;
  CHECK(device.try_step(batch.x, batch.y).refused.what == adapt::misfit::label);
  CHECK(before() == kept);
  CHECK_THROWS_AS((adapt::lean_head<network>(optim::sgd{{.rate = -1}}, start)), error);
}

TEST_CASE("lean_head: another number of parameters is refused by name") {
  std::vector<float> const few(network::parameters - 1);
  CHECK(support::contains(
      support::message_of<error>([&] { adapt::lean_head<network, 2>(slow, few); }),
      "lean_head: parameters: expected "));
}

TEST_CASE("lean_head: a glitch that biases alone would learn is refused, too") {
  using small = nn::sequential<nn::linear<2, 4>, nn::relu, nn::linear<4, 1>>;
  std::vector<float> start(small::parameters, 0.0F);
  for (std::size_t j = 0; j < 4; ++j) start[8 + j] = 1e-6F;  // all features
  adapt::lean_head<small, 1, nn::mean_square> lean(slow, start);
  adapt::adapter<small, nn::mean_square, optim::sgd, 1> usual(slow, start);
  usual.freeze(layer_mask::only(0));
  std::vector<float> const x{1, 2}, wild{1e12F};
  CHECK(usual.step(x, wild).status == optim::status::out_of_proportion);
  CHECK(lean.try_step(x, wild).status == optim::status::out_of_proportion);
  CHECK(lean.biases()[0] == 0);
}

TEST_CASE("lean_head: a checkpoint goes on with its own body and loss, and with no other") {
  auto start = support::draw<float>(network::parameters, 1, 0.1);
  adapt::lean_head<network, 2> first(slow, start), same(slow, start);
  rows const batch(2, 7);
  REQUIRE(first.try_step(batch.x, batch.y).status == optim::status::done);
  auto const bytes = adapt::write(first);
  adapt::resume(bytes.span(), same);
  CHECK(same.steps() == 1);
  CHECK(same.weight(3) == first.weight(3));
  start[5] += 1e-3F;
  adapt::lean_head<network, 2> other(slow, start);
  CHECK(support::contains(support::message_of<error>([&] { adapt::resume(bytes.span(), other); }),
                          "body"));
  CHECK(other.steps() == 0);
  adapt::lean_head<network, 2, nn::focal<1>> focal(slow, start);
  auto const of_focal = adapt::write(focal);
  adapt::lean_head<network, 2, nn::focal<3>> sharper(slow, start);
  CHECK_FALSE(support::message_of<error>([&] { adapt::resume(of_focal.span(), sharper); }).empty());
}

}  // namespace adapt_lean_head_test
