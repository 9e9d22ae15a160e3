// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include <halo/kernel/activation.hpp>
#include <halo/nn/layer.hpp>

// What a layer may have and may leave out, found in this one place.

namespace halo::nn {

/// A layer as summary() tells it; one that is made of layers stands before them and counts only
/// what it adds.
struct layer_row {
  char const* kind = "";
  std::size_t outputs = 0, parameters = 0, operations = 0;  ///< of one example
  layer_path path{};                                        ///< where it stands
};

namespace detail {

template <class L, class X>
[[nodiscard]] consteval auto statistics_of() {
  if constexpr (requires { L::template statistics<X>; })
    return L::template statistics<X>;
  else
    return std::array<tensor_spec, 0>{};
}
template <class L, class X>
[[nodiscard]] consteval std::size_t scratch_of() {
  if constexpr (requires { L::template scratch<X>; }) return L::template scratch<X>;
  return 0;
}
template <class L, class X>
[[nodiscard]] consteval std::size_t fixed_scratch_of() {
  if constexpr (requires { L::template fixed_scratch<X>; }) return L::template fixed_scratch<X>;
  return 0;
}
template <class L, class X>
[[nodiscard]] consteval std::size_t room_of() {
  if constexpr (requires { L::template room<X>; }) return L::template room<X>;
  return 0;
}
template <class L, class X>
[[nodiscard]] consteval std::size_t room_of_few_of() {
  if constexpr (requires { L::template room_of_few<X>; }) return L::template room_of_few<X>;
  return room_of<L, X>();
}
template <class L>
[[nodiscard]] consteval bool is_transparent() {
  if constexpr (requires { L::transparent; }) return L::transparent;
  return false;
}
/// A layer that is made of layers.
template <class L, class X>
concept composite = requires { L::template rows<X>; };
/// A layer that needs places of its own on the way there already.
template <class L, class X>
concept scratching = requires(pass const& p, float const* in, float* out) {
  L::template forward<X>(p, in, in, out, out, out);
};
/// A layer that can apply the elementwise layer E behind it to its own output.
template <class L, class X, class E>
concept activating =
    requires { typename E::function; } &&
    ((L::template memory<X> > 0 && requires(pass const& p, float const* c, float* d) {
       L::template forward_activated<X>(p, c, c, d, d, typename E::function{});
     }) || (L::template memory<X> == 0 && requires(pass const& p, float const* c, float* d) {
       L::template forward_activated<X>(p, c, c, d, typename E::function{});
     }));
/// And does the same on the way back, from its own input.
template <class L, class X, class E>
concept activating_back =
    activating<L, X, E> && requires(pass const& p, backward_arguments<float*> const& a) {
      L::template backward_activated<X>(p, a, typename E::function{});
    };

struct relu_behind {
  using function = kernel::relu;
};

/// Whether both passes can be called on P: float*, double*, planes of duals.
template <class L, class X, class P>
concept runs_forward = requires(pass const& p, simd::const_of<P> in, P out) {
  L::template forward<X>(p, in, in, out, out);
} || requires(pass const& p, simd::const_of<P> in, P out) {
  L::template forward<X>(p, in, in, out, out, out);
};
template <class L, class X, class P>
concept runs_backward =
    requires(pass const& p, backward_arguments<P> const& a) { L::template backward<X>(p, a); };
/// Whether what forward left of some rows can be brought together.
template <class L, class X>
concept keeps_rows = requires(std::size_t n, std::uint32_t const* kept, float* memory) {
  L::template keep_rows<X>(n, kept, n, memory);
} || requires(pass const& p, std::size_t n, std::uint32_t const* kept, float* memory) {
  L::template keep_rows<X>(p, kept, n, memory);
};

/// Lines of a summary.
template <class L, class X>
[[nodiscard]] consteval auto rows_of() {
  if constexpr (composite<L, X>) {
    return L::template rows<X>;
  } else {
    return std::array{layer_row{L::kind, L::template output<X>::size, parameter_count<L, X>(),
                                L::template operations<X>}};
  }
}

}  // namespace detail
}  // namespace halo::nn
