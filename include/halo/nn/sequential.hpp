// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <type_traits>

#include <halo/nn/activation.hpp>
#include <halo/nn/chain.hpp>
#include <halo/nn/layer.hpp>

namespace halo::nn {

/// A network: layers one after the other, checked and laid out by the compiler.
///
///     using network = sequential<linear<128, 64>, relu, linear<64, 6>>;
///
/// A type without objects. Its parameters are one buffer described by `layout`; its activations one
/// arena of memory_per_row · capacity elements. The first argument may be a shape<...> where the
/// first layer does not know its own input. Layers with parameters are numbered from 0 at the input
/// for layer_mask.
template <class... L>
struct sequential {
  static_assert(sizeof...(L) > 0, "halo: sequential: a network has at least one layer");
  static_assert(sizeof...(L) == 0,
                "halo: sequential: the first layer does not know its input; name it before the "
                "layer, sequential<shape<N>, ...>");
};

template <std::size_t... Extents, class... L>
struct sequential<shape<Extents...>, L...> {
 private:
  static constexpr std::size_t count = sizeof...(L);
  static_assert(count > 0, "halo: sequential: a network has at least one layer");
  using shapes = typename detail::chain<0, shape<Extents...>, L...>::shapes;
  template <std::size_t I>
  using layer_at = std::tuple_element_t<I, std::tuple<L...>>;
  template <std::size_t I>
  using shape_at = std::tuple_element_t<I, shapes>;

  static constexpr detail::plan<count> plan = []<std::size_t... I>(std::index_sequence<I...>) {
    return detail::make_plan<count>({detail::sizes_of<layer_at<I>, shape_at<I>>()...});
  }
  (std::make_index_sequence<count>());

 public:
  using input = shape<Extents...>;
  using output = shape_at<count>;
  static constexpr std::size_t inputs = input::size;
  static constexpr std::size_t outputs = output::size;
  static constexpr std::size_t depth = count;
  static constexpr std::size_t parameters = plan.parameters;
  static constexpr std::size_t layers = plan.owners;  ///< layers with parameters
  static_assert(layers <= layer_mask::capacity,
                "halo: sequential: at most 64 layers with parameters fit a layer_mask");

  /// What forward keeps and backward needs, in elements per example.
  static constexpr std::size_t memory_per_row = plan.arena;

  /// The parameter table; names are "<position>.<tensor>".
  struct layout {
    static constexpr std::size_t size = plan.parameters;
    static constexpr std::size_t tensors = plan.tensors;
    static constexpr std::size_t layers = plan.owners;
    static constexpr std::array<parameter_info, tensors> table =
        []<std::size_t... I>(std::index_sequence<I...>) {
      std::array<parameter_info, tensors> t{};
      std::size_t at = 0;
      (detail::describe<layer_at<I>, shape_at<I>>(t, at, I, plan.parameter[I], plan.owner[I]), ...);
      return t;
    }
    (std::make_index_sequence<count>());
  };

  /// Multiply-adds of the forward pass per example.
  static constexpr std::size_t forward_operations = [] {
    std::size_t n = 0;
    for (auto const& l : plan.layers) n += l.operations;
    return n;
  }();

  /// Multiply-adds of forward and masked backward over rows examples: F + Σ_selected W_j +
  /// Σ_{j above the lowest selected} D_j; nothing for an empty mask [Li et al. 2020, sec. 3.2].
  [[nodiscard]] static constexpr std::size_t operations(layer_mask mask,
                                                        std::size_t rows) noexcept {
    std::size_t const lowest = (mask & layer_mask::all(layers)).lowest();
    if (lowest >= layers) return 0;
    std::size_t n = forward_operations;
    bool above = false;
    for (std::size_t i = 0; i < count; ++i) {
      if (above) n += plan.layers[i].operations;
      if (plan.owner[i] == detail::plan<count>::none) continue;
      if (mask[plan.owner[i]]) n += plan.layers[i].operations;
      above = above || plan.owner[i] == lowest;
    }
    return n * rows;
  }

  /// Parameters that a mask selects.
  [[nodiscard]] static constexpr std::size_t selected_parameters(layer_mask mask) noexcept {
    std::size_t n = 0;
    for (parameter_info const& info : layout::table) n += mask[info.layer] ? info.count : 0;
    return n;
  }

  [[nodiscard]] static constexpr detail::layer_sizes layer(std::size_t i) noexcept {
    return plan.layers[i];
  }

  /// Runs the network on p.rows examples and returns where its output lies in the arena.
  ///
  /// @param theta  parameters, in the order of layout
  /// @param x      [rows, inputs]
  /// @param arena  memory_per_row · p.capacity elements; backward reads it
  template <class P>
  static P forward(pass const& p, simd::const_of<P> theta, simd::const_of<P> x, P arena) noexcept {
    run<0>(p, theta, x, arena);
    return arena + plan.output[count - 1] * p.capacity;
  }

  /// Moves what forward left of rows kept[0] < kept[1] < ... to the front, for backward on them
  /// with source = kept; p is the forward pass, x is the caller's to gather.
  template <class T>
  static void keep_rows(pass const& p, std::uint32_t const* kept, std::size_t n,
                        T* arena) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (keep<I>(p, kept, n, arena), ...); }
    (std::make_index_sequence<depth>());
  }

  /// dL/dθ of the selected layers, after forward with the same pass, parameters, input and arena.
  ///
  /// Layers the mask leaves out get no weight gradient (their part of gradient is not touched),
  /// nothing below the lowest selected layer runs, and an empty mask runs nothing.
  /// @param dy  [rows, outputs] dL/d output; overwritten
  /// @return a bound on the magnitude of the selected gradient, infinity if not known to be finite
  template <class P>
  static simd::scalar_of<P> backward(pass const& p, simd::const_of<P> theta, simd::const_of<P> x,
                                     P arena, P dy, P gradient,
                                     layer_mask mask = layer_mask::all()) noexcept {
    std::size_t const lowest = (mask & layer_mask::all(layers)).lowest();
    simd::scalar_of<P> bound(0);
    if (lowest < layers) {
      run_back<count - 1>(p, theta, x, arena, dy, gradient, mask, lowest, bound);
    }
    return bound;
  }

 private:
  template <std::size_t I, class T>
  static void keep(pass const& p, std::uint32_t const* kept, std::size_t rows, T* arena) noexcept {
    constexpr std::size_t width = plan.layers[I].outputs;
    T* const out = arena + plan.output[I] * p.capacity;
    for (std::size_t i = 0; !plan.in_place[I] && i < rows; ++i) {
      if (kept[i] != i) std::copy_n(out + kept[i] * width, width, out + i * width);
    }
    if constexpr (plan.layers[I].memory > 0) {
      layer_at<I>::template keep_rows<shape_at<I>>(p.rows, kept, rows,
                                                   arena + plan.memory[I] * p.capacity);
    }
  }

  /// x of layer I: the data for the first, else the output of the layer before.
  template <std::size_t I, class P>
  static simd::const_of<P> input_of(pass const& p, simd::const_of<P> x, P arena) noexcept {
    if constexpr (I == 0)
      return x;
    else
      return arena + plan.output[I - 1] * p.capacity;
  }

  /// A layer that can apply the elementwise layer behind it to its own output at once.
  template <std::size_t I>
  static constexpr bool fused = [] {
    if constexpr (I + 1 < count) {
      return plan.in_place[I + 1] && requires { typename layer_at<I + 1>::function; }
      &&requires(pass const& p, float* d) {
        layer_at<I>::template forward_activated<shape_at<I>>(p, static_cast<float const*>(d),
                                                             static_cast<float const*>(d), d,
                                                             typename layer_at<I + 1>::function{});
      };
    }
    return false;
  }();

  template <std::size_t I, class P>
  static void run(pass p, simd::const_of<P> theta, simd::const_of<P> x, P arena) noexcept {
    if constexpr (I < count) {
      using X = shape_at<I>;
      p.index = I;
      auto const own = theta + plan.parameter[I];
      auto const in = input_of<I>(p, x, arena);
      P const out = arena + plan.output[I] * p.capacity;
      if constexpr (fused<I>) {
        layer_at<I>::template forward_activated<X>(p, own, in, out,
                                                   typename layer_at<I + 1>::function{});
        run<I + 2>(p, theta, x, arena);
      } else {
        layer_at<I>::template forward<X>(p, own, in, out, arena + plan.memory[I] * p.capacity);
        run<I + 1>(p, theta, x, arena);
      }
    }
  }

  template <std::size_t I, class P>
  static void run_back(pass p, simd::const_of<P> theta, simd::const_of<P> x, P arena, P dy,
                       P gradient, layer_mask mask, std::size_t lowest,
                       simd::scalar_of<P>& bound) noexcept {
    constexpr bool owns = plan.owner[I] != detail::plan<count>::none;
    constexpr std::size_t owner = owns ? plan.owner[I] : 0;
    bool const last = owns && owner == lowest;  // nothing below wants a gradient
    P dx{};
    if (!last) {
      dx = layer_at<I>::elementwise ? dy : arena + plan.delta[plan.turn[I]] * p.capacity;
    }
    p.index = I;
    backward_arguments<P> const a{
        .theta = theta + plan.parameter[I],
        .x = input_of<I>(p, x, arena),
        .y = simd::const_of<P>(arena + plan.output[I] * p.capacity),
        .memory = simd::const_of<P>(arena + plan.memory[I] * p.capacity),
        .dy = dy,
        .dx = dx,
        .gradient = owns && mask[owner] ? gradient + plan.parameter[I] : P{}};
    using here = layer_at<I>;
    using X = shape_at<I>;
    if constexpr (std::is_void_v<decltype(here::template backward<X>(p, a))>) {
      here::template backward<X>(p, a);
      if (a.gradient) bound = std::numeric_limits<simd::scalar_of<P>>::infinity();
    } else {
      auto const own = here::template backward<X>(p, a);
      if (own > bound || own != own) bound = own;  // NaN wins and stays
    }
    if constexpr (I > 0) {
      if (!last) run_back<I - 1>(p, theta, x, arena, dx, gradient, mask, lowest, bound);
    }
  }
};

/// The first layer knows its input.
template <class First, class... Rest>
requires requires { typename First::input; }
struct sequential<First, Rest...> : sequential<typename First::input, First, Rest...> {};

}  // namespace halo::nn
