// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// All of halo's policies behind one type, so that a test of all of them compiles what it tests
// once.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/optim/decide.hpp>
#include <halo/optim/deepening.hpp>
#include <halo/optim/dense.hpp>
#include <halo/optim/depth_cut.hpp>
#include <halo/optim/gated.hpp>
#include <halo/optim/policy.hpp>
#include <halo/optim/random_layers.hpp>
#include <halo/optim/selection.hpp>

namespace support {

/// Says whatever comes to its mind: layers that are not there, no layer, no rows or more than
/// memory holds, more hard ones than rows; by the last loss it was told, too.
struct hostile_policy {
  struct state {
    double loss = 0;
    static constexpr void record(auto& self, auto&& f) { f.number("loss", self.loss); }
  };
  static constexpr bool selective = true;
  static constexpr void record(auto&, auto&& f) { f.constant("name", "hostile"); }
  [[nodiscard]] halo::optim::decision decide(state const& s, halo::generator const& g,
                                             std::uint64_t step, std::size_t) const noexcept {
    auto const w = g.words(step);
    std::size_t const odd[] = {0, 1, 3, 5, 32, std::size_t{1} << 40, ~std::size_t{0}};
    std::uint64_t const masks[] = {w[0], ~std::uint64_t{0}, ~std::uint64_t{7}, 0, w[0] & 7U};
    auto const told = static_cast<std::uint32_t>(50 * s.loss);
    return {.layers = halo::layer_mask(masks[w[3] % 5]),
            .rows = odd[(w[1] + told) % 7],
            .hardest = odd[w[2] % 7]};
  }
  void observe(state& s, halo::optim::observation const& o) const noexcept { s.loss = o.loss; }
};

struct any_policy {
  using every = std::variant<halo::optim::selection, halo::optim::dense, halo::optim::depth_cut,
                             halo::optim::random_layers, halo::optim::deepening,
                             halo::optim::fixed_stages, halo::optim::gated<>,
                             halo::optim::gated<halo::optim::selection>, hostile_policy>;
  static constexpr bool selective = true;
  every of;

  template <class V>
  struct states_of;
  template <class... P>
  struct states_of<std::variant<P...>> {
    using type = std::tuple<typename P::state...>;
  };
  struct state {
    states_of<every>::type all;
    static constexpr void record(auto& self, auto&& f) {
      std::apply([&f](auto&... s) { (f.part("", s), ...); }, self.all);
    }
  };
  static constexpr void record(auto& self, auto&& f) {
    std::visit([&f](auto& p) { f.part("", p); }, self.of);
  }
  [[nodiscard]] char const* misfit(std::size_t layers) const noexcept {
    return std::visit([layers](auto const& p) { return halo::optim::misfit(p, layers); }, of);
  }
  [[nodiscard]] halo::optim::decision decide(state const& s, halo::generator const& g,
                                             std::uint64_t step,
                                             std::size_t layers) const noexcept {
    halo::optim::decision d;
    for_this(s, [&](auto const& p, auto const& own) { d = p.decide(own, g, step, layers); });
    return d;
  }
  void observe(state& s, halo::optim::observation const& o) const noexcept {
    for_this(s, [&](auto const& p, auto& own) { p.observe(own, o); });
  }

 private:
  template <class State, class Body>
  void for_this(State& s, Body&& body) const {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((of.index() == I ? body(*std::get_if<I>(&of), std::get<I>(s.all)) : void()), ...);
    }(std::make_index_sequence<std::variant_size_v<every>>());
  }
};
static_assert(halo::optim::policy<any_policy>);

/// One of each for a network of three layers, eager enough to show all that it may do in 60 steps.
[[nodiscard]] inline std::vector<any_policy> every_policy() {
  namespace optim = halo::optim;
  return {{optim::selection::dense()},
          {optim::selection::thirds(3)},
          {optim::selection::uniform(0.5).at_least_one()},
          {optim::depth_cut::uniform(3)},
          {optim::random_layers{.low = 0.5}},
          {optim::deepening{.begin = optim::start_depth::head, .rows = 5, .patience = 10}},
          {optim::fixed_stages{.operations = 60'000, .rows = 6}},
          {optim::gated<>{.inner = {.begin = optim::start_depth::all, .rows = 4},
                          .rows = 8,
                          .hardest = 3,
                          .accuracy = 0.4}},
          {optim::gated<optim::selection>{
              .inner = optim::selection::uniform(0.8), .rows = 7, .hardest = 2, .accuracy = 0.3}},
          {hostile_policy{}}};
}

}  // namespace support
