// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <halo/kernel/quantise.hpp>
#include <halo/kernel/sum.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/describe.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/layer_traits.hpp>
#include <halo/nn/quantisation.hpp>

namespace halo::nn {

namespace detail {

/// The first layer of a network may know its input.
template <class L>
struct input_of_layer {};
template <class L>
  requires requires { typename L::input; }
struct input_of_layer<L> {
  using input = typename L::input;
};

template <class L>
inline constexpr auto quantised_kind = [] {
  constexpr std::string_view before = "quantised ", after = L::kind;
  std::array<char, before.size() + after.size() + 1> text{};
  std::size_t n = 0;
  for (char const c : before) text[n++] = c;
  for (char const c : after) text[n++] = c;
  return text;
}();

template <class L, class X>
[[nodiscard]] consteval bool can_be_quantised() {
  static_assert(!scratching<L, X>,
                "halo: quantised: goes around one layer at a time; write "
                "residual<quantised<conv2d<...>>, ...>");
  constexpr bool weights = [] {
    for (tensor_spec const& t : L::template tensors<X>)
      if (t.role == parameter_role::weight) return true;
    return false;
  }();
  static_assert(weights,
                "halo: quantised: goes around a layer with weights, such as linear or conv2d");
  return !scratching<L, X> && weights;
}

}  // namespace detail

/// A layer whose weights and inputs are brought to a grid of a few bits, so that what is learned
/// fits integer arithmetic [Jacob et al. 2018, "Quantization and training of neural networks for
/// efficient integer-arithmetic-only inference"]: y = L(q(x); q(w), b).
///
/// Parameters, their names and their gradient are those of L: rounding has the derivative of the
/// identity (kernel/quantise.hpp). Weights have their own range. Inputs have that of the
/// mini-batch while training; where a pass brings running statistics along, the moving one (an
/// empty one, before the first step, gives way to the mini-batch's), and gradients stop outside. An
/// input beyond the moving range, infinity included, counts as its end.
/// A range with an infinite number in it makes all outputs NaN, so that a step reports non_finite
/// and moves neither parameters nor ranges. Biases, and what a recurrent layer hands on from step
/// to step, stay as they are.
///
///     sequential<shape<32, 32, 3>, conv2d<16, 3>, quantised<conv2d<16, 3>>, ...>
///     quantised<linear<64, 10>, quantisation{.weight_bits = 4, .weight_ranges = per::channel}>
///
/// Quantised inputs lie in the scratch that all layers share and are quantised again on the way
/// back; quantised weights lie there once, whatever the size of the mini-batch.
template <class L, quantisation Options = quantisation{}>
struct quantised : detail::input_of_layer<L> {
  static_assert(Options.bits_fit(), "halo: quantised: weights and inputs have 2 to 8 bits");
  static_assert(Options.share_fits(),
                "halo: quantised: the share of the newest mini-batch is 1 to 100 percent");
  using bare = L;                                   ///< the layer at other numbers
  static constexpr quantisation options = Options;  ///< how it is quantised
  /// Whether ranges of inputs are running statistics.
  static constexpr bool moves = Options.input_ranges == ranges::moving;
  static constexpr char const* kind = detail::quantised_kind<L>.data();
  template <class X>
  static constexpr bool accepts = [] {
    if constexpr (X::size > 0 && layer<L, X>) return detail::can_be_quantised<L, X>();
    return false;
  }();
  template <class X>
  using output = typename L::template output<X>;
  template <class X>
  static constexpr std::array<tensor_spec, L::template tensors<X>.size()> tensors =
      L::template tensors<X>;  // auto: clang 16 forgets to look
  template <class X>
  static constexpr std::array<tensor_spec, moves ? 2 : 0> statistics = [] {
    if constexpr (moves)
      return std::array<tensor_spec, 2>{tensor_spec{"low", {1, 0, 0, 0}, 1, parameter_role::bias},
                                        tensor_spec{"high", {1, 0, 0, 0}, 1, parameter_role::bias}};
    else
      return std::array<tensor_spec, 0>{};
  }();
  template <class X>
  static constexpr void describe_layers(auto&& f) {
    quantisation::record(Options, f);
    f.template part<detail::described_layer<L, X>>("layer");
  }
  static constexpr std::size_t range_places = 2;  ///< in memory: low and high end
  template <class X>
  static constexpr std::size_t memory = range_places + L::template memory<X>;
  template <class X>
  static constexpr std::size_t scratch = X::size + detail::scratch_of<L, X>();
  template <class X>
  static constexpr std::size_t fixed_scratch =
      parameter_count<L, X>() + detail::fixed_scratch_of<L, X>();
  template <class X>
  static constexpr std::size_t room = detail::room_of<L, X>();
  template <class X>
  static constexpr std::size_t room_of_few = detail::room_of_few_of<L, X>();
  template <class X>
  static constexpr std::size_t operations = L::template operations<X>;
  template <class X>
  static constexpr pass_costs costs = detail::costs_of<L, X>();  // on numbers of the grid
  template <class X>
  static constexpr layer_product product = [] {
    layer_product p = detail::product_of<L, X>();
    p.input_bits = Options.input_bits;
    p.weight_bits = Options.weight_bits;
    return p;
  }();
  static constexpr bool elementwise = false;
  static constexpr bool needs_input = true;
  static constexpr bool needs_output = L::needs_output;

  template <class X, class C, class P>
  static void forward(pass const& p, C theta, C x, P y, P memory, P scratch_place = {}) noexcept {
    using simd::write_element;
    using T = simd::scalar_of<P>;
    value_range<T> const r = running<T>(p) ? value_range<T>{T(p.statistics[0]), T(p.statistics[1])}
                                           : kernel::range_of(p.rows * X::size, simd::values_of(x));
    write_element(memory, 0, simd::element_of<P>(r.low));
    write_element(memory, 1, simd::element_of<P>(r.high));
    P const weights = weights_in<X>(p, scratch_place);
    quantise_weights<X>(theta, weights);
    quantise_input<X>(p, r, x, scratch_place);
    using in = simd::const_of<P>;
    L::template forward<X>(p, in(weights), in(scratch_place), y,
                           P(memory + range_places * p.capacity));
  }

  /// As L's, at the quantised weights and inputs.
  template <class X, class P>
  static auto backward(pass const& p, backward_arguments<P> a) noexcept {
    using T = simd::scalar_of<P>;
    simd::const_of<P> const x = a.x;
    value_range<T> const r{simd::values_of(a.memory)[0], simd::values_of(a.memory)[1]};
    P const inputs = a.scratch, weights = weights_in<X>(p, a.scratch);
    if (a.dx || (L::template memory<X>) != 0) {
      quantise_weights<X>(a.theta, weights);
      a.theta = weights;
    }
    if (a.gradient && L::needs_input) {
      quantise_input<X>(p, r, x, inputs);
      a.x = inputs;
    }
    a.memory = a.memory + range_places * p.capacity;
    a.scratch = a.scratch + X::size * p.capacity;
    bool const stops = a.dx && running<T>(p);
    if constexpr (std::is_void_v<decltype(L::template backward<X>(p, a))>) {
      L::template backward<X>(p, a);
      if (stops) stop<X>(p, r, x, a.dx);
    } else {
      auto const bound = L::template backward<X>(p, a);
      if (stops) stop<X>(p, r, x, a.dx);
      return bound;
    }
  }

  /// The range stays that of all rows.
  template <class X, class T>
  static void keep_rows(std::size_t rows, std::uint32_t const* kept, std::size_t count,
                        T* memory) noexcept {
    static_cast<void>(rows), static_cast<void>(kept), static_cast<void>(count);
    static_cast<void>(memory);
    static_assert(L::template memory<X> == 0,
                  "halo: quantised: backward on some of the examples needs a layer that keeps "
                  "nothing of its own; use a policy that keeps them all, such as optim::selection");
  }

  /// Moves the range of inputs towards the mini-batch's, or to it where there was none yet; null:
  /// only looks.
  /// @return whether the mini-batch's is finite
  template <class X, class T>
  static bool observe(pass const& p, T const* memory, float* range) noexcept {
    auto const low = static_cast<float>(memory[0]), high = static_cast<float>(memory[1]);
    if (!std::isfinite(low) || !std::isfinite(high)) return false;
    if (range != nullptr) {
      float share = static_cast<float>(Options.newest_percent) / 100.0F;
      if (p.share > 0) share = static_cast<float>(p.share);
      if (!(range[0] < range[1])) share = 1;
      range[0] = std::lerp(range[0], low, share);  // share 1 gives low itself
      range[1] = std::lerp(range[1], high, share);
    }
    return true;
  }

 private:
  template <class T>
  using value_range = kernel::value_range<T>;

  /// Whether a pass has a moving range that is not empty.
  template <class T>
  static bool running(pass const& p) noexcept {
    return moves && p.by_running() && p.statistics[0] < p.statistics[1];
  }
  template <class X, class P>
  static P weights_in(pass const& p, P scratch_place) noexcept {
    return scratch_place + (scratch<X> * p.capacity + detail::fixed_scratch_of<L, X>());
  }
  template <class X, class C, class P>
  static void quantise_weights(C theta, P to) noexcept {
    for (tensor_spec const& t : tensors<X>) {
      std::size_t const n = t.count(), channels = t.rank == 0 ? 1 : t.extents[t.rank - 1];
      if (t.role != parameter_role::weight)
        kernel::copy(n, theta, to);
      else if (Options.weight_ranges == per::channel)
        kernel::fake_quantise_channels(n / channels, channels, Options.weight_bits,
                                       Options.weight_grid, theta, to);
      else
        kernel::fake_quantise(n, kernel::range_of(n, simd::values_of(theta)), Options.weight_bits,
                              Options.weight_grid, kernel::outside::none, theta, to);
      theta += n;
      to += n;
    }
  }
  template <class X, class C, class P>
  static void quantise_input(pass const& p, value_range<simd::scalar_of<P>> r, C x, P to) noexcept {
    auto const o = running<float>(p) ? kernel::outside::stops : kernel::outside::none;
    kernel::fake_quantise(p.rows * X::size, r, Options.input_bits, Options.input_grid, o, x, to);
  }
  template <class X, class C, class P>
  static void stop(pass const& p, value_range<simd::scalar_of<P>> r, C x, P dx) noexcept {
    kernel::stop_outside(p.rows * X::size, r, Options.input_bits, Options.input_grid, x, dx);
  }
};

}  // namespace halo::nn

#include <halo/macros_back.hpp>
