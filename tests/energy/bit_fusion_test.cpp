// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/bit_fusion.hpp>

#include <doctest/doctest.h>

#include <halo/energy/estimate.hpp>
#include <halo/optim/selection.hpp>
#include <halo/optim/sgd.hpp>
#include <halo/zoo/networks.hpp>

namespace energy_bit_fusion_test {

using namespace halo;

namespace {

/// Microjoules of a network in a step on 64 examples, and the mean of steps with masks 10/30/50,
/// where an empty one still runs forward; found by an independent program of the same rules.
struct expected {
  double dense, masked;
};

/// Compares to the digits that there are.
template <class Network>
void check(unsigned bits, expected const& e, double digit) {
  using profile = energy::profile<Network, optim::sgd>;
  energy::bit_fusion const m{.input_bits = bits, .weight_bits = bits};
  profile const p(m, 64);
  double forward = 0;
  energy::each_pass<Network, optim::sgd>({.layers = layer_mask::all()}, 64,
                                         [&](energy::pass const& s) {
                                           if (s.way == energy::way::forward && s.taken.moved() > 0)
                                             forward += 1e6 * m.joules(s);
                                         });
  auto const joules = [&](layer_mask mask) {
    return mask.empty() ? forward : 1e6 * p({.layers = mask}, 64).network;
  };
  double const masked = optim::selection::thirds(Network::layers).expected(Network::layers, joules);
  CHECK(joules(layer_mask::all()) == doctest::Approx(e.dense).epsilon(digit / e.dense));
  CHECK(masked == doctest::Approx(e.masked).epsilon(digit / e.masked));
  CHECK(masked < 0.6 * e.dense);  // 40 to 55 % are saved
  CHECK(masked > 0.45 * e.dense);
}

}  // namespace

TEST_CASE("bit_fusion: steps of the paper's networks, dense and with masks 10/30/50") {
  check<zoo::cifar_cnn<>>(8, {16955, 8857}, 2);
  check<zoo::cifar_cnn<>>(4, {12387, 6990}, 2);
  check<zoo::deep_cifar_cnn<>>(8, {36047, 19231}, 3);
  check<zoo::deep_cifar_cnn<>>(4, {26106, 15232}, 3);
  check<zoo::thyroid_mlp<>>(8, {15.5, 9.2}, .1);
  check<zoo::gas_sensor_mlp<129>>(8, {21.1, 11.0}, .1);
}

TEST_CASE("bit_fusion: what is not a product costs nothing, the optimizer its numbers") {
  energy::bit_fusion const m;
  using energy::way;
  CHECK(m.joules({.way = way::forward, .taken = {0, 0, 100, 100}}) == 0);
  // 2 multiply-adds of 16 units and 3 numbers of 32 bits
  double const unit = 235.1e-12 / 512, bit = 15e-12 + .0332e-12 + .0731e-12;
  CHECK(m.joules({.way = way::optimizer, .taken = {2, 0, 2, 1}}) ==
        doctest::Approx(2 * 16 * unit + 3 * 32 * bit));
}

TEST_CASE("bit_fusion: a quantised layer brings its own bits") {
  energy::pass p{.taken = {1, 0, 1, 1}, .product = {.in = 512, .out = 256, .times = 1}, .rows = 16};
  p.product.input_bits = p.product.weight_bits = 2;
  energy::bit_fusion const eight, two{.input_bits = 2, .weight_bits = 2};
  CHECK(eight.joules(p) == two.joules(p));
  p.product.input_bits = p.product.weight_bits = 0;
  CHECK(eight.joules(p) > two.joules(p));
}

}  // namespace energy_bit_fusion_test
