// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <halo/core/bit_cast.hpp>
#include <halo/core/error.hpp>
#include <halo/kernel/conv2d_int8.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/simd/reduce.hpp>

namespace halo::nn {

namespace detail {

/// What is convolved: linear has one pixel.
template <class L, class X>
[[nodiscard]] consteval kernel::conv2d_geometry geometry_of() {
  constexpr bool convolves = requires { L::template geometry<X>.group_in(); };
  constexpr bool multiplies = std::string_view(L::kind) == "linear";
  static_assert(convolves || multiplies,
                "halo: integer: linear, conv1d and conv2d have kernels on bytes; leave others out "
                "of quantised");
  if constexpr (convolves)
    return L::template geometry<X>;
  else
    return {{}, {}, X::size, L::template output<X>::size};
}

}  // namespace detail

/// What becomes of a quantised layer when it has learned: it keeps its weights as one byte each and
/// multiplies bytes, inference only.
///
/// Sums of products are exact integers, so that an output differs from the fake-quantised layer's,
/// which adds floats, by at most (depth + 3) 2⁻²⁴ (Σ|x̂ ŵ| + |b|) [Higham 2002, sec. 3.1]. Where
/// such a difference puts a number to the other side of the middle between two steps, the next
/// layer's input differs by one step there. The integers know no NaN: one counts as 0.
///
/// Its one tensor lies in the parameters' buffer: the range of inputs, per output scale, bias,
/// offset and, for weights of 8 asymmetric bits, center; then the bytes.
template <class Q>
struct integer;

/// What a quantised layer becomes.
template <class L, quantisation O>
struct integer<quantised<L, O>> : detail::input_of_layer<L> {
  static_assert(O.input_ranges == ranges::moving,
                "halo: integer: integers need a range that stays; quantise with ranges::moving");
  static constexpr char const* kind = [] {
    return std::string_view(L::kind) == "linear"   ? "int8 linear"
           : std::string_view(L::kind) == "conv1d" ? "int8 conv1d"
                                                   : "int8 conv2d";
  }();
  template <class X>
  static constexpr kernel::conv2d_geometry geometry = detail::geometry_of<L, X>();
  /// Whether weights, 0 at 0, fit signed bytes only when they are moved.
  static constexpr bool centered = O.weight_bits == 8 && O.weight_grid == grid::asymmetric;

  /// Of its matrix of bytes, in whole panels.
  template <class X>
  static constexpr std::size_t columns = kernel::conv2d_int8_columns(geometry<X>);
  /// Floats beside the bytes: the range, and what each column needs.
  template <class X>
  static constexpr std::size_t numbers = 2 + (centered ? 4 : 3) * columns<X>;
  template <class X>
  static constexpr bool accepts = [] {
    if constexpr (quantised<L, O>::template accepts<X>) {
      static_assert(kernel::conv2d_int8_depth(geometry<X>) <= kernel::byte_panels::most_depth,
                    "halo: integer: at most 33025 inputs an output, that their sum fits 32 bits");
      return true;
    }
    return false;
  }();
  template <class X>
  using output = typename L::template output<X>;
  template <class X>
  static constexpr std::array<tensor_spec, 1> tensors{
      tensor_spec{"integers",
                  {numbers<X> + kernel::conv2d_int8_weights(geometry<X>) / sizeof(float), 0, 0, 0},
                  1,
                  parameter_role::weight}};
  template <class X>
  static constexpr void describe_layers(auto&& f) {
    quantised<L, O>::template describe_layers<X>(f);
  }
  template <class X>
  static constexpr std::size_t memory = 0;
  template <class X>
  static constexpr std::size_t fixed_scratch =
      (kernel::conv2d_int8_scratch(geometry<X>) + sizeof(float) - 1) / sizeof(float);
  template <class X>
  static constexpr std::size_t operations = L::template operations<X>;
  static constexpr bool elementwise = false;
  static constexpr bool needs_input = false;
  static constexpr bool needs_output = false;

  template <class X>
  static void forward(pass const& p, float const* theta, float const* x, float* y, float*,
                      float* scratch_place = nullptr) noexcept {
    constexpr std::size_t n = columns<X>;
    float const* const scale = theta + 2;
    kernel::conv2d_int8(p.rows, geometry<X>, grid_of({theta[0], theta[1]}), x,
                        reinterpret_cast<std::uint8_t const*>(theta + numbers<X>),
                        {scale, scale + n, scale + 2 * n, centered ? scale + 3 * n : nullptr}, y,
                        reinterpret_cast<std::uint8_t*>(scratch_place));
  }
  template <class X, class P>
  static simd::scalar_of<P> backward(pass const&, backward_arguments<P> const&) noexcept {
    static_assert(sizeof(X) == 0, "halo: integer: bytes do not learn; adapt the quantised network");
  }

  /// The tensor of parameters and moving range of the quantised layer.
  /// @throws halo::error for a range that is empty or infinite
  template <class X>
  static void convert(std::string const& name, float const* theta, float const* range, float* to) {
    using V = simd::batch<float, simd::scalar>;
    constexpr auto g = geometry<X>;
    constexpr std::size_t depth = kernel::conv2d_int8_depth(g), n = columns<X>;
    constexpr std::size_t wide = kernel::byte_panels::padded(g.group_out());
    if (!(range[0] < range[1]) || !std::isfinite(range[0]) || !std::isfinite(range[1]))
      fail("integer", name + ": quantisation range of the inputs", "low < high, both finite",
           std::to_string(range[0]) + " to " + std::to_string(range[1]) +
               (range[0] == 0 && range[1] == 0
                    ? "; no step in which the layer learned, and no estimate_statistics, "
                      "met inputs other than 0"
                    : ""));
    if (!simd::all_finite(parameter_count<L, X>(), theta))
      fail("integer", name + ": quantisation range of the weights", "finite numbers",
           "NaN or infinity");
    auto* const bytes = reinterpret_cast<std::uint8_t*>(to + numbers<X>);
    std::fill_n(to, tensors<X>[0].count(), 0.0F);
    std::copy_n(range, 2, to);
    kernel::quantiser<V> const inputs{V(range[0]), V(range[1]), O.input_bits, O.input_grid};
    auto const lowest = static_cast<std::int32_t>(inputs.lowest.native);
    for (std::size_t j = 0; j < g.out; ++j) {
      bool const alone = O.weight_ranges == per::channel;
      kernel::value_range<float> r{0, 0};
      for (std::size_t i = alone ? j : 0; i < g.weights(); i += alone ? g.out : 1)
        r = {std::min(r.low, theta[i]), std::max(r.high, theta[i])};
      kernel::quantiser<V> const q(V(r.low), V(r.high), O.weight_bits, O.weight_grid);
      std::int32_t const center = centered ? static_cast<std::int32_t>(q.lowest.native) + 128 : 0;
      std::size_t const group = j / g.group_out(), column = j % g.group_out();
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < depth; ++k) {
        auto const step = static_cast<std::int32_t>(q.steps(V(theta[k * g.out + j])).native);
        sum += step;
        bytes[group * kernel::byte_panels::size(depth, g.group_out()) +
              kernel::byte_panels::place(depth, k, column)] =
            static_cast<std::uint8_t>(step - center);
      }
      float* const at = to + 2 + group * wide + column;
      at[0] = inputs.scale.native * q.scale.native;
      if constexpr ((tensors_of_layer<X>) == 2) at[n] = theta[g.weights() + j];
      at[2 * n] = core::bit_cast<float>(lowest * sum);
      if constexpr (centered) at[3 * n] = core::bit_cast<float>(center);
    }
  }

 private:
  template <class X>
  static constexpr std::size_t tensors_of_layer = L::template tensors<X>.size();

  static kernel::byte_grid grid_of(kernel::value_range<float> r) noexcept {
    using V = simd::batch<float, simd::scalar>;
    kernel::quantiser<V> const q(V(r.low), V(r.high), O.input_bits, O.input_grid);
    return {r, O.input_bits, O.input_grid,
            static_cast<std::uint8_t>(static_cast<std::int32_t>(-q.lowest.native))};
  }
};

}  // namespace halo::nn

#include <halo/macros_back.hpp>
