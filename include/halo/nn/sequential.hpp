// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <halo/nn/activation.hpp>
#include <halo/nn/block.hpp>
#include <halo/nn/describe.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/plan.hpp>

namespace halo::nn {

/// A network: layers one after the other, checked and laid out by the compiler.
///
///     using network = sequential<linear<128, 64>, relu, linear<64, 6>>;
///
/// A type without objects. Its parameters are one buffer described by `layout`; its activations one
/// arena of arena_size(capacity) elements. The first argument may be a shape<...> where the
/// first layer does not know its own input. Layers with parameters are numbered from 0 at the input
/// for layer_mask.
template <class... L>
struct sequential {
  static_assert(sizeof...(L) > 0, "halo: sequential: a network has at least one layer");
  static_assert(sizeof...(L) == 0,
                "halo: sequential: the first layer does not know its input; name it before the "
                "layer, sequential<shape<N>, ...>");
};

/// A network that is told its input's shape.
template <std::size_t... Extents, class... L>
struct sequential<shape<Extents...>, L...> {
 private:
  static_assert(sizeof...(L) > 0, "halo: sequential: a network has at least one layer");
  static_assert(shape<Extents...>::size > 0, "halo: sequential: an input has at least one element");
  using block = detail::block<0, shape<Extents...>, L...>;
  static constexpr detail::layer_sizes sizes = block::sizes;

  template <class P>
  static P output_in(pass const& p, P arena) noexcept {
    return arena + sizes.memory * p.capacity;
  }
  template <class P>
  static P scratch_in(pass const& p, P arena) noexcept {
    return arena + (sizes.memory + sizes.outputs) * p.capacity;
  }
  /// Elements that hold the room of the kernels: it lies at the end of the arena.
  [[nodiscard]] static constexpr std::size_t room_size(std::size_t capacity) noexcept {
    return sizes.room_floats(capacity);
  }
  template <class P>
  static pass with_room(pass p, P arena, std::size_t arena_size) noexcept {
    using T = simd::scalar_of<P>;
    if constexpr (sizes.room > 0) {
      std::size_t const room = room_size(p.capacity);
      T* end;
      if constexpr (std::is_pointer_v<P>)
        end = arena + arena_size;
      else
        end = arena.value + arena_size;
      p.room = std::as_writable_bytes(std::span<T>(end - room, room));
    }
    return p;
  }

 public:
  using input = shape<Extents...>;
  using output = typename block::output;
  static constexpr std::size_t inputs = input::size;
  static constexpr std::size_t outputs = output::size;
  static constexpr std::size_t parameters = sizes.parameters;
  static constexpr std::size_t layers = sizes.mask_layers;  ///< layers with parameters
  static_assert(layers <= layer_mask::capacity,
                "halo: sequential: at most 128 layers with parameters fit a layer_mask");

  /// What forward keeps and backward needs, in elements per example.
  static constexpr std::size_t memory_per_row = sizes.memory + sizes.outputs + sizes.scratch;

  /// Elements of the arena for mini-batches of up to capacity examples: quantised copies of weights
  /// and the room of the kernels do not grow with it.
  [[nodiscard]] static constexpr std::size_t arena_size(std::size_t capacity) noexcept {
    return memory_per_row * capacity + sizes.fixed_scratch + room_size(capacity);
  }

  /// The same where infer runs in place of forward: much less, nothing is kept for backward.
  static constexpr std::size_t inference_memory_per_row =
      block::lean.all.memory + sizes.outputs + block::lean.all.scratch;
  /// What an example's layer outputs take of infer_as_body's arena.
  static constexpr std::size_t body_memory_per_row =
      block::lean.all.memory + (block::lean.y < block::lean.all.memory ? 0 : sizes.outputs);
  [[nodiscard]] static constexpr std::size_t inference_arena_size(std::size_t capacity) noexcept {
    return inference_memory_per_row * capacity + sizes.fixed_scratch + room_size(capacity);
  }

  /// The parameter table; names are "<position>.<tensor>", in layers made of layers
  /// "<position>.<position>.<tensor>".
  struct layout {
    static constexpr std::size_t size = sizes.parameters;
    static constexpr std::size_t tensors = sizes.tensors;
    static constexpr std::size_t layers = sizes.mask_layers;
    static constexpr std::array<parameter_info, tensors> table = detail::make_table(block::tensors);
  };

  /// The same of running statistics. A mean has the role of a bias, a variance that of a gain, so
  /// that initialize makes them 0 and 1.
  struct statistics_layout {
    static constexpr std::size_t size = sizes.statistics;
    static constexpr std::size_t tensors = sizes.statistic_tensors;
    static constexpr std::size_t layers = sizes.mask_layers;
    static constexpr std::array<parameter_info, tensors> table =
        detail::make_table(block::statistics);
  };
  static constexpr std::size_t statistics = sizes.statistics;  ///< their number

  /// Multiply-adds of the forward pass per example.
  static constexpr std::size_t forward_operations = sizes.operations;

  /// Multiply-adds of forward and masked backward over rows examples: F + Σ_selected W_j +
  /// Σ_{j above the lowest selected} D_j; nothing for an empty mask [Li et al. 2020, sec. 3.2].
  [[nodiscard]] static constexpr std::size_t operations(layer_mask mask,
                                                        std::size_t rows) noexcept {
    if ((mask & layer_mask::all(layers)).empty()) return 0;
    return rows * (forward_operations + block::backward_operations(mask, false));
  }

  /// Calls f with the nn::layer_cost of each layer in a step on a mask; nothing runs, and none is
  /// told of, where no layer is selected.
  template <class F>
  static constexpr void each_cost(layer_mask mask, F&& f) {
    if ((mask & layer_mask::all(layers)).empty()) return;
    block::each_cost(mask, false, f);
  }

  /// Parameters that a mask selects.
  [[nodiscard]] static constexpr std::size_t selected_parameters(layer_mask mask) noexcept {
    std::size_t n = 0;
    for (parameter_info const& info : layout::table) n += mask[info.layer] ? info.count : 0;
    return n;
  }

  /// Layers with and without parameters, those that layers are made of included.
  static constexpr std::size_t all_layers = sizes.rows;
  /// How summary() tells layer i.
  [[nodiscard]] static constexpr layer_row layer(std::size_t i) noexcept { return block::rows[i]; }

  /// The network in constants (core/record.hpp): its input, then each layer under its position,
  /// with kind, output and whatever template arguments change what it computes.
  static constexpr void describe(auto&& f) {
    f.constant("input", detail::extents_text<input>.view());
    block::describe(f);
  }

  /// Runs the network on p.rows examples and returns where its output lies in the arena.
  ///
  /// @param theta  parameters, in the order of layout
  /// @param x      [rows, inputs]
  /// @param arena  arena_size(p.capacity) elements; backward reads it
  template <class P>
  static P forward(pass const& p, simd::const_of<P> theta, simd::const_of<P> x, P arena) noexcept {
    P const y = output_in(p, arena);
    block::template forward<P>(with_room(p, arena, arena_size(p.capacity)),
                               {theta, x, y, arena, scratch_in(p, arena)});
    return y;
  }

  /// Outputs as forward gives them, bit for bit, in an arena of inference_arena_size(p.capacity)
  /// elements; backward cannot follow.
  template <class P>
  static P infer(pass const& p, simd::const_of<P> theta, simd::const_of<P> x, P arena) noexcept {
    P const y = arena + block::lean.all.memory * p.capacity;
    block::template infer<P>(with_room(p, arena, inference_arena_size(p.capacity)),
                             {theta, x, y, arena, y + sizes.outputs * p.capacity});
    return y;
  }

  /// The same where the output, too, takes its turn among those of the layers, as it does where
  /// layers follow: in an arena that is as small as that of a network of which this is the body.
  template <class P>
  static P infer_as_body(pass const& p, simd::const_of<P> theta, simd::const_of<P> x,
                         P arena) noexcept {
    P const y = arena + block::lean.y * p.capacity;
    block::template infer<P>(with_room(p, arena, body_arena_size(p.capacity)),
                             {theta, x, y, arena, arena + body_memory_per_row * p.capacity});
    return y;
  }
  /// Elements of the arena that infer_as_body takes.
  [[nodiscard]] static constexpr std::size_t body_arena_size(std::size_t capacity) noexcept {
    return (body_memory_per_row + block::lean.all.scratch) * capacity + sizes.fixed_scratch +
           room_size(capacity);
  }

  /// Moves what forward left of rows kept[0] < kept[1] < ... to the front, for backward on them
  /// with source = kept; p is the forward pass, x is the caller's to gather.
  template <class T>
  static void keep_rows(pass const& p, std::uint32_t const* kept, std::size_t n,
                        T* arena) noexcept {
    block::keep_rows(p, kept, n, arena);
    detail::move_rows(outputs, kept, n, output_in(p, arena));
  }

  /// dL/dθ of the layers that learn, p.layers, after forward with the same pass, parameters, input
  /// and arena.
  ///
  /// The others get no weight gradient (their part of gradient is not touched),
  /// nothing below the lowest selected layer runs, and an empty mask runs nothing.
  /// @param dy  [rows, outputs] dL/d output
  /// @return a bound on the magnitude of the selected gradient, infinity if not known to be finite
  template <class P>
  static simd::scalar_of<P> backward(pass const& p, simd::const_of<P> theta, simd::const_of<P> x,
                                     P arena, simd::const_of<P> dy, P gradient) noexcept {
    if ((p.layers & layer_mask::all(layers)).empty()) return simd::scalar_of<P>(0);
    backward_arguments<P> a{};
    a.theta = theta;
    a.x = x;
    a.y = output_in(p, arena);
    a.memory = arena;
    a.dy = dy;
    a.gradient = gradient;
    a.scratch = scratch_in(p, arena);
    return block::template backward<P>(with_room(p, arena, arena_size(p.capacity)), a);
  }

  /// Moves running statistics of the layers that learn, p.layers, towards those of the mini-batch
  /// that forward saw; null: only looks.
  /// @return whether these are all finite
  template <class T>
  static bool observe(pass const& p, T const* arena, float* running) noexcept {
    return block::observe(p, arena, running);
  }
};

/// The first layer knows its input.
template <class First, class... Rest>
  requires requires { typename First::input; }
struct sequential<First, Rest...> : sequential<typename First::input, First, Rest...> {};

}  // namespace halo::nn
