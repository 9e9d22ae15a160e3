// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <halo/kernel/sum.hpp>
#include <halo/nn/block.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/layer.hpp>

namespace halo::nn::detail {

/// One list behind the other; the layers of the second are numbered on from `before`.
template <class T, std::size_t N, std::size_t M>
[[nodiscard]] consteval auto joined(std::array<T, N> const& one, std::array<T, M> const& two,
                                    [[maybe_unused]] std::size_t before = 0) {
  std::array<T, N + M> all{};
  std::size_t at = 0;
  for (T const& entry : one) all[at++] = entry;
  for (T entry : two) {
    if constexpr (requires { entry.layer; }) entry.layer += before;
    all[at++] = entry;
  }
  return all;
}

/// The pass that the layers of a composite one are told of: their lines stand below its own.
[[nodiscard]] inline pass inside(pass p, std::size_t rows_before = 0) noexcept {
  p.index += 1 + rows_before;
  return p;
}

/// A layer that is a chain of layers. Where backward reads the chain's output it keeps a copy, so
/// that what is behind it may lie on top of it.
template <class Self, class... L>
struct composite_of {
  template <class X>
  using inner = block<0, X, L...>;
  template <class X>
  static constexpr bool accepts = X::size > 0 && inner<X>::output::size > 0;
  template <class X>
  using output = typename inner<X>::output;
  template <class X>
  static constexpr std::array<tensor_spec, inner<X>::sizes.tensors> tensors = inner<X>::tensors;
  template <class X>
  static constexpr std::array<tensor_spec, inner<X>::sizes.statistic_tensors> statistics =
      inner<X>::statistics;
  template <class X>
  static constexpr std::array<layer_row, 1 + inner<X>::sizes.rows> rows =
      joined(std::array{layer_row{Self::kind, output<X>::size}}, inner<X>::rows);
  template <class X>
  static constexpr void describe_layers(auto&& f) {
    inner<X>::describe(f);
  }
  template <class X>
  static constexpr bool keeps_output = inner<X>::sizes.needs_output;
  template <class X>
  static constexpr std::size_t memory =
      inner<X>::sizes.memory + (keeps_output<X> ? output<X>::size : 0);
  template <class X>
  static constexpr std::size_t scratch = inner<X>::sizes.scratch;
  template <class X>
  static constexpr std::size_t fixed_scratch = inner<X>::sizes.fixed_scratch;
  template <class X>
  static constexpr std::size_t room = inner<X>::sizes.room;
  template <class X>
  static constexpr std::size_t room_of_few = inner<X>::sizes.room_of_few;
  template <class X>
  static constexpr std::size_t operations = inner<X>::sizes.operations;
  static constexpr bool elementwise = false;
  static constexpr bool needs_input = true;
  static constexpr bool needs_output = false;

  /// Tells f of the copy of the output and of each layer.
  template <class X, class F>
  static constexpr void each_cost(layer_mask mask, bool below, F&& f) {
    pass_costs own;
    if constexpr (keeps_output<X>) own.forward.each = {0, 0, output<X>::size, output<X>::size};
    f(layer_cost{.kind = Self::kind, .passes = own});
    inner<X>::each_cost(mask, below, f);
  }

  template <class X, class C, class P>
  static void forward(pass const& p, C theta, C x, P y, P memory, P scratch_place = {}) noexcept {
    P const out = keeps_output<X> ? copy_of<X>(p, memory) : y;
    inner<X>::template forward<P>(inside(p), {theta, x, out, memory, scratch_place});
    if constexpr (keeps_output<X>) kernel::copy(p.rows * output<X>::size, C(out), y);
  }
  template <class X, class P>
  static simd::scalar_of<P> backward(pass const& p, backward_arguments<P> a) noexcept {
    if constexpr (keeps_output<X>) a.y = copy_of<X>(p, a.memory);
    return inner<X>::template backward<P>(inside(p), a);
  }
  template <class X, class T>
  static void keep_rows(pass const& p, std::uint32_t const* kept, std::size_t n,
                        T* memory) noexcept {
    inner<X>::keep_rows(p, kept, n, memory);
    if constexpr (keeps_output<X>) move_rows(output<X>::size, kept, n, copy_of<X>(p, memory));
  }
  template <class X, class T>
  static bool observe(pass const& p, T const* memory, float* running) noexcept {
    return inner<X>::observe(p, memory, running);
  }

 private:
  template <class X, class P>
  static P copy_of(pass const& p, P memory) noexcept {
    return memory + inner<X>::sizes.memory * p.capacity;
  }
};

/// No layers at all.
template <class X>
struct empty_block {
  using output = X;
  static constexpr layer_sizes sizes{};
  static constexpr std::array<tensor_spec, 0> tensors{};
  static constexpr std::array<tensor_spec, 0> statistics{};
  static constexpr std::array<layer_row, 0> rows{};
  static constexpr void describe(auto&&) noexcept {}
};

}  // namespace halo::nn::detail
