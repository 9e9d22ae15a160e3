// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include <halo/autodiff/scalar.hpp>

namespace halo::autodiff {

/// How a primitive passes adjoints on: reads the values of its inputs and the adjoints of its
/// outputs, sets (does not add to) the adjoints of its inputs.
template <class T>
using backward_rule = void (*)(void const* context, T const* inputs, T const* output_adjoints,
                               T* input_adjoints);

namespace detail {

/// How the value of a node came from others, and so where its adjoint goes.
enum class node_kind : std::uint32_t {
  input,
  copy,
  negation,
  sum,
  difference,
  unary,
  binary,
  binary_plus,
  many,
  primitive
};

/// What a tape writes down of a node: its kind and what it reads. Of many, a says where their
/// operands begin and b how many there are; of a primitive, a is its number.
struct node_record {
  node_kind kind;
  std::uint32_t a;
  std::uint32_t b;
  std::uint32_t c;
};

/// What a tape writes down of a primitive; first and count are of its operands.
template <class T>
struct primitive_record {
  backward_rule<T> rule;
  void const* context;
  std::size_t first;
  std::size_t count;
};

/// The walk backwards over the records of a tape: each node passes its adjoint on to what it read.
///
/// By value: for all that compilers know, a register stored to an adjoint could have changed where
/// the tape's arrays lie.
template <class T>
struct sweep {
  node_record const* nodes;
  T* adjoints;
  T const* slope;  ///< behind the next
  std::uint32_t const* links;
  T const* saved;  ///< beside the links: derivatives of many operands, inputs of primitives
  T* passed;       ///< what comes back from primitives
  primitive_record<T> const* primitives;

  /// From the last of so many nodes down to number `end`.
  void run(std::size_t begin, std::size_t end) noexcept {
    for (std::size_t i = begin; i-- > end;) step(i);
  }

 private:
  void add(std::uint32_t a, T const& amount) const noexcept { adjoints[a] = adjoints[a] + amount; }
  void add_product(std::uint32_t a, T const& factor, T const& g) const noexcept {
    adjoints[a] = fma(factor, g, adjoints[a]);
  }

  [[gnu::always_inline]] void step(std::size_t i) noexcept {
    node_record const n = nodes[i];
    T const g = adjoints[i];
    switch (n.kind) {
      case node_kind::input:
        break;
      case node_kind::copy:
        add(n.a, g);
        break;
      case node_kind::negation:
        add(n.a, -g);
        break;
      case node_kind::sum:
        add(n.a, g);
        add(n.b, g);
        break;
      case node_kind::difference:
        add(n.a, g);
        add(n.b, -g);
        break;
      case node_kind::unary:
        add_product(n.a, *--slope, g);
        break;
      case node_kind::binary_plus:
        add(n.c, g);
        [[fallthrough]];
      case node_kind::binary:
        add_product(n.b, *--slope, g);
        add_product(n.a, *--slope, g);
        break;
      case node_kind::many:
        for (std::size_t k = n.a; k < std::size_t{n.a} + n.b; ++k)
          add_product(links[k], saved[k], g);
        break;
      case node_kind::primitive:
        step_primitive(primitives[n.a], i);
        break;
    }
  }

  void step_primitive(primitive_record<T> const& p, std::size_t first_output) const noexcept {
    T* const from = passed + p.first;
    p.rule(p.context, saved + p.first, adjoints + first_output, from);
    for (std::size_t k = 0; k < p.count; ++k) add(links[p.first + k], from[k]);
  }
};

}  // namespace detail
}  // namespace halo::autodiff
