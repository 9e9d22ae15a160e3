// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include <halo/core/layer_mask.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/core/random.hpp>
#include <halo/core/shape.hpp>
#include <halo/kernel/room.hpp>
#include <halo/simd/pointer.hpp>

namespace halo::nn {

/// What batch_norm normalises by: running statistics, or those of the mini-batch at hand.
enum class normalization : unsigned char { running, batch };

/// What every layer of a pass is told.
struct pass {
  std::size_t rows = 0;      ///< examples in this mini-batch
  std::size_t capacity = 0;  ///< examples the workspace was made for, >= rows
  bool training = false;     ///< dropout acts only then
  seed noise{};              ///< seed of this network's dropout
  std::uint64_t step = 0;    ///< which step this is: dropout draws a new pattern for each
  std::size_t index = 0;     ///< number of the layer in its network, set by the network
  std::uint32_t const* source = nullptr;  ///< backward of some rows of a forward pass: which rows
                                          ///< of it these were, ascending; null: the same
  layer_mask layers = layer_mask::all();  ///< which layers with parameters are to learn: of a
                                          ///< layer itself whether it is, of a composite its own
  float const* statistics = nullptr;      ///< running statistics; null: there are none
  normalization normalize_by =
      normalization::running;  ///< for layers that do not learn, outside of training all
  double share = 0;            ///< of this mini-batch in running statistics; 0: as a layer says
  /// How means and variances join those of passes before, of which this is a share, where they are
  /// to be those of all together: not by a share of each, which would count none of what lies
  /// between the passes. Null: by the share.
  void (*join)(double share, std::size_t places, float mean, float variance, float& of_mean,
               float& of_variance) noexcept = nullptr;
  kernel::room room{};  ///< of the layers' kernels, L::room bytes, set by the network

  /// Whether a layer normalises by its running statistics.
  [[nodiscard]] constexpr bool by_running() const noexcept {
    return statistics != nullptr && normalize_by == normalization::running &&
           (!training || layers.empty());
  }
};

/// Where a layer stands: its position in the network, then its position in that layer, ...
struct layer_path {
  std::array<std::uint16_t, 5> at{};  ///< positions, outermost first
  std::size_t depth = 0;              ///< how many of them count

  /// The path of something that stands at `position` of what this path leads to.
  [[nodiscard]] constexpr layer_path below(std::size_t position) const noexcept {
    HALO_EXPECTS(depth < at.size(), "layer_path: layers stand in layers at most five deep");
    layer_path p{{static_cast<std::uint16_t>(position)}, depth + 1};
    for (std::size_t i = 0; i < depth; ++i) p.at[i + 1] = at[i];
    return p;
  }
};

/// A parameter tensor as a layer declares it.
struct tensor_spec {
  char const* name;
  /// Row-major; those behind rank are 0.
  std::array<std::size_t, parameter_info::max_rank> extents;
  std::size_t rank;            ///< axes, at most 4
  parameter_role role;         ///< how it starts, and whether weight decay takes hold
  start_rule start = nullptr;  ///< how its numbers start; null: as nn::initialize says for its role
  std::size_t layer = 0;       ///< which of the layers that a composite layer is made of
  layer_path path{};           ///< and where that one stands

  /// Numbers of the tensor.
  [[nodiscard]] constexpr std::size_t count() const noexcept {
    std::size_t n = 1;
    for (std::size_t i = 0; i < rank; ++i) n *= extents[i];
    return n;
  }
};

/// What a backward pass of one layer reads and writes. x, y, memory are those of the forward pass.
template <class P>
struct backward_arguments {
  simd::const_of<P> theta;   ///< the layer's parameters
  simd::const_of<P> x;       ///< [rows, inputs], only if the layer needs_input
  simd::const_of<P> y;       ///< [rows, outputs], only if the layer needs_output
  simd::const_of<P> memory;  ///< what forward left
  simd::const_of<P> dy;      ///< [rows, outputs] dL/dy
  P dx;                      ///< [rows, inputs] dL/dx, to be written; null where nobody asks; of an
                             ///< elementwise layer on top of dy
  P gradient;                ///< dL/dθ, to be written; null where the mask leaves the layer out
  P scratch{};  ///< L::scratch elements per example of the capacity, then L::fixed_scratch
};

/// A layer: a type with static functions only, that accepts examples of shape X.
///
/// L::accepts<X>           whether X fits
/// L::output<X>            shape of an output example
/// L::tensors<X>           std::array of tensor_spec, its parameters: each with a role, weight (is
///                         drawn), bias (starts at 0) or gain (at 1), or a rule of its own by which
///                         it starts
/// L::memory<X>            elements per example that forward leaves for backward beside x and y
/// L::operations<X>        multiply-adds of the forward pass per example (weight gradient and input
///                         gradient of a layer with parameters cost the same each)
/// L::elementwise          y may lie on top of x, dx on top of dy
/// L::transparent          optional: elementwise, and y is x
/// L::needs_input, L::needs_output   what backward reads besides θ
/// L::kind                 a word for summary()
/// L::describe(f)          f.constant("stride", Stride) for each template argument: what tells it
///                         from another of its kind and output; optional for types without any
/// L::forward<X>(pass, theta, x, y, memory)
/// L::backward<X>(pass, backward_arguments)
///                         may return a bound on the magnitude of the gradient it wrote; a layer
///                         with parameters that returns nothing leaves it unknown
///
/// Where there is memory and backward on some rows of a forward pass is wanted:
/// L::keep_rows<X>(rows, kept, count, memory)   memory as if forward had run on the rows kept[0] <
///                         kept[1] < ... alone
///
/// Where backward needs places of its own, or forward, which takes them as its last argument:
/// L::scratch<X>           their number per example, shared by all layers: backward_arguments
/// L::fixed_scratch<X>     their number whatever the examples are, behind scratch · capacity
///
/// Where the passes take something else than its sizes say (nn/cost.hpp):
/// L::costs<X>             as pass_costs
/// L::product<X>           the convolution or product in it, as layer_product
///
/// Where its kernels want room (kernel/room.hpp), which they find in the pass:
/// L::room<X>              its bytes, as one of kernel's functions says
/// L::room_of_few<X>       the same for at most kernel::few_rows examples, where that is less
///
/// Where a gradient may be asked for in parts (nn/gradient_parts.hpp):
/// L::gradient_bound<X>(pass, backward_arguments)   a bound on what backward would write
/// L::gradient_part<X>(pass, backward_arguments, tensor, begin, count, to)   some elements of it
/// L::dx_on_x              true: dx may lie on top of x, backward reads it first
///
/// Where the elementwise layer behind may be applied in the same walk (f is one of kernel's):
/// L::forward_activated<X>(pass, theta, x, y, f), with memory before f where there is some
///
/// Where running statistics are kept:
/// L::statistics<X>        as tensors; a pass may bring them along (pass::by_running)
/// L::observe<X>(pass, memory, running)   moves them after a step; null: only says if it may; not
///                         called where the mask leaves the layer out
///
/// A layer made of layers has L::rows<X>, its lines of a summary, and derives from
/// detail::composite_of: residual, checkpointed.
///
/// Both passes are templates over the pointer-like P, so that the same text runs on float, double
/// and on planes of dual numbers.
template <class L, class X>
concept layer = static_shape<X> && requires {
  { L::template accepts<X> } -> std::convertible_to<bool>;
} && L::template accepts<X> && requires(pass const& p, float* data, backward_arguments<float*> b) {
  typename L::template output<X>;
  { L::template tensors<X>.size() } -> std::convertible_to<std::size_t>;
  { L::template memory<X> } -> std::convertible_to<std::size_t>;
  { L::template operations<X> } -> std::convertible_to<std::size_t>;
  { L::elementwise } -> std::convertible_to<bool>;
  { L::needs_input } -> std::convertible_to<bool>;
  { L::needs_output } -> std::convertible_to<bool>;
  { L::kind } -> std::convertible_to<char const*>;
  L::template forward<X>(p, static_cast<float const*>(data), static_cast<float const*>(data), data,
                         data);
  L::template backward<X>(p, b);
};

/// What a layer without parameters and without memory need not repeat.
struct stateless_layer {
  template <class X>
  static constexpr std::array<tensor_spec, 0> tensors{};
  template <class X>
  static constexpr std::size_t memory = 0;
  template <class X>
  static constexpr std::size_t operations = 0;
};

/// Number of parameters of L on examples of shape X.
template <class L, class X>
[[nodiscard]] consteval std::size_t parameter_count() {
  std::size_t n = 0;
  for (tensor_spec const& t : L::template tensors<X>) n += t.count();
  return n;
}

}  // namespace halo::nn
