// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <halo/kernel/activation.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/layer_traits.hpp>
#include <halo/nn/plan.hpp>
#include <halo/simd/arch.hpp>

// Where everything of a backward pass lies after which the gradient may be asked for in parts.

namespace halo::nn::detail {

/// Whether L hands out parts of its gradient (gradient_parts.hpp).
template <class L, class X>
concept hands_out = !L::elementwise && requires(pass const& p, backward_arguments<float*> const& a,
                                                std::size_t n, float* to) {
  { L::template gradient_bound<X>(p, a) } -> std::same_as<float>;
  L::template gradient_part<X>(p, a, n, n, n, to);
};

/// Whether backward of L is through with x when it begins with dx, which may lie on top of it.
template <class L>
[[nodiscard]] consteval bool writes_dx_last() {
  if constexpr (requires { L::dx_on_x; }) return L::dx_on_x;
  return false;
}

/// Whether the slope of L is 0 or 1, by the sign of its output.
template <class L>
[[nodiscard]] consteval bool is_relu() {
  if constexpr (requires { typename L::function; })
    return std::is_same_v<typename L::function, kernel::relu>;
  return false;
}

/// A block's plan for gradients in parts. Layers that hand out parts keep their dy; of others the
/// whole gradient is kept, in a place of its own.
template <std::size_t N>
struct parts_plan {
  plan<N> places{};
  std::array<bool, N> out{};          ///< whether the layer hands out parts
  std::array<bool, N> on_x{};         ///< whether its dx lies on top of its x
  std::array<bool, N> by_sign{};      ///< and is to be known by the signs of x, which go first
  std::array<std::size_t, N> kept{};  ///< place of its gradient, where it is kept
  std::size_t kept_size = 0;          ///< floats of all of these
  std::size_t signs = 0;              ///< most signs an example
  bool again = false;                 ///< whether forward runs again for what lay under a dx
};

/// What a plan for parts wants to know of a layer besides its sizes.
struct parts_traits {
  bool out, dx_on_x, relu;
};

/// @param recomputes  dx may lie on top of x, which is computed again
template <std::size_t N>
[[nodiscard]] consteval parts_plan<N> make_parts_plan(plan<N> const& full,
                                                      std::array<parts_traits, N> const& of,
                                                      bool recomputes) {
  parts_plan<N> r;
  plan<N>& p = r.places = full;
  for (std::size_t i = 0; i < N; ++i) {
    r.out[i] = p.layers[i].parameters > 0 && of[i].out;
    r.kept[i] = r.kept_size;
    if (!r.out[i]) r.kept_size += p.layers[i].parameters;
  }
  std::size_t width = 0, used = 0, turn = 1;
  std::array<bool, N> own{};  // a dx that stays
  for (std::size_t i = N; i-- > 1;) {
    std::size_t base = i - 1;  // whose output it is that layer i reads
    bool by_sign = false, simple = true;
    for (; base > 0 && p.layers[base].elementwise; --base) {
      by_sign = by_sign || of[base].relu;
      simple = simple && p.in_place[base] && (of[base].relu || p.layers[base].transparent);
    }
    if (p.layers[i].elementwise && i + 1 < N) {
      r.on_x[i] = r.on_x[i + 1];
      own[i] = own[i + 1];
      continue;
    }
    own[i] = r.out[base];
    r.on_x[i] = recomputes && of[i].dx_on_x && simple && !own[i] && !p.in_y[i - 1];
    if (r.on_x[i]) {
      r.again = true;
      r.by_sign[i] = by_sign;
      if (by_sign) r.signs = std::max(r.signs, p.layers[i].inputs);
    } else if (!own[i]) {
      width = std::max(width, p.layers[i].inputs);
    }
  }
  std::size_t turns = 0;
  for (std::size_t i = N; i-- > 1;) {
    if (r.on_x[i]) {
      p.delta[i] = p.output[i - 1];
    } else if (p.layers[i].elementwise && i + 1 < N) {
      p.delta[i] = p.delta[i + 1];
    } else if (own[i]) {
      p.delta[i] = used;
      used += p.layers[i].inputs;
    } else {
      turn = 1 - turn;
      p.delta[i] = turn;  // until it is known where these two lie
      turns = std::max(turns, turn + 1);
    }
  }
  for (std::size_t i = N; i-- > 1;) {
    if (r.on_x[i] || own[i]) continue;
    p.delta[i] = p.layers[i].elementwise && i + 1 < N ? p.delta[i + 1] : used + p.delta[i] * width;
  }
  p.inner = used + turns * width;
  p.all.scratch = p.inner;
  for (layer_sizes const& l : p.layers)
    p.all.scratch = std::max(p.all.scratch, p.inner + l.scratch);
  return r;
}

/// bits[i / 32] ← whether x[i] > 0, or is not a number.
template <class Arch = simd::default_arch>
[[gnu::noinline]] void take_signs(std::size_t n, float const* x, std::uint32_t* bits) noexcept {
  for (std::size_t i = 0; i < n; i += 32) {
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < std::min<std::size_t>(n - i, 32); ++k)
      word |= (x[i + k] <= 0 ? 0U : 1U) << k;
    bits[i / 32] = word;
  }
}
/// dx ← the slopes of relu at what the signs were taken of, times dx.
template <class Arch = simd::default_arch>
[[gnu::noinline]] void slope_by_signs(std::size_t n, std::uint32_t const* bits,
                                      float* dx) noexcept {
  for (std::size_t i = 0; i < n; ++i) dx[i] *= static_cast<float>(bits[i / 32] >> (i % 32) & 1U);
}

}  // namespace halo::nn::detail

#include <halo/macros_back.hpp>
