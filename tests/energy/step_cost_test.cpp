// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/step_cost.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include <halo/adapt/operations.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/binary_cross_entropy.hpp>
#include <halo/nn/gaussian_nll.hpp>
#include <halo/nn/huber.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/partly_labelled.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/nn/smoothed_cross_entropy.hpp>
#include <halo/optim/adam.hpp>
#include <halo/zoo/networks.hpp>

#include <support/traced.hpp>

namespace energy_step_cost_test {

using namespace halo;
using network =
    nn::sequential<nn::linear<5, 7>, nn::relu, nn::linear<7, 6>, nn::relu, nn::linear<6, 3>>;

TEST_CASE("step_cost: each pass of a small network, by hand") {
  constexpr auto c = energy::cost_of<network, optim::adam>({.layers = layer_mask(6)}, 4);
  static_assert(c.forward == cost{4 * 95, 0, 4 * 18 + 111, 4 * 16});
  static_assert(c.back.reads == 4 * (3 + 6 + 6));  // of the upper linear, the relu, the middle one
  static_assert(c.to_data == cost{4 * 18, 0, 4 * 6 + 18, 4 * (6 + 6)});
  static_assert(c.to_weights == cost{4 * 60, 0, 4 * 13, 69});
  static_assert(c.optimizer == cost{9 * 69, 2 * 69, 4 * 69, 3 * 69});
  static_assert(c.total() == c.network() + c.optimizer);
  static_assert(energy::cost_of<network, optim::adam>({}, 4).total() == cost{});
}

TEST_CASE("step_cost: multiply-adds are those that adapt counts") {
  for (std::uint64_t bits = 0; bits < 16; ++bits) {
    CAPTURE(bits);
    optim::decision const d{.layers = layer_mask(bits), .rows = 32, .hardest = 8};
    auto const c = energy::cost_of<network, optim::adam>(d, 16);
    CHECK(c.total().multiply_adds + c.optimizer.functions ==
          adapt::operations<network, optim::adam>(d, 16));
    using wide = zoo::cifar_cnn<>;
    auto const w = energy::cost_of<wide, optim::adam>(d, 16);
    CHECK(w.total().multiply_adds + w.optimizer.functions ==
          adapt::operations<wide, optim::adam>(d, 16));
  }
}

namespace {

/// What traced numbers count of a loss and its gradient is what the loss says.
template <class Loss>
void check_loss() {
  CAPTURE(Loss::name);
  using P = support::traced<float>;
  std::size_t const rows = 5, outputs = 4;
  std::vector<float> y(rows * outputs, 0.25F), dy(rows * outputs);
  std::vector<typename Loss::target> const t(rows * Loss::targets(outputs), 1);
  support::traced_ledger.clear();
  Loss::template value_and_gradient<P>(rows, outputs, P(y.data()), t.data(), P(dy.data()));
  cost const found = support::traced_ledger.total();
  cost const told = rows * Loss::row_cost(outputs);
  CHECK(found.functions == told.functions);
  CHECK(found.reads + t.size() == told.reads);  // targets are not traced
  CHECK(found.writes == told.writes);
}

}  // namespace

TEST_CASE("step_cost: losses as traced numbers count them") {
  check_loss<nn::cross_entropy>();
  check_loss<nn::huber<>>();
  check_loss<nn::binary_cross_entropy>();
  check_loss<nn::gaussian_nll>();
  check_loss<nn::smoothed_cross_entropy<>>();
  check_loss<nn::partly_labelled<nn::cross_entropy>>();
}

}  // namespace energy_step_cost_test
