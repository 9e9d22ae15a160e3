// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/residual.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/checkpointed.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/group_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network_cases.hpp"

namespace nn_residual_test {

using namespace halo;
using support::draw;

namespace {

constexpr std::size_t capacity = 33;

/// Branches of every kind between layers, one in another, one whose last output backward reads.
struct deep_case {
  using network = nn::sequential<
      nn::linear<6, 5>, nn::residual<nn::linear<5, 7>, nn::relu, nn::linear<7, 5>>, nn::relu,
      nn::residual<nn::projection<nn::linear<5, 4>, nn::tanh>, nn::linear<5, 4>, nn::sigmoid>,
      nn::residual<nn::residual<nn::linear<4, 4>, nn::tanh>, nn::linear<4, 4>>, nn::linear<4, 3>>;
};

/// As in an image network: norms of both kinds, a stride in both branches, recomputation.
struct image_case {
  using network = nn::sequential<shape<4, 4, 2>, nn::conv2d<4, 3>,
                                 nn::residual<nn::group_norm<2>, nn::relu, nn::conv2d<4, 3>>,
                                 nn::residual<nn::projection<nn::conv2d<6, 1, 2>>,
                                              nn::group_norm<1>, nn::relu, nn::conv2d<6, 3, 2>>,
                                 nn::checkpointed<nn::group_norm<3>, nn::relu, nn::conv2d<2, 1>>,
                                 nn::flatten, nn::linear<8, 3>>;
};

/// Normalised by mini-batches.
struct batch_case {
  using network =
      nn::sequential<shape<3, 4>, nn::residual<nn::batch_norm, nn::tanh, nn::conv1d<4, 3>>,
                     nn::residual<nn::projection<nn::conv1d<5, 1>, nn::batch_norm>,
                                  nn::conv1d<5, 3>, nn::batch_norm, nn::relu>,
                     nn::flatten, nn::linear<15, 2>>;
};

}  // namespace

TEST_CASE("residual: y = f(x) + x and y = f(x) + s(x)") {
  using plain =
      nn::sequential<shape<5>, nn::residual<nn::linear<5, 4>, nn::tanh, nn::linear<4, 5>>>;
  using bent = nn::sequential<shape<5>, nn::residual<nn::projection<nn::linear<5, 3>, nn::tanh>,
                                                     nn::linear<5, 3>, nn::sigmoid>>;
  support::plain_network main(5, {{"linear", 4}, {"tanh"}, {"linear", 5}});
  support::plain_network side(5, {{"linear", 3}, {"tanh"}}), other(5, {{"linear", 3}, {"sigmoid"}});
  std::size_t const rows = 7;
  auto const x = draw(rows * 5, 1), theta = draw(plain::parameters, 2);
  nn::pass const p{.rows = rows, .capacity = rows};

  nn::workspace<plain, double, rows> work;
  double const* y = plain::forward<double*>(p, theta.data(), x.data(), work.arena.data());
  auto const f = main.forward(rows, theta, x).back();
  for (std::size_t i = 0; i < f.size(); ++i)
    CHECK(y[i] == doctest::Approx(f[i] + x[i]).epsilon(1e-13));

  nn::workspace<bent, double, rows> room;
  auto const both = draw(bent::parameters, 3);  // the shortcut's parameters come first
  y = bent::forward<double*>(p, both.data(), x.data(), room.arena.data());
  auto const s = side.forward(rows, {both.begin(), both.begin() + 18}, x).back();
  auto const g = other.forward(rows, {both.begin() + 18, both.end()}, x).back();
  for (std::size_t i = 0; i < g.size(); ++i)
    CHECK(y[i] == doctest::Approx(g[i] + s[i]).epsilon(1e-13));
}

TEST_CASE("residual: layers, names and memory") {
  using network = deep_case::network;
  static_assert(network::layers == 8);
  std::vector<std::string> names;
  std::vector<std::size_t> layers;
  for (parameter_info const& info : network::layout::table) {
    names.emplace_back(info.name());
    layers.push_back(info.layer);
  }
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "1.0.weight", "1.0.bias",
                                          "1.2.weight", "1.2.bias", "3.0.0.weight", "3.0.0.bias",
                                          "3.1.weight", "3.1.bias", "4.0.0.weight", "4.0.0.bias",
                                          "4.1.weight", "4.1.bias", "5.weight", "5.bias"});
  for (std::size_t t = 0; t < layers.size(); ++t) CHECK(layers[t] == t / 2);

  // linear 6, hidden 4 | sum 4 | two gradients in flight of 4, scratch: one of the branch
  using lean = nn::sequential<nn::linear<6, 4>, nn::residual<nn::linear<4, 4>, nn::linear<4, 4>>,
                              nn::linear<4, 2>>;
  static_assert(lean::memory_per_row == 4 + 4 + 4 + 2 + 2 * 4 + 4);
  // relu lies on the sum, not on what came before it
  using behind =
      nn::sequential<nn::linear<6, 4>, nn::residual<nn::linear<4, 4>>, nn::relu, nn::linear<4, 2>>;
  static_assert(behind::memory_per_row == 4 + 4 + 2 + 2 * 4);
}

TEST_CASE("residual: operations count the branches that run") {
  using network = nn::sequential<
      nn::linear<3, 3>,
      nn::residual<nn::projection<nn::linear<3, 5>>, nn::linear<3, 4>, nn::linear<4, 5>>,
      nn::linear<5, 2>>;
  // layers: 0 below, 1 the shortcut, 2 and 3 the others, 4 above
  std::size_t const a = 9, s = 15, b = 12, c = 20, d = 10, forward = a + s + b + c + d;
  static_assert(network::forward_operations == forward);
  CHECK(network::operations(layer_mask::only(4), 1) == forward + d);
  CHECK(network::operations(layer_mask::only(3), 1) == forward + c + d);
  CHECK(network::operations(layer_mask::only(2), 1) == forward + b + (c + d));
  CHECK(network::operations(layer_mask::only(1), 1) == forward + s + d);
  CHECK(network::operations(layer_mask::only(0), 1) == forward + a + (s + b + c + d));
  CHECK(network::operations(layer_mask::all(), 64) ==
        64 * (forward + (a + s + b + c + d) + (s + b + c + d)));
  using again = nn::sequential<nn::linear<3, 3>, nn::checkpointed<nn::linear<3, 4>>>;
  CHECK(again::operations(layer_mask::all(), 1) == 21 + (9 + 12) + 12 + 12);
  CHECK(again::operations(layer_mask::only(1), 1) == 21 + 12 + 12);
}

TEST_CASE_TEMPLATE("residual: a mask changes what is computed, never a bit of it", Case, deep_case,
                   image_case, batch_case) {
  using network = typename Case::network;
  auto const theta = draw<float>(network::parameters, 4, 0.5);
  support::runner<Case, float, capacity> run;
  for (std::size_t const rows : {2U, 9U}) {
    auto const x = draw<float>(rows * network::inputs, 5);
    auto const dy = draw<float>(rows * network::outputs, 6);
    run.forward(theta, x);
    std::vector<float> dense(network::parameters, std::nanf(""));
    run.backward(theta, x, dy, dense);
    for (std::uint64_t bits = 0; bits < std::uint64_t{1} << network::layers; ++bits) {
      layer_mask const mask(bits);
      CAPTURE(rows);
      CAPTURE(bits);
      std::vector<float> gradient(network::parameters, -77.0F), expected = gradient;
      run.backward(theta, x, dy, gradient, mask);
      for (parameter_info const& info : network::layout::table) {
        if (!mask[info.layer]) continue;
        for (std::size_t i = info.offset; i < info.offset + info.count; ++i) expected[i] = dense[i];
      }
      CHECK(gradient == expected);
    }
  }
}

TEST_CASE_TEMPLATE("residual: the capacity of the workspace does not matter", Case, deep_case,
                   image_case, batch_case) {
  using network = typename Case::network;
  auto const theta = draw<float>(network::parameters, 10, 0.5);
  auto const x = draw<float>(7 * network::inputs, 11);
  auto const dy = draw<float>(7 * network::outputs, 12);
  support::runner<Case, float, 7> tight;
  support::runner<Case, float, capacity> roomy;
  CHECK(tight.forward(theta, x) == roomy.forward(theta, x));
  std::vector<float> a(network::parameters), b(network::parameters);
  tight.backward(theta, x, dy, a);
  roomy.backward(theta, x, dy, b);
  CHECK(a == b);
}

TEST_CASE_TEMPLATE("residual: backward on kept rows is that of the rows alone", Case, deep_case,
                   image_case) {
  using network = typename Case::network;
  auto const theta = draw<float>(network::parameters, 1, 0.5);
  auto const x = draw<float>(20 * network::inputs, 2);
  for (std::vector<std::uint32_t> const& rows :
       {std::vector<std::uint32_t>{19}, {3, 4, 9, 17}, {0, 1, 2, 5, 11, 12, 18, 19}}) {
    CAPTURE(rows.size());
    std::vector<float> some_x;
    for (std::uint32_t i : rows) {
      auto const begin = x.begin() + static_cast<std::ptrdiff_t>(i * network::inputs);
      some_x.insert(some_x.end(), begin, begin + static_cast<std::ptrdiff_t>(network::inputs));
    }
    auto const dy = draw<float>(rows.size() * network::outputs, 3);
    support::runner<Case, float, capacity> alone, all;
    std::vector<float> expected(network::parameters), gradient(network::parameters);
    alone.forward(theta, some_x);
    alone.backward(theta, some_x, dy, expected);
    all.forward(theta, x);
    network::keep_rows({.rows = 20, .capacity = capacity}, rows.data(), rows.size(),
                       all.work.arena.data());
    all.pass.source = rows.data();
    all.backward(theta, some_x, dy, gradient);
    CHECK(gradient == expected);
  }
}

}  // namespace nn_residual_test
