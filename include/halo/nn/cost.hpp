// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/cost.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/layer_traits.hpp>

namespace halo::nn {

/// The cost of one way through a layer: of each example, and once a mini-batch for its parameters.
struct pass_cost {
  cost each;  ///< of an example
  cost once;  ///< whatever the examples are

  /// Of so many examples; of none it is nothing.
  [[nodiscard]] constexpr cost of(std::size_t rows) const noexcept {
    return rows == 0 ? cost{} : rows * each + once;
  }
  /// Adds the cost of another way, per example and once.
  constexpr pass_cost& operator+=(pass_cost const& b) noexcept {
    each += b.each;
    once += b.once;
    return *this;
  }
  friend constexpr bool operator==(pass_cost const&, pass_cost const&) = default;
};

/// The cost of each pass of a layer. The way back has two ends that share something: `back` is what
/// either takes, to_data what dL/dx takes beside it, to_weights what dL/dθ does.
struct pass_costs {
  pass_cost forward;     ///< from the input to the output
  pass_cost back;        ///< backward, whichever gradients are asked for
  pass_cost to_data;     ///< backward, for dL/dx alone
  pass_cost to_weights;  ///< backward, for dL/dθ alone

  /// Adds the costs of another layer, pass by pass.
  constexpr pass_costs& operator+=(pass_costs const& b) noexcept {
    forward += b.forward;
    back += b.back;
    to_data += b.to_data;
    to_weights += b.to_weights;
    return *this;
  }
  /// Of forward on n examples and backward on k of them.
  [[nodiscard]] constexpr cost of(std::size_t n, std::size_t k) const noexcept {
    return forward.of(n) + back.of(k) + to_data.of(k) + to_weights.of(k);
  }
  friend constexpr bool operator==(pass_costs const&, pass_costs const&) = default;
};

/// The convolution or the product of matrices in a layer, of one example, for machines whose cost
/// depends on its shape; a product of matrices is one pixel with a kernel of one.
struct layer_product {
  std::size_t height = 1, width = 1;              ///< of the output
  std::size_t input_height = 1, input_width = 1;  ///< of the input
  std::size_t kernel_y = 1, kernel_x = 1;         ///< of the kernel
  std::size_t stride_y = 1, stride_x = 1;         ///< inputs from one output to the next
  std::size_t in = 0, out = 0;                    ///< channels
  std::size_t times = 0;                          ///< so often: groups, steps; 0: there is none
  unsigned input_bits = 0, weight_bits = 0;       ///< of a quantised layer; 0: floats
};

/// One layer of a step on a mask: the passes that do not run cost nothing.
struct layer_cost {
  char const* kind = "";    ///< its word in summary()
  layer_path path{};        ///< where it stands
  pass_costs passes{};      ///< what its passes take
  layer_product product{};  ///< what it multiplies
};

namespace detail {

/// Numbers of an activation's functions, 0 for one that does not say.
template <class F>
[[nodiscard]] consteval std::size_t functions_of() {
  if constexpr (requires { F::functions; }) return F::functions;
  return 0;
}
template <class F>
[[nodiscard]] consteval std::size_t slope_functions_of() {
  if constexpr (requires { F::slope_functions; }) return F::slope_functions;
  return 0;
}

/// The passes of a layer as they follow from its sizes: where it has parameters it reads x for
/// dL/dθ and all parameters but biases for dL/dx; where it has none it reads x, y and memory for
/// dL/dx if it says so. `seen` are the numbers of x that it looks at.
template <class L, class X>
[[nodiscard]] consteval pass_costs costs_by_size(std::size_t seen = X::size) {
  std::size_t all = 0, used_back = 0, function = 0, slope = 0;
  for (tensor_spec const& t : L::template tensors<X>) {
    all += t.count();
    used_back += t.role == parameter_role::bias ? 0 : t.count();
  }
  if constexpr (requires { typename L::function; }) {
    function = X::size * functions_of<typename L::function>();
    slope = X::size * slope_functions_of<typename L::function>();
  }
  std::size_t const out = L::template output<X>::size, memory = L::template memory<X>;
  std::size_t const work = L::template operations<X>, read = L::needs_input ? seen : 0;
  std::size_t const kept = (L::needs_output ? out : 0) + memory;
  pass_costs c;
  if (is_transparent<L>()) return c;  // y is x
  c.forward = {{work, function, seen, out + memory}, {0, 0, all, 0}};
  c.back.each.reads = out;
  c.to_data = {{work, slope, kept + (all == 0 ? read : 0), X::size}, {0, 0, used_back, 0}};
  if (all > 0) c.to_weights = {{work, 0, read, 0}, {0, 0, 0, all}};
  return c;
}

/// The passes of a layer on examples of shape X: its own L::costs<X>, or what follows from its
/// sizes.
template <class L, class X>
[[nodiscard]] consteval pass_costs costs_of() {
  if constexpr (requires { L::template costs<X>; })
    return L::template costs<X>;
  else
    return costs_by_size<L, X>();
}

/// L::product<X>, none where L does not say.
template <class L, class X>
[[nodiscard]] consteval layer_product product_of() {
  if constexpr (requires { L::template product<X>; }) return L::template product<X>;
  return {};
}

/// What is left of all passes in a step that wants dL/dθ of the layer or not, dL/dx or not.
[[nodiscard]] constexpr pass_costs passes_run(pass_costs c, bool weights, bool data) noexcept {
  if (!weights && !data) c.back = {};
  if (!weights) c.to_weights = {};
  if (!data) c.to_data = {};
  return c;
}

/// Multiply-adds of the backward passes on one example: numbers alone, so that a small table serves
/// for every mask at run time.
struct backward_counts {
  std::uint64_t back = 0, to_data = 0, to_weights = 0;

  backward_counts() = default;
  explicit constexpr backward_counts(pass_costs const& c)
      : back(c.back.each.multiply_adds),
        to_data(c.to_data.each.multiply_adds),
        to_weights(c.to_weights.each.multiply_adds) {}

  /// Of a step that wants dL/dθ of the layer or not, dL/dx or not.
  [[nodiscard]] constexpr std::uint64_t run(bool weights, bool data) const noexcept {
    return (weights || data ? back : 0) + (weights ? to_weights : 0) + (data ? to_data : 0);
  }
};

/// What an elementwise layer costs that the one before it applies to its own output: functions, and
/// no way of its own through the memory.
[[nodiscard]] constexpr pass_cost unmoved(pass_cost c) noexcept {
  c.each.reads = c.each.writes = c.once.reads = c.once.writes = 0;
  return c;
}

}  // namespace detail
}  // namespace halo::nn
