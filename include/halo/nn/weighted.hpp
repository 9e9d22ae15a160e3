// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <halo/core/allowed.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/wrapped_name.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/loss_part.hpp>

namespace halo::nn {

/// A loss of classes in which a row counts for as much as its label says: against rare classes.
///
/// L = Σ_i w_i L_i / Σ_i w_i,  w_i = Weights::weight(label i),  L_i the inner loss of row i
/// (PyTorch's weight of cross_entropy; its label smoothing weighs the smoothed share class by
/// class, this the whole row). 0 where no row counts. A row's loss in value_and_losses is w_i L_i.
/// Rows without a label that the inner loss counts (with_entropy) have w_i = 1.
///
///     struct rare_fault {
///       static constexpr char const* name = "rare fault";
///       static float weight(std::int32_t label) noexcept { return label == 1 ? 20 : 1; }
///     };
///     adapter<network, nn::weighted<nn::cross_entropy, rare_fault>>
/// @tparam Weights  weight(label) >= 0 and finite, the same during a run; name, a word for
///                  checkpoints
template <class Inner, class Weights>
struct weighted : detail::around_labels<Inner> {
  static_assert(std::same_as<typename Inner::target, std::int32_t>,
                "halo: weighted: goes around a loss whose targets are labels, such as "
                "nn::cross_entropy");
  static_assert(
      requires(std::int32_t label) {
        { Weights::weight(label) } -> std::convertible_to<float>;
        { Weights::name } -> std::convertible_to<char const*>;
      },
      "halo: weighted: the weights are a type with `static float weight(std::int32_t label)` and "
      "`name`, a word for checkpoints");
  using target = std::int32_t;
  static constexpr char const* wrapper_name = "weighted";
  static constexpr char const* name = wrapped_name<weighted, Inner>::text.data();
  /// What a target may be.
  static constexpr allowed target_range(std::size_t outputs) noexcept {
    return target_range_of<Inner>(outputs);
  }
  static constexpr void describe(auto&& f) {
    f.constant("weights", static_cast<char const*>(Weights::name));
    f.template part<detail::described_loss<Inner>>("inner");
  }

  /// The sum of the rows' weights.
  static double weight(std::size_t rows, std::size_t outputs, target const* t) noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i) sum += of_row(outputs, t[i]);
    return sum;
  }

  /// Weighted mean loss of the rows; dy = its gradient unless null.
  template <class P>
  static simd::element_of<P> value_and_gradient(std::size_t rows, std::size_t outputs,
                                                simd::const_of<P> y, target const* t,
                                                P dy) noexcept {
    double const all = weight(rows, outputs, t);
    if constexpr (std::is_pointer_v<P>) {
      return of_blocks(all, rows, outputs, y, t, dy);
    } else {
      simd::element_of<P> sum(0);
      for (std::size_t i = 0; i < rows; ++i) {
        detail::loss_part<Inner> const row{i, 1, of_row(outputs, t[i])};
        sum += row.template value_and_gradient<P>(all, outputs, y, t, dy);
      }
      return sum;
    }
  }

  /// The same mean, and the loss of every row times its weight.
  template <class T>
  static T value_and_losses(std::size_t rows, std::size_t outputs, T const* y, target const* t,
                            T* losses) noexcept {
    for (std::size_t i = 0; i < rows; ++i) {
      losses[i] = 0;
      if (!(of_row(outputs, t[i]) > 0)) continue;
      Inner::value_and_losses(1, outputs, y + i * outputs, t + i, losses + i);
      losses[i] *= static_cast<T>(of_label(t[i]));
    }
    return value_and_gradient(rows, outputs, y, t, static_cast<T*>(nullptr));
  }

  /// That of the inner loss.
  static double baseline(std::size_t rows, std::size_t outputs, target const* t) noexcept {
    return baseline_of<Inner>(rows, outputs, t);
  }

 private:
  /// The mean and its gradient where the inner loss tells those of many rows at once.
  template <class T>
  static T of_blocks(double all, std::size_t rows, std::size_t outputs, T const* y, target const* t,
                     T* dy) noexcept {
    constexpr std::size_t block = 64;
    std::array<T, block> losses;
    detail::sum_of_rows<T> sum;
    for (std::size_t first = 0; first < rows; first += block) {
      std::size_t const n = std::min(block, rows - first);
      T const* const of_y = y + first * outputs;
      target const* const of_t = t + first;
      T* const of_dy = dy == nullptr ? nullptr : dy + first * outputs;
      Inner::value_and_losses(n, outputs, of_y, of_t, losses.data());
      if (dy != nullptr) Inner::value_and_gradient(n, outputs, of_y, of_t, of_dy);
      double const inner = weight_of<Inner>(n, outputs, of_t);
      for (std::size_t i = 0; i < n; ++i) {
        bool const counts = of_row(outputs, of_t[i]) > 0;
        double const w = counts ? of_label(of_t[i]) / all : 0;
        if (counts) sum.add(losses[i] * static_cast<T>(w));
        if (dy == nullptr) continue;
        auto const scale = static_cast<T>(w * inner);
        for (std::size_t j = i * outputs; j < (i + 1) * outputs; ++j)
          of_dy[j] = counts ? of_dy[j] * scale : T(0);
      }
    }
    return sum.value();
  }

  static double of_label(target label) noexcept {
    return label == no_label ? 1 : static_cast<double>(Weights::weight(label));
  }
  /// What a row counts for; a label that the inner loss leaves out has no weight to ask for.
  static double of_row(std::size_t outputs, target const& label) noexcept {
    double const inner = weight_of<Inner>(1, outputs, &label);
    if (!(inner > 0)) return 0;
    double const w = of_label(label);
    HALO_EXPECTS(w >= 0 && w < std::numeric_limits<double>::infinity(),
                 "weighted: a weight is a finite number of at least 0");
    return inner * w;
  }
};

}  // namespace halo::nn

#include <halo/macros_back.hpp>
