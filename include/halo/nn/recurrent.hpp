// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <halo/kernel/recurrent.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/layer.hpp>

namespace halo::nn {

/// Which states of a recurrent layer are its output: the one behind the last step, or all.
enum class states { last, all };

namespace detail {

/// Numbers of a sequence that the passes of a recurrent layer take, beside what its sizes say.
struct recurrent_work {
  std::size_t gates;         ///< products a unit and input
  std::size_t parameters;    ///< all of them
  std::size_t memory;        ///< forward leaves
  std::size_t read_back;     ///< of them either end of the way back reads
  std::size_t read_weights;  ///< and dL/dθ beside it
  std::size_t squashed;      ///< functions a unit and step of forward
  std::size_t squashed_back;
  bool always_through;  ///< dL/dx alone makes the product of a cut step too
};

/// The passes of a recurrent layer: forward makes a product with [W, U] a step; back one with U for
/// each step that a gradient leaves, dL/dx one with W for each step kept, dL/dθ one with both.
[[nodiscard]] constexpr pass_costs recurrent_costs(kernel::recurrent_geometry const& g,
                                                   recurrent_work const& w) noexcept {
  std::size_t const columns = w.gates * g.units, kept = g.kept(), joint = g.inputs + g.units;
  std::size_t through = 0;  // steps that a gradient leaves to the one before
  for (std::size_t place = 1; place < kept; ++place)
    through += g.cut_before(g.steps - kept + place) ? 0U : 1U;
  std::size_t const cut = w.always_through ? kept - through : 0;
  pass_costs c;
  c.forward = {{g.steps * joint * columns, w.squashed * g.units * g.steps, g.steps * g.inputs,
                g.outputs() + w.memory},
               {0, 0, w.parameters, 0}};
  c.back = {
      {through * g.units * columns, w.squashed_back * g.units * kept, g.outputs() + w.read_back, 0},
      {0, 0, through > 0 ? g.units * columns : 0, 0}};
  c.to_data = {{(kept * g.inputs + cut * g.units) * columns, 0, 0, g.steps * g.inputs},
               {0, 0, (g.inputs + (through == 0 && w.always_through ? g.units : 0)) * columns, 0}};
  c.to_weights = {{kept * joint * columns, 0, w.read_weights, 0}, {0, 0, 0, w.parameters}};
  return c;
}

/// What recurrent layers share, on sequences shape<steps, width>; they read no x and no y on the
/// way back, having kept what they need.
template <std::size_t Units, states States, std::size_t Truncation>
struct recurrent {
  static_assert(Units > 0, "halo: recurrent: a layer has at least one unit");

  template <class X>
  static constexpr bool accepts = X::rank == 2 && X::size > 0;
  template <class X>
  using output =
      std::conditional_t<States == states::all, shape<X::extents[0], Units>, shape<Units>>;
  template <class X>
  static constexpr kernel::recurrent_geometry geometry{X::extents[0], X::extents[1], Units,
                                                       States == states::all, Truncation};
  static constexpr void describe(auto&& f) {
    f.constant("units", Units);
    f.constant("states", States);
    f.constant("truncation", Truncation);
  }
  static constexpr bool elementwise = false;
  static constexpr bool needs_input = false;
  static constexpr bool needs_output = false;
};

}  // namespace detail
}  // namespace halo::nn
