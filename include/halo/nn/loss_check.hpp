// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <halo/nn/loss.hpp>

// What is wrong with a type that is to be a loss: each missing or wrong member has its sentence.

namespace halo::nn::detail {

/// Whether a type means to be a loss.
template <class L>
concept has_target = requires { typename L::target; };

template <class L>
struct loss_complaint {
  using target = typename L::target;
  static_assert(std::is_trivially_copyable_v<target>,
                "halo: loss: `target` is what an answer is made of, a number that can be copied");
  static_assert(
      requires(std::size_t n) {
        { L::targets(n) } -> std::convertible_to<std::size_t>;
      },
      "halo: loss: `targets` is missing or takes something else than targets(std::size_t "
      "outputs); it returns how many targets an example has");
  static_assert(
      requires {
        { L::name } -> std::convertible_to<char const*>;
      }, "halo: loss: `name`, a word for checkpoints, is missing");
  static_assert(
      requires(std::size_t n, float const* y, target const* t, float* dy) {
        { L::value_and_gradient(n, n, y, t, dy) } -> std::convertible_to<float>;
      },
      "halo: loss: `value_and_gradient` is missing or takes something else than "
      "value_and_gradient(rows, outputs, float const* y, target const* t, float* dy); it "
      "returns the mean loss and writes its gradient to dy unless that is null");
  static_assert(
      requires(std::size_t n, float const* y, target const* t, float* losses) {
        { L::value_and_losses(n, n, y, t, losses) } -> std::convertible_to<float>;
      },
      "halo: loss: `value_and_losses` is missing or takes something else than "
      "value_and_losses(rows, outputs, float const* y, target const* t, float* losses); "
      "it returns the mean loss and writes that of each row");
};

/// Says what is wrong; true, so that it can stand in a static_assert.
template <class L>
[[nodiscard]] consteval bool complain_of_loss() {
  if constexpr (has_target<L>) {
    static_assert(sizeof(loss_complaint<L>) > 0);
    if constexpr (loss<L>) static_cast<void>(has_accuracy<L>);
  }
  return true;
}

/// A network's gradient runs a loss on P.
template <class L, class P>
struct loss_on {
  static_assert(
      requires(std::size_t n, simd::const_of<P> y, typename L::target const* t, P dy) {
        { L::value_and_gradient(n, n, y, t, dy) } -> std::convertible_to<simd::element_of<P>>;
      },
      "halo: loss: `value_and_gradient` cannot be called on P (in the note beside this); "
      "a template over the pointer-like P runs on float*, double* and planes of dual "
      "numbers");
  static constexpr bool checked = true;
};

}  // namespace halo::nn::detail
