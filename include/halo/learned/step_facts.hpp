// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <halo/core/concepts.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/learned/facts.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/state.hpp>
#include <halo/optim/optimizer.hpp>

// Where the facts of a step come from: for the optimizer that makes it, and for whoever runs it
// again.

namespace halo::learned {

/// What a program is told about a step, before a tensor is known.
/// @param before  steps that the optimizer has made
template <parameter_layout Layout, floating T>
[[nodiscard]] facts<T> facts_of(std::uint64_t before,
                                optim::step_context<T> const& context) noexcept {
  auto const told = [](std::uint64_t steps) { return std::min(static_cast<T>(steps), T(1e9)); };
  facts<T> f;
  f.parameters = static_cast<T>(Layout::size);
  f.tensors = static_cast<T>(Layout::tensors);
  f.step = static_cast<T>(before + 1);
  f.loss = static_cast<T>(std::clamp(static_cast<double>(context.loss), -1e30, 1e30));
  f.rows = static_cast<T>(context.rows);
  f.horizon = told(context.horizon);
  f.elapsed = told(context.elapsed);
  f.baseline = static_cast<T>(context.baseline);
  f.drawn = context.anew & layer_mask::all(Layout::layers);
  f.all_drawn = f.drawn.count() == Layout::layers;
  f.labels = context.labels;
  return f;
}
template <program P, parameter_layout Layout, floating T>
[[nodiscard]] facts<T> facts_of(state<P, Layout, T> const& s,
                                optim::step_context<T> const& context) noexcept {
  return facts_of<Layout>(s.step, context);
}

/// ... and about a tensor.
///
/// @param steps  that this tensor has made, the one of now included; 0 at the beginning of a run
template <parameter_layout Layout, floating T>
void tell_tensor(facts<T>& f, std::size_t tensor, std::uint64_t steps) noexcept {
  parameter_info const& info = Layout::table[tensor];
  f.elements = static_cast<T>(info.count);
  f.inputs = static_cast<T>(info.rank > 1 ? info.count / info.extents[info.rank - 1] : 1);
  f.own_step = static_cast<T>(steps);
  f.bias = info.rank == 1;
  f.head = info.layer + 1 == Layout::layers;
  f.anew = f.drawn[info.layer];
}

}  // namespace halo::learned

#include <halo/macros_back.hpp>
