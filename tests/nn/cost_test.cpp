// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/cost.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/channel_selection.hpp>
#include <halo/nn/checkpointed.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/group_norm.hpp>
#include <halo/nn/gru.hpp>
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/lstm.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

#include <support/traced.hpp>

namespace nn_cost_test {

using namespace halo;
using support::watched;
template <std::size_t In, std::size_t Out>
using linear = support::watched_activating<nn::linear<In, Out>>;
template <std::size_t Out, nn::window K, nn::window S = 1, nn::padding P = nn::padding::same,
          std::size_t Groups = 1>
using conv = support::watched_activating<nn::conv2d<Out, K, S, P, Groups>>;

namespace {

/// Whether a layer is made of layers, whose ways are traced in its stead.
bool own_walk(std::string_view kind) { return kind == "residual"; }

std::string line(char const* kind, bool back, cost const& c) {
  return std::string(kind) + (back ? " back: " : ": ") + std::to_string(c.multiply_adds) +
         " multiply-adds, " + std::to_string(c.functions) + " functions, " +
         std::to_string(c.reads) + " read, " + std::to_string(c.writes) + " written";
}

/// A cost without what is not compared of norms.
cost moved(std::string_view kind, cost c) {
  if (kind.ends_with("norm")) c.multiply_adds = 0;
  if (kind == "layer norm") c.functions = 0;
  return c;
}

/// Runs each mask of a network on traced numbers and compares every way of every layer, in order.
///
/// @param lines  false: arithmetic alone, summed over all
/// @param plain  false: norms are among the layers, whose multiply-adds are no products: not looked
///               at, nor functions of layer_norm, which takes them of plain numbers
template <class Network>
void check_every_mask(bool lines = true, bool plain = true) {
  std::size_t const rows = 3;
  std::vector<float> theta(Network::parameters), x(rows * Network::inputs), gradient(theta.size());
  std::vector<float> arena(Network::arena_size(rows)), dy(rows * Network::outputs, 0.5F);
  for (std::size_t i = 0; i < theta.size(); ++i) theta[i] = static_cast<float>(i % 7) * 0.1F - 0.3F;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 11) * 0.2F - 1;
  using P = support::traced<float>;
  for (std::uint64_t bits = 1; bits < std::uint64_t{1} << Network::layers; ++bits) {
    CAPTURE(bits);
    layer_mask const mask(bits);
    nn::pass const p{.rows = rows, .capacity = rows, .training = true, .layers = mask};
    support::traced_ways.clear();
    Network::template forward<P>(p, P(theta.data()), P(x.data()), P(arena.data()));
    Network::template backward<P>(p, P(theta.data()), P(x.data()), P(arena.data()), P(dy.data()),
                                  P(gradient.data()));
    std::vector<std::string> found, wanted;
    for (auto const& w : support::traced_ways)
      if (!(w.found == cost{}))
        found.push_back(line(w.kind, w.back, plain ? w.found : moved(w.kind, w.found)));
    std::uint64_t all = 0;
    char const* last = "";
    cost
        one;  // the way there of the last layer, with the function of one behind that moves nothing
    Network::each_cost(mask, [&](nn::layer_cost const& l) {
      cost const there = l.passes.forward.of(rows), returned = l.passes.of(0, rows);
      all += there.multiply_adds + returned.multiply_adds;
      if (own_walk(l.kind)) return;
      if (there.moved() > 0) {
        if (one.moved() > 0) wanted.push_back(line(last, false, plain ? one : moved(last, one)));
        last = l.kind, one = {};
      }
      one += there;
      if (returned.moved() > 0)
        wanted.push_back(line(l.kind, true, plain ? returned : moved(l.kind, returned)));
    });
    wanted.push_back(line(last, false, plain ? one : moved(last, one)));
    // a branch of a residual may run before or behind the other one
    std::sort(found.begin(), found.end()), std::sort(wanted.begin(), wanted.end());
    cost sum, traced;
    for (auto const& w : support::traced_ways) traced += w.found;
    Network::each_cost(mask, [&](nn::layer_cost const& l) { sum += l.passes.of(rows, rows); });
    if (plain) {
      CHECK(traced.multiply_adds == sum.multiply_adds);
      CHECK(traced.functions == sum.functions);
    }
    if (!lines) continue;
    REQUIRE(found.size() == wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == wanted[i]);
    CHECK(Network::operations(mask, rows) == all);
  }
}

}  // namespace

TEST_CASE("cost: convolutions, activations and pools as traced numbers count them") {
  check_every_mask<nn::sequential<shape<7, 6, 2>, conv<4, 3>, watched<nn::relu>,
                                  conv<6, 3, 2, nn::padding::valid, 2>, watched<nn::gelu>,
                                  watched<nn::max_pool<2>>, watched<nn::flatten>, linear<6, 5>,
                                  watched<nn::tanh>, linear<5, 3>>>();
  check_every_mask<nn::sequential<shape<8, 3>, support::watched_activating<nn::conv1d<4, 3, 3>>,
                                  watched<nn::elu>, watched<nn::flatten>, linear<12, 4>,
                                  watched<nn::softplus>, linear<4, 2>, watched<nn::sigmoid>>>();
}

TEST_CASE("cost: recurrent layers as traced numbers count them") {
  check_every_mask<nn::sequential<shape<6, 3>, watched<nn::lstm<4, nn::states::all>>,
                                  watched<nn::gru<5>>, linear<5, 2>>>();
  check_every_mask<nn::sequential<shape<7, 3>, watched<nn::gru<4, nn::states::all, 3>>,
                                  watched<nn::lstm<3, nn::states::last, 2>>, linear<3, 2>>>();
}

TEST_CASE("cost: layers made of layers as traced numbers count them") {
  check_every_mask<nn::sequential<
      shape<5, 5, 2>, nn::residual<conv<2, 3>, watched<nn::relu>, conv<2, 3>>,
      nn::residual<nn::projection<conv<4, 1, 2>>, conv<4, 3, 2>, watched<nn::tanh>, conv<4, 3>>,
      watched<nn::channel_selection<nn::channel_set::of(4, {0, 2, 3})>>,
      watched<nn::average_pool<2>>, watched<nn::global_average_pool>, linear<3, 3>>>();
}

TEST_CASE("cost: layers that run forward again on the way back") {
  check_every_mask<nn::sequential<shape<4, 4, 2>, conv<3, 3>,
                                  nn::checkpointed<watched<nn::relu>, conv<4, 3>, watched<nn::elu>>,
                                  watched<nn::flatten>, linear<64, 2>>>(false);
}

TEST_CASE("cost: norms as traced numbers move them") {
  check_every_mask<nn::sequential<shape<2, 3, 6>, watched<nn::batch_norm>, watched<nn::gelu>,
                                  watched<nn::group_norm<3>>, watched<nn::gelu>,
                                  watched<nn::layer_norm>, watched<nn::flatten>, linear<36, 2>>>(
      true, false);
}

TEST_CASE("cost: of no rows there is none") {
  nn::pass_cost const c{{2, 0, 1, 1}, {0, 0, 5, 0}};
  CHECK(c.of(0) == cost{});
  CHECK(c.of(3) == cost{6, 0, 8, 3});
  CHECK(c.of(3).moved(4) == 44);
}

}  // namespace nn_cost_test
