// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>

#include <halo/kernel/bias.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/lstm_cell.hpp>
#include <halo/kernel/recurrent.hpp>
#include <halo/kernel/reused_operand.hpp>
#include <halo/kernel/sum.hpp>
#include <halo/simd/pointer.hpp>

namespace halo::kernel {

/// What an LSTM of these sizes keeps of a forward pass over rows examples, in this order:
/// [x, h] of each step, side by side as one product reads them, gates, and states c, one more.
struct lstm_memory {
  recurrent_geometry g;  ///< sizes of the layer
  std::size_t rows;      ///< examples

  /// Numbers of [x, h].
  [[nodiscard]] constexpr std::size_t joint() const noexcept { return g.inputs + g.units; }
  /// Elements an example.
  [[nodiscard]] static constexpr std::size_t size(recurrent_geometry const& g) noexcept {
    return g.kept() * (g.inputs + 6 * g.units) + g.units;
  }
  /// [x, h] of the step kept at a place, [rows, inputs + units].
  template <class P>
  [[nodiscard]] P xh(P memory, std::size_t place) const noexcept {
    return memory + place * rows * joint();
  }
  /// i, f, g, o of that step, [rows, 4 units].
  template <class P>
  [[nodiscard]] P gates(P memory, std::size_t place) const noexcept {
    return memory + rows * (g.kept() * joint() + place * 4 * g.units);
  }
  /// c before that step, [rows, units].
  template <class P>
  [[nodiscard]] P state(P memory, std::size_t place) const noexcept {
    return memory + rows * (g.kept() * (joint() + 4 * g.units) + place * g.units);
  }
};

/// Elements an example of the scratch that lstm_backward needs.
[[nodiscard]] constexpr std::size_t lstm_scratch(recurrent_geometry const& g) noexcept {
  return std::min(detail::recurrent_block, g.kept()) * 4 * g.units + g.inputs + 2 * g.units;
}

/// Bytes of room that both ways want, whatever the rows.
template <class T, class Arch = simd::default_arch>
[[nodiscard]] constexpr std::size_t lstm_room(recurrent_geometry const& g) noexcept {
  std::size_t const joint = g.inputs + g.units, columns = 4 * g.units;
  std::size_t const back = std::max(reused_room<T, Arch>(joint, columns, true),
                                    reused_room<T, Arch>(g.units, columns, true));
  return std::max(reused_room<T, Arch>(columns, joint, false),
                  back + gemm_room_of_rows<T, Arch>(joint, columns));
}

/// A long short-term memory over sequences, from a state of zeros.
///
/// [i|f|g|o] = [x_t, h_{t-1}]·W + b in one product a step, then lstm_cell_forward.
///
/// @param x       [rows, steps, inputs]
/// @param theta   W [inputs + units, 4 · units], then b [4 · units]
/// @param y       [rows, units], the last h, or [rows, steps, units] where g.all
/// @param memory  lstm_memory::size(g) elements an example, to be written
template <class Arch = simd::default_arch, class P>
void lstm_forward(std::size_t rows, recurrent_geometry const& g, simd::const_of<P> x,
                  simd::const_of<P> theta, P y, P memory, room lent = {}) noexcept {
  using C = simd::const_of<P>;
  lstm_memory const at{g, rows};
  std::size_t const joint = at.joint(), columns = 4 * g.units;
  reused_operand<P, Arch> const weight(columns, joint, operand<C>{theta, columns}, lent);
  C const bias = theta + joint * columns;
  for (std::size_t i = 0; i < rows; ++i)
    clear<Arch>(g.units, P(at.xh(memory, 0) + i * joint + g.inputs));
  clear<Arch>(rows * g.units, at.state(memory, 0));
  for (std::size_t t = 0; t < g.steps; ++t) {
    P const xh = at.xh(memory, g.place(t)), z = at.gates(memory, g.place(t));
    detail::copy_rows<Arch>(rows, g.inputs, C(x + t * g.inputs), g.steps * g.inputs, xh, joint);
    weight.multiply(rows, operand<C>{xh, joint}, z, columns, start::bias, bias);
    bool const last = t + 1 == g.steps;
    P const h = last ? y + (g.all ? t * g.units : 0) : at.xh(memory, g.place(t + 1)) + g.inputs;
    std::size_t const h_row = last ? g.outputs() : joint;
    // a step that is not kept leaves its state where it found it
    std::size_t const after = g.place(t) + (t + g.kept() < g.steps ? 0 : 1);
    lstm_cell_forward<Arch>(rows, g.units, z, C(at.state(memory, g.place(t))),
                            at.state(memory, after), h, h_row);
    if (g.all && !last)
      detail::copy_rows<Arch>(rows, g.units, C(h), joint, P(y + t * g.units), g.outputs());
  }
}

/// The way back: gradient ← dL/d(W, b), dx ← dL/dx, each unless null.
///
/// The gradients of a few steps are gathered before they meet [x, h] in one product.
/// @param dy       as y
/// @param scratch  lstm_scratch(g) elements an example
template <class Arch = simd::default_arch, class P>
void lstm_backward(std::size_t rows, recurrent_geometry const& g, simd::const_of<P> theta,
                   simd::const_of<P> memory, simd::const_of<P> dy, P dx, P gradient, P scratch,
                   room lent = {}) noexcept {
  using C = simd::const_of<P>;
  lstm_memory const at{g, rows};
  std::size_t const joint = at.joint(), columns = 4 * g.units, kept = g.kept();
  std::size_t const block = std::min(detail::recurrent_block, kept);
  P const dz = scratch, dc = dz + block * rows * columns, dxh = dc + rows * g.units;
  P const dh = dxh + g.inputs;
  std::size_t const skipped = dx ? 0 : g.inputs;  // rows of W whose product nobody asks for
  reused_operand<P, Arch> const weight(joint - skipped, columns,
                                       operand<C>{theta + skipped * columns, columns, true}, lent);
  if (dx && kept < g.steps) clear<Arch>(rows * g.steps * g.inputs, dx);
  clear<Arch>(rows * g.units, dc);
  detail::copy_rows<Arch>(rows, g.units, C(dy + (g.outputs() - g.units)), g.outputs(), dh, joint);
  for (std::size_t end = kept; end > 0;) {
    std::size_t const begin = end > block ? end - block : 0;
    for (std::size_t place = end; place-- > begin;) {
      std::size_t const t = g.steps - kept + place;
      P const d = dz + (place - begin) * rows * columns;
      lstm_cell_backward<Arch>(rows, g.units, at.gates(memory, place), at.state(memory, place),
                               at.state(memory, place + 1), C(dh), joint, dc, d);
      bool const cut = place == 0 || g.cut_before(t);
      if (dx || !cut) weight.multiply(rows, operand<C>{d, columns}, P(dxh + skipped), joint);
      if (dx)
        detail::copy_rows<Arch>(rows, g.inputs, C(dxh), joint, P(dx + t * g.inputs),
                                g.steps * g.inputs);
      if (cut) {
        clear<Arch>(rows * g.units, dc);
        for (std::size_t i = 0; i < rows; ++i) clear<Arch>(g.units, P(dh + i * joint));
      }
      if (g.all && place > 0)
        detail::add_rows<Arch>(rows, g.units, C(dy + (t - 1) * g.units), g.outputs(), dh, joint);
    }
    if (gradient) {
      std::size_t const m = (end - begin) * rows;
      bool const first = end == kept;
      gemm<Arch>(joint, columns, m, operand<C>{at.xh(memory, begin), joint, true},
                 operand<C>{dz, columns}, gradient, columns, first ? start::zero : start::target,
                 C{}, no_activation{}, weight.rest());
      column_sum<Arch>(m, columns, C(dz), P(gradient + joint * columns), !first);
    }
    end = begin;
  }
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
