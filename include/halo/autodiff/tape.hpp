// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <halo/autodiff/sweep.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>

namespace halo::autodiff {

/// What a tape does when an operation no longer fits: throw halo::error, or double its arrays.
enum class when_full : unsigned char { fail, grow };

/// The record of a computation, for reverse-mode differentiation.
///
/// Every operation leaves a node: the nodes it read and its derivative with respect to each of
/// them. sweep() walks the nodes backwards and adds derivative times adjoint [Griewank & Walther
/// 2008, ch. 4]; because the derivatives are stored there is no operation to look up and nothing to
/// recurse into. All of it lies in a few contiguous arrays, allocated at construction or by
/// reserve(); recording allocates nothing (with when_full::grow: only when the arrays double).
/// Nodes are named by number, so nothing dangles when an array moves.
///
/// T is float, double, simd::batch (a whole register of independent coordinates), or a dual of
/// those (second order). Most programs never call a tape's own operations but compute with
/// variable<T>.
template <class T>
class tape {
 public:
  /// Names a node. Node 0 stands for every constant: what flows into it is never read.
  using node = std::uint32_t;
  static constexpr node constant = 0;  ///< whose adjoint nobody reads

  /// How a primitive of the user's passes adjoints on.
  using backward_rule = autodiff::backward_rule<T>;

  /// How far a tape is written.
  struct position {
    std::size_t nodes = 1, slopes = 0;         ///< operations and inputs; derivatives by operands
    std::size_t operands = 0, primitives = 0;  ///< inputs of primitives; primitives
  };

  /// @param nodes     operations and inputs that fit
  /// @param operands  inputs of primitives and of many-operand records that fit, all together
  explicit tape(std::size_t nodes, std::size_t operands = 0, when_full policy = when_full::fail)
      : policy_(policy) {
    reserve(nodes, operands);
  }
  /// A tape that grows with what is recorded.
  tape() : tape(255, 64, when_full::grow) {}
  tape(tape const&) = delete;  // variables hold its address
  tape& operator=(tape const&) = delete;

  /// Makes room for so many nodes and operands in all. Everything recorded stays.
  void reserve(std::size_t nodes, std::size_t operands) {
    if (nodes >= std::numeric_limits<node>::max())
      fail("tape", "reserve", "fewer than 2^32 - 1 nodes", std::to_string(nodes));
    if (nodes + 1 > nodes_.size()) {
      enlarge(nodes_, nodes + 1, at_.nodes);
      enlarge(adjoints_, nodes + 1, at_.nodes);
      enlarge(slopes_, 2 * (nodes + 1), at_.slopes);
    }
    if (operands > links_.size()) {
      enlarge(links_, operands, at_.operands);
      enlarge(saved_, operands, at_.operands);
      enlarge(passed_, operands, at_.operands);
      enlarge(primitives_, operands, at_.primitives);
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return at_.nodes - 1; }
  [[nodiscard]] std::size_t capacity() const noexcept { return nodes_.size() - 1; }
  /// How many inputs of primitives fit.
  [[nodiscard]] std::size_t operand_capacity() const noexcept { return links_.size(); }

  [[nodiscard]] position checkpoint() const noexcept { return at_; }  ///< how far it is written
  /// Forgets what was recorded after the checkpoint. Older nodes keep their adjoints.
  void rewind(position to) noexcept {
    HALO_EXPECTS(to.nodes <= at_.nodes, "tape: rewind goes back to an earlier checkpoint");
    at_ = to;
  }
  /// Forgets everything; the memory stays.
  void clear() noexcept { at_ = position{}; }

  /// A new independent variable.
  node input() { return push(kind::input, 0, 0); }
  /// y = a + const.
  node copy(node a) { return push(kind::copy, a, 0); }
  /// y = const - a.
  node negation(node a) { return push(kind::negation, a, 0); }
  /// y = a + b.
  node sum(node a, node b) { return push(kind::sum, a, b); }
  /// y = a - b.
  node difference(node a, node b) { return push(kind::difference, a, b); }
  /// y = f(a), da = ∂f/∂a.
  node unary(node a, T const& da) {
    node const y = push(kind::unary, a, 0);
    slopes_[at_.slopes++] = da;
    return y;
  }
  /// y = f(a, b).
  node binary(node a, T const& da, node b, T const& db) {
    node const y = push(kind::binary, a, b);
    slopes_[at_.slopes++] = da;
    slopes_[at_.slopes++] = db;
    return y;
  }
  /// y = f(a, b) + c.
  node binary_plus(node a, T const& da, node b, T const& db, node c) {
    node const y = binary(a, da, b, db);
    nodes_[y].kind = kind::binary_plus;
    nodes_[y].c = c;
    return y;
  }
  /// y = f(a, b, c, ...): count operands (each has node() and value()) and the derivative for each.
  template <class V>
  node many(V const* a, T const* da, std::size_t count) {
    std::size_t const first = take_operands(count);
    for (std::size_t i = 0; i < count; ++i) {
      links_[first + i] = a[i].node();
      saved_[first + i] = da[i];
    }
    return push(kind::many, static_cast<node>(first), static_cast<node>(count));
  }
  /// Several outputs from several inputs (each has node() and value()) under one rule. The output
  /// nodes follow each other; context must live until the last sweep.
  /// @return the first output node, and the values of the inputs, contiguous until the next record
  template <class V>
  std::pair<node, T const*> primitive(backward_rule rule, void const* context, V const* inputs,
                                      std::size_t input_count, std::size_t output_count) {
    std::size_t const first = take_operands(input_count);
    if (at_.primitives == primitives_.size()) make_room(0, 1);
    for (std::size_t i = 0; i < input_count; ++i) {
      links_[first + i] = inputs[i].node();
      saved_[first + i] = inputs[i].value();
    }
    node const y = push(kind::primitive, static_cast<node>(at_.primitives), 0);
    primitives_[at_.primitives++] = {rule, context, first, input_count};
    for (std::size_t i = 1; i < output_count; ++i) push(kind::input, 0, 0);
    return {y, saved_.data() + first};
  }

  /// dF/d(node), once seeded and swept.
  [[nodiscard]] T const& adjoint(node a) const noexcept { return adjoints_[a]; }
  /// Says that F depends on the node directly: adds to its adjoint.
  void seed(node a, T const& adjoint) noexcept { adjoints_[a] = adjoints_[a] + adjoint; }
  /// Forgets what backward found, for another pass over the same record.
  void zero_adjoints() noexcept {
    for (std::size_t i = 0; i < at_.nodes; ++i) adjoints_[i] = T(0);
  }

  /// Passes the adjoints on to the operands, from the last node down to a checkpoint (to the first
  /// node). Nodes before the checkpoint collect what reaches them, sweep after sweep.
  void sweep(position down_to = {}) noexcept {
    detail::sweep<T> back{.nodes = nodes_.data(),
                          .adjoints = adjoints_.data(),
                          .slope = slopes_.data() + at_.slopes,
                          .links = links_.data(),
                          .saved = saved_.data(),
                          .passed = passed_.data(),
                          .primitives = primitives_.data()};
    back.run(at_.nodes, down_to.nodes);
  }

 private:
  using kind = detail::node_kind;

  template <class E>
  static void enlarge(aligned_buffer<E>& buffer, std::size_t size, std::size_t used) {
    aligned_buffer<E> larger(size);
    for (std::size_t i = 0; i < used && i < buffer.size(); ++i) larger[i] = buffer[i];
    buffer = std::move(larger);
  }

  [[gnu::noinline, gnu::cold]] void make_room(std::size_t nodes, std::size_t operands) {
    if (policy_ == when_full::fail)
      fail("tape", "node " + std::to_string(at_.nodes),
           nodes > 0 ? "room for one more node"
                     : "room for " + std::to_string(operands) + " more operands",
           "a full tape of " + std::to_string(capacity()) + " nodes, " +
               std::to_string(operand_capacity()) + " operands");
    reserve(nodes == 0 ? capacity() : 2 * capacity() + nodes,
            operands == 0 ? operand_capacity() : 2 * operand_capacity() + operands);
  }

  node push(kind rule, node a, node b) {
    if (at_.nodes == nodes_.size()) [[unlikely]]
      make_room(1, 0);
    std::size_t const y = at_.nodes++;
    nodes_[y] = {rule, a, b, 0};
    adjoints_[y] = T(0);
    return static_cast<node>(y);
  }

  std::size_t take_operands(std::size_t count) {
    if (at_.operands + count > links_.size()) [[unlikely]]
      make_room(0, count);
    return std::exchange(at_.operands, at_.operands + count);
  }

  when_full policy_;
  position at_;
  aligned_buffer<detail::node_record> nodes_;
  aligned_buffer<T> adjoints_;
  aligned_buffer<T> slopes_;  // at most two a node
  aligned_buffer<node> links_;
  aligned_buffer<T> saved_;
  aligned_buffer<T> passed_;
  aligned_buffer<detail::primitive_record<T>> primitives_;
};

}  // namespace halo::autodiff

#include <halo/macros_back.hpp>
