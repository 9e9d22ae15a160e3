// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/decided.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/deepening.hpp>
#include <halo/optim/depth_cut.hpp>
#include <halo/optim/gated.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/network.hpp"

namespace adapt_decided_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<5, 7>, nn::linear<7, 6>, nn::linear<6, 3>>;

/// Asks for layers that no network has, and for the hardest though it never does.
struct hostile {
  using state = optim::no_memory;
  static constexpr bool selective = false;
  static constexpr void record(auto&, auto&&) noexcept {}
  std::uint64_t bits = 0;
  [[nodiscard]] optim::decision decide(state const&, generator const&, std::uint64_t,
                                       std::size_t) const noexcept {
    return {.layers = layer_mask(bits), .rows = std::size_t{1} << 40, .hardest = 5};
  }
  void observe(state&, optim::observation const&) const noexcept {}
};

/// Selects the layer of the step's number, and remembers the losses it was told.
struct in_turn {
  struct state {
    double losses = 0;
    static constexpr void record(auto& self, auto&& f) { f.number("losses", self.losses); }
  };
  static constexpr bool selective = false;
  static constexpr void record(auto&, auto&&) noexcept {}
  [[nodiscard]] optim::decision decide(state const&, generator const&, std::uint64_t step,
                                       std::size_t) const noexcept {
    return {.layers = layer_mask(std::uint64_t{1} << step), .rows = step + 2, .hardest = 0};
  }
  void observe(state& s, optim::observation const& o) const noexcept { s.losses += o.loss; }
};

struct subject : adapt::decided<in_turn, 2, 3> {
  subject() : adapt::decided<in_turn, 2, 3>({}, halo::seed{7}) {}
  using decided::begin_step;
  using decided::decide;
  using decided::end_step;
  using decided::policy_state_;
};

}  // namespace

TEST_CASE("decided: steps are asked for in turn, told where they were done, and counted") {
  subject run;
  CHECK(run.seed().value == 7);
  CHECK(run.decide().layers == layer_mask(1));  // asking ahead changes nothing
  CHECK(run.wanted_batch() == 2);
  CHECK(run.begin_step().layers == layer_mask(1));
  run.end_step(
      {.status = optim::status::done, .loss = 3, .layers = layer_mask(1), .operations = 5});
  CHECK(run.policy_state_.losses == 3);
  run.end_step({.status = optim::status::done, .loss = 4}, false);
  CHECK(run.policy_state_.losses == 3);  // no row had a label
  CHECK(run.wanted_batch() == 3);
  CHECK(run.begin_step().layers == layer_mask(2));
  run.end_step({.status = optim::status::non_finite, .loss = 9, .operations = 6});
  CHECK(run.wanted_batch() == 3);  // 4 would not fit
  CHECK(run.begin_step().layers.empty());
  CHECK(run.begin_step().layers.empty());
  run.end_step({.status = optim::status::out_of_proportion, .loss = 9, .operations = 7});
  CHECK(run.policy_state_.losses == 3);
  CHECK(run.totals().iterations == 4);
  CHECK(run.totals().empty == 2);
  CHECK(run.totals().layers == 1);
  CHECK(run.totals().non_finite == 1);
  CHECK(run.totals().out_of_proportion == 1);
  CHECK(run.totals().operations == 18);
}

TEST_CASE("decided: a policy that answers nonsense is cut to the network, and empty is empty") {
  using device = adapt::adapter<network, nn::cross_entropy, optim::adam, 8, hostile>;
  std::vector<float> const x = support::draw<float>(40, 1);
  std::vector<std::int32_t> const t = support::draw_labels(8, 3, 2);
  device all(optim::adam{}, seed{1}, hostile{.bits = ~std::uint64_t{0}});
  adapt::report const r = all.step(x, t);
  CHECK(r.layers == layer_mask(7));
  CHECK(r.examples == 8);
  CHECK(all.totals().layers == 3);
  CHECK(all.wanted_batch() == 8);
  device absent(optim::adam{}, seed{1}, hostile{.bits = ~std::uint64_t{7}});
  CHECK(absent.step(x, t).status == optim::status::empty);
  CHECK(absent.totals().empty == 1);
  CHECK(absent.totals().non_finite == 0);
}

TEST_CASE("decided: what is frozen stays, under every kind of policy, and is not paid for") {
  std::vector<float> const x = support::draw<float>(40, 1);
  std::vector<std::int32_t> const t = support::draw_labels(8, 3, 2);
  auto const stays = [&](auto d, layer_mask layers) {
    d.freeze(layers);
    std::vector<float> const before(d.parameters().begin(), d.parameters().end());
    std::uint64_t operations = 0;
    for (int i = 0; i < 6; ++i) operations += d.step(x, t).operations;
    bool moved = false;
    for (parameter_info const& info : network::layout::table)
      for (std::size_t i = info.offset; i < info.offset + info.count; ++i) {
        if (layers[info.layer]) CHECK(d.parameters()[i] == before[i]);
        moved = moved || d.parameters()[i] != before[i];
      }
    CHECK(moved);
    CHECK(d.frozen() == layers);
    return operations;
  };
  using optim::adam;
  auto const with = [](auto policy) {
    return adapt::adapter<network, nn::cross_entropy, adam, 8, decltype(policy)>(adam{}, seed{1},
                                                                                 policy);
  };
  layer_mask const lowest = layers_named<network::layout>("0"), two = layer_mask::all(2);
  CHECK(lowest == layer_mask(1));
  CHECK(stays(with(optim::selection{}), two) < stays(with(optim::selection{}), lowest));
  stays(with(optim::selection::uniform(0.5)), lowest);
  stays(with(optim::depth_cut::uniform(3)), lowest);
  stays(with(in_turn{}), two);
  stays(with(hostile{.bits = ~std::uint64_t{0}}), layer_mask::only(1));
  auto all = with(optim::selection{});
  all.freeze(layer_mask::all());
  CHECK(all.step(x, t).status == optim::status::empty);
  all.freeze({});
  CHECK(all.step(x, t).layers == layer_mask(7));
}

TEST_CASE("decided: a policy that waits for losses gets them though all it wants is frozen") {
  std::vector<float> const x = support::draw<float>(40, 1);
  std::vector<std::int32_t> const t = support::draw_labels(8, 3, 2);
  using device =
      adapt::adapter<network, nn::cross_entropy, optim::sgd, 8, optim::gated<optim::deepening>>;
  auto const layers_of = [&](optim::start_depth begin, layer_mask frozen) {
    device d({}, seed{1}, {.inner = {.begin = begin, .patience = 3, .plateau = 1e9}});
    d.freeze(frozen);
    std::vector<std::uint64_t> masks;
    for (int i = 0; i < 12; ++i)
      if (auto const m = d.step(x, t).layers.bits(); masks.empty() || masks.back() != m)
        masks.push_back(m);
    CHECK(d.totals().empty == 0);
    return masks;
  };
  using optim::start_depth;
  CHECK(layers_of(start_depth::head, {}) == std::vector<std::uint64_t>{4, 6, 7});
  CHECK(layers_of(start_depth::head, layer_mask(4)) == std::vector<std::uint64_t>{2, 3});
  CHECK(layers_of(start_depth::all_but_first, layer_mask(6)) == std::vector<std::uint64_t>{1});
  device none;
  none.freeze(layer_mask::all());
  CHECK(none.step(x, t).status == optim::status::empty);
}

}  // namespace adapt_decided_test
