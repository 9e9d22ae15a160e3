// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <halo/core/allowed.hpp>
#include <halo/core/cost.hpp>
#include <halo/core/portable.hpp>
#include <halo/kernel/mean_square.hpp>
#include <halo/kernel/softmax.hpp>
#include <halo/measure/accuracy.hpp>
#include <halo/nn/loss_accuracy.hpp>
#include <halo/simd/pointer.hpp>

namespace halo::nn {

/// What stands in the place of the label of a row that has none: see partly_labelled.
inline constexpr std::int32_t no_label = -1;

/// Mean softmax cross-entropy of the logits against class numbers; right where the largest logit
/// is at the label.
struct cross_entropy {
  using target = std::int32_t;
  using accuracy = measure::accuracy;
  static constexpr char const* name = "cross entropy";
  /// Targets per example for a network of so many outputs.
  static constexpr std::size_t targets(std::size_t) noexcept { return 1; }
  /// What the loss of a row and its gradient take: an exponential a class, a logarithm, a quotient.
  static constexpr cost row_cost(std::size_t outputs) noexcept {
    return {0, outputs + 2, outputs + 1, outputs};
  }

  /// Mean loss of the rows; dy = dL/d logits unless null.
  /// @pre every target lies in [0, outputs)
  template <class P>
  static simd::element_of<P> value_and_gradient(std::size_t rows, std::size_t outputs,
                                                simd::const_of<P> y, target const* t,
                                                P dy) noexcept {
    return kernel::softmax_cross_entropy(rows, outputs, y, t, dy);
  }

  /// The same mean, and the loss of every row.
  template <class T>
  static T value_and_losses(std::size_t rows, std::size_t outputs, T const* y, target const* t,
                            T* losses) noexcept {
    return kernel::softmax_cross_entropy(rows, outputs, y, t, static_cast<T*>(nullptr), losses);
  }

  /// ln outputs: all classes alike.
  static constexpr double baseline(std::size_t outputs) noexcept {
    return core::portable_log(static_cast<double>(std::max<std::size_t>(outputs, 2)));
  }
  static double baseline(std::size_t, std::size_t outputs, target const*) noexcept {
    return baseline(outputs);
  }
};

/// Mean square error over all outputs of all rows (PyTorch's MSELoss with its default reduction).
///
/// Has no accuracy: when a number is right depends on its units, which a loss does not know.
struct mean_square {
  using target = float;
  static constexpr char const* name = "mean square";
  static constexpr std::size_t targets(std::size_t outputs) noexcept { return outputs; }
  /// What the loss of a row and its gradient take.
  static constexpr cost row_cost(std::size_t outputs) noexcept {
    return {outputs, 0, 2 * outputs, outputs};
  }

  template <class P>
  static simd::element_of<P> value_and_gradient(std::size_t rows, std::size_t outputs,
                                                simd::const_of<P> y, target const* t,
                                                P dy) noexcept {
    return kernel::mean_square(rows, outputs, y, t, dy);
  }

  /// The same mean, and the loss of every row.
  template <class T>
  static T value_and_losses(std::size_t rows, std::size_t outputs, T const* y, target const* t,
                            T* losses) noexcept {
    for (std::size_t i = 0; i < rows; ++i) {
      losses[i] = kernel::mean_square(1, outputs, y + i * outputs, t + i * outputs,
                                      static_cast<T*>(nullptr));
    }
    return kernel::mean_square(rows, outputs, y, t, static_cast<T*>(nullptr));
  }

  /// The variance of the targets over the rows, mean over the outputs; 0 for one row.
  static double baseline(std::size_t rows, std::size_t outputs, target const* t) noexcept {
    double sum = 0;
    for (std::size_t j = 0; j < outputs; ++j) {
      double mean = 0, square = 0;
      for (std::size_t i = 0; i < rows; ++i) {
        double const off = static_cast<double>(t[i * outputs + j]) - mean;
        mean += off / static_cast<double>(i + 1);
        square += off * (static_cast<double>(t[i * outputs + j]) - mean);
      }
      sum += square / static_cast<double>(std::max<std::size_t>(rows, 2) - 1);
    }
    return sum / static_cast<double>(outputs);
  }
};

/// A loss: a type with static functions only.
///
/// L::target               what an answer is made of: a class number, a float
/// L::targets(outputs)     how many of them an example has
/// L::name                 a word for checkpoints
/// L::value_and_gradient(rows, outputs, y, targets, dy)   mean over the rows; dy ← its gradient
///                         with respect to y, [rows, outputs], unless null
/// L::value_and_losses(rows, outputs, y, targets, losses) the same mean; losses ← that of each row
/// L::baseline(rows, outputs, targets)  optional: the mean loss of the best answer that looks at no
///                         example, by which an optimizer tells a large loss from a small one
/// L::baseline(outputs)    optional: the same where targets do not matter, constexpr: no arithmetic
///                         is left for a step
/// L::target_range(outputs)  optional: halo::allowed, what a target may be; unless told a label in
///                         [0, outputs), or any number
/// L::takes_outputs(outputs) optional: whether a network may have so many
/// L::weight(rows, outputs, targets)  optional: what the mean over these rows counts for beside
///                         that of others, unless told their number
/// L::row_cost(outputs)    optional: what the loss of a row and its gradient take
/// L::describe(f)          optional: template arguments as constants, so that no run goes on under
///                         others
/// L::accuracy             optional: the measure of right answers (measure/accuracy.hpp), where an
///                         answer is right or wrong; without it there is none (has_accuracy)
///
/// @tparam P  what it runs on: float*, double* or planes of duals (second order), which need no
///            value_and_losses
template <class L, class P = float*>
concept loss =
    requires(std::size_t n, simd::const_of<P> y, typename L::target const* t, P dy) {
      { L::value_and_gradient(n, n, y, t, dy) } -> std::convertible_to<simd::element_of<P>>;
      { L::targets(n) } -> std::convertible_to<std::size_t>;
      { L::name } -> std::convertible_to<char const*>;
    } && (!std::is_pointer_v<P> ||
          requires(std::size_t n, simd::const_of<P> y, typename L::target const* t, P losses) {
            { L::value_and_losses(n, n, y, t, losses) } -> std::convertible_to<simd::element_of<P>>;
          });

/// The loss of the best answer that looks at no example; 0 where the loss does not say.
template <class L>
[[nodiscard]] double baseline_of(std::size_t rows, std::size_t outputs,
                                 typename L::target const* t) noexcept {
  if constexpr (requires {
                  { L::baseline(rows, outputs, t) } -> std::convertible_to<double>;
                })
    return L::baseline(rows, outputs, t);
  else
    return 0;
}

/// The same of a network with so many outputs: by the compiler where targets do not matter.
template <class L, std::size_t Outputs>
[[nodiscard]] double baseline_of(std::size_t rows, typename L::target const* t) noexcept {
  if constexpr (requires { L::baseline(Outputs); }) {
    constexpr double known = L::baseline(Outputs);
    return known;
  } else {
    return baseline_of<L>(rows, Outputs, t);
  }
}

/// The range of targets that may be any number: those that are not finite show in the loss.
inline constexpr allowed any_target{.low = -std::numeric_limits<double>::infinity(),
                                    .high = std::numeric_limits<double>::infinity()};

/// What a target may be.
template <class L>
[[nodiscard]] constexpr allowed target_range_of(std::size_t outputs) noexcept {
  if constexpr (requires {
                  { L::target_range(outputs) } -> std::convertible_to<allowed>;
                })
    return L::target_range(outputs);
  else if constexpr (std::integral<typename L::target>)
    return allowed::between(0, static_cast<double>(outputs) - 1);
  else
    return any_target;
}

/// Whether a network under the loss may have so many outputs.
template <class L>
[[nodiscard]] constexpr bool takes_outputs_of(std::size_t outputs) noexcept {
  if constexpr (requires {
                  { L::takes_outputs(outputs) } -> std::convertible_to<bool>;
                })
    return L::takes_outputs(outputs);
  else
    return true;
}

/// What the mean loss over these rows counts for beside that of others: their number, unless the
/// loss weighs them or leaves some out.
template <class L>
[[nodiscard]] double weight_of(std::size_t rows, std::size_t outputs,
                               typename L::target const* t) noexcept {
  if constexpr (requires {
                  { L::weight(rows, outputs, t) } -> std::convertible_to<double>;
                })
    return L::weight(rows, outputs, t);
  else
    return static_cast<double>(rows);
}

}  // namespace halo::nn
