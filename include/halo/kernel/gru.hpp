// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>

#include <halo/kernel/bias.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/gru_cell.hpp>
#include <halo/kernel/recurrent.hpp>
#include <halo/kernel/reused_operand.hpp>
#include <halo/kernel/sum.hpp>
#include <halo/simd/pointer.hpp>

namespace halo::kernel {

/// What a GRU of these sizes keeps of a forward pass over rows examples, in this order: the input
/// of each step, states h, one more, gates, and room for one product.
struct gru_memory {
  recurrent_geometry g;  ///< sizes of the layer
  std::size_t rows;      ///< examples

  /// Elements an example.
  [[nodiscard]] static constexpr std::size_t size(recurrent_geometry const& g) noexcept {
    return g.kept() * (g.inputs + 5 * g.units) + 4 * g.units;
  }
  /// x of the step kept at a place, [rows, inputs].
  template <class P>
  [[nodiscard]] P input(P memory, std::size_t place) const noexcept {
    return memory + rows * place * g.inputs;
  }
  /// h before that step, [rows, units].
  template <class P>
  [[nodiscard]] P state(P memory, std::size_t place) const noexcept {
    return memory + rows * (g.kept() * g.inputs + place * g.units);
  }
  /// r, z, c and r's product of that step, [rows, 4 units].
  template <class P>
  [[nodiscard]] P gates(P memory, std::size_t place) const noexcept {
    return state(memory, g.kept() + 1) + rows * place * 4 * g.units;
  }
  /// Room for one step's product, [rows, 4 units].
  template <class P>
  [[nodiscard]] P product(P memory) const noexcept {
    return gates(memory, g.kept());
  }
};

/// Elements an example of the scratch that gru_backward needs.
[[nodiscard]] constexpr std::size_t gru_scratch(recurrent_geometry const& g) noexcept {
  return std::min(detail::recurrent_block, g.kept()) * 6 * g.units + g.inputs + g.units;
}

/// Bytes of room that both ways want, whatever the rows.
template <class T, class Arch = simd::default_arch>
[[nodiscard]] constexpr std::size_t gru_room(recurrent_geometry const& g) noexcept {
  std::size_t const columns = 3 * g.units;
  std::size_t const gradient = gemm_room_of_rows<T, Arch>(std::max(g.inputs, g.units), columns);
  return std::max(
      reused_room<T, Arch>(columns, g.units, false) + gemm_room<T, Arch>(columns, g.inputs, false),
      reused_room<T, Arch>(g.units, columns, true) +
          std::max(gemm_room<T, Arch>(g.inputs, columns, true), gradient));
}

/// Where the parameters of a GRU lie: W [inputs, 3 · units] and U [units, 3 · units], r z n, b [3 ·
/// units], and the bias inside the reset [units].
struct gru_parameters {
  std::size_t inputs, units;  ///< of the layer

  /// Where the weights of h begin.
  [[nodiscard]] constexpr std::size_t recurrent() const noexcept { return inputs * 3 * units; }
  /// Where the biases of x's product begin.
  [[nodiscard]] constexpr std::size_t bias() const noexcept { return (inputs + units) * 3 * units; }
  /// Where those of h's product begin.
  [[nodiscard]] constexpr std::size_t inner_bias() const noexcept { return bias() + 3 * units; }
};

/// Gated recurrent units over sequences, from a state of zeros: two products a step, x·W + b and
/// h·U, then gru_cell_forward.
///
/// @param x       [rows, steps, inputs]
/// @param theta   as gru_parameters says
/// @param y       [rows, units], the last h, or [rows, steps, units] where g.all
/// @param memory  gru_memory::size(g) elements an example, to be written
template <class Arch = simd::default_arch, class P>
void gru_forward(std::size_t rows, recurrent_geometry const& g, simd::const_of<P> x,
                 simd::const_of<P> theta, P y, P memory, room lent = {}) noexcept {
  using C = simd::const_of<P>;
  gru_memory const at{g, rows};
  gru_parameters const parameters{g.inputs, g.units};
  std::size_t const columns = 3 * g.units;
  C const bias = theta + parameters.bias();
  reused_operand<P, Arch> const recurrent(
      columns, g.units, operand<C>{theta + parameters.recurrent(), columns}, lent);
  P const q = at.product(memory);
  clear<Arch>(rows * g.units, at.state(memory, 0));
  for (std::size_t t = 0; t < g.steps; ++t) {
    P const input = at.input(memory, g.place(t)), gates = at.gates(memory, g.place(t));
    detail::copy_rows<Arch>(rows, g.inputs, C(x + t * g.inputs), g.steps * g.inputs, input,
                            g.inputs);
    gemm<Arch>(rows, columns, g.inputs, operand<C>{input, g.inputs}, operand<C>{theta, columns},
               gates, 4 * g.units, start::bias, bias, no_activation{}, recurrent.rest());
    C const h = at.state(memory, g.place(t));
    recurrent.multiply(rows, operand<C>{h, g.units}, q, columns);
    // a step that is not kept leaves its state where it found it
    P const next = at.state(memory, g.place(t) + (t + g.kept() < g.steps ? 0 : 1));
    gru_cell_forward<Arch>(rows, g.units, gates, C(q), C(theta + parameters.inner_bias()), h,
                           g.units, next, g.units);
    if (g.all || t + 1 == g.steps)
      detail::copy_rows<Arch>(rows, g.units, C(next), g.units, P(y + (g.all ? t * g.units : 0)),
                              g.outputs());
  }
}

namespace detail {

/// What a block of steps adds to the gradient.
template <class Arch, class P>
void gru_gradient(std::size_t m, gru_parameters const& at, simd::const_of<P> x, simd::const_of<P> h,
                  simd::const_of<P> dpq, P gradient, bool first, room lent) noexcept {
  using C = simd::const_of<P>;
  std::size_t const columns = 3 * at.units, row = 6 * at.units;
  start const from = first ? start::zero : start::target;
  gemm<Arch>(at.inputs, columns, m, operand<C>{x, at.inputs, true}, operand<C>{dpq, row}, gradient,
             columns, from, C{}, no_activation{}, lent);
  gemm<Arch>(at.units, columns, m, operand<C>{h, at.units, true}, operand<C>{dpq + columns, row},
             P(gradient + at.recurrent()), columns, from, C{}, no_activation{}, lent);
  P const biases = gradient + at.bias(), inner = gradient + at.inner_bias();
  column_sum<Arch>(m, columns, dpq, biases, !first, row);
  column_sum<Arch>(m, at.units, C(dpq + 5 * at.units), inner, !first, row);
}

}  // namespace detail

/// The way back: gradient ← dL/dθ, dx ← dL/dx, each unless null.
///
/// @param dy       as y
/// @param scratch  gru_scratch(g) elements an example
template <class Arch = simd::default_arch, class P>
void gru_backward(std::size_t rows, recurrent_geometry const& g, simd::const_of<P> theta,
                  simd::const_of<P> memory, simd::const_of<P> dy, P dx, P gradient, P scratch,
                  room lent = {}) noexcept {
  using C = simd::const_of<P>;
  gru_memory const at{g, rows};
  gru_parameters const parameters{g.inputs, g.units};
  std::size_t const columns = 3 * g.units, row = 2 * columns, kept = g.kept();
  std::size_t const block = std::min(detail::recurrent_block, kept);
  P const dpq = scratch, dh = dpq + block * rows * row;
  reused_operand<P, Arch> const recurrent(
      g.units, columns, operand<C>{theta + parameters.recurrent(), columns, true}, lent);
  if (dx && kept < g.steps) clear<Arch>(rows * g.steps * g.inputs, dx);
  detail::copy_rows<Arch>(rows, g.units, C(dy + (g.outputs() - g.units)), g.outputs(), dh, g.units);
  for (std::size_t end = kept; end > 0;) {
    std::size_t const begin = end > block ? end - block : 0;
    for (std::size_t place = end; place-- > begin;) {
      std::size_t const t = g.steps - kept + place;
      P const d = dpq + (place - begin) * rows * row;
      gru_cell_backward<Arch>(rows, g.units, at.gates(memory, place), at.state(memory, place),
                              g.units, dh, g.units, d);
      if (dx)
        gemm<Arch>(rows, g.inputs, columns, operand<C>{d, row}, operand<C>{theta, columns, true},
                   P(dx + t * g.inputs), g.steps * g.inputs, start::zero, C{}, no_activation{},
                   recurrent.rest());
      if (place == 0 || g.cut_before(t))
        clear<Arch>(rows * g.units, dh);
      else
        recurrent.multiply(rows, operand<C>{d + columns, row}, dh, g.units, start::target);
      if (g.all && place > 0)
        detail::add_rows<Arch>(rows, g.units, C(dy + (t - 1) * g.units), g.outputs(), dh, g.units);
    }
    if (gradient)
      detail::gru_gradient<Arch>((end - begin) * rows, parameters, at.input(memory, begin),
                                 at.state(memory, begin), C(dpq), gradient, end == kept,
                                 recurrent.rest());
    end = begin;
  }
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
