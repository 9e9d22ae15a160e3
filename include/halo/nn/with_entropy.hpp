// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ratio>

#include <halo/core/allowed.hpp>
#include <halo/core/cost.hpp>
#include <halo/core/portable.hpp>
#include <halo/nn/describe.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/loss_accuracy.hpp>
#include <halo/nn/loss_part.hpp>
#include <halo/simd/math.hpp>
#include <halo/simd/pointer.hpp>

namespace halo::nn {

/// A loss of classes for mini-batches in which some rows have no label, nn::no_label: these count
/// by the entropy of their answer, so that steps make the network surer of what it says already
/// [Wang et al. 2021, Tent], where it is rather sure [Niu et al. 2022].
///
/// L = mean over the rows of the inner loss where there is a label; else, with p = softmax(x),
///     H = -Σ_k p_k ln p_k  where H < Limit·ln outputs, and 0 elsewhere, which count as one row
///     each
/// beside what the inner loss counts its rows for (weighted)
/// dH/dx_j = -p_j (ln p_j + H)
///
///     adapter<network, nn::with_entropy<>> device(rule);
///     device.freeze(layer_mask::all(network::layers).without(layers_of<network::layout>(
///         parameter_role::gain)));                       // only norms learn, by gain and bias
///
/// Its accuracy is the inner loss's, of the rows with a label. It can make a network sure of one
/// class for all rows: few steps, small rates, and rows of all classes. Where labelled rows may be
/// had, a safeguard judges it.
///
/// @tparam Inner  of the rows with a label
/// @tparam Limit  below which share of ln outputs a row counts; 1: all do
template <class Inner = cross_entropy, class Limit = std::ratio<2, 5>>
struct with_entropy : detail::around_labels<Inner> {
  static_assert(std::same_as<typename Inner::target, std::int32_t>,
                "halo: with_entropy: goes around a loss whose targets are labels, such as "
                "nn::cross_entropy");
  static_assert(Limit::num > 0 && Limit::num <= Limit::den,
                "halo: with_entropy: the limit is a share in (0, 1]");
  using target = std::int32_t;
  static constexpr char const* name = "with entropy";
  /// What a target may be: a class number or no_label.
  static constexpr allowed target_range(std::size_t outputs) noexcept {
    return allowed::between(no_label, target_range_of<Inner>(outputs).high);
  }
  /// What the loss of a row and its gradient take: an exponential a class, a logarithm.
  static constexpr cost row_cost(std::size_t outputs) noexcept {
    return {3 * outputs, outputs + 1, outputs + 1, outputs};
  }
  static constexpr void describe(auto&& f) {
    f.template part<detail::described_loss<Inner>>("inner");
    f.template part<detail::described_ratio<typename Limit::type>>("limit");
  }

  /// What the rows count for.
  static double weight(std::size_t rows, std::size_t outputs, target const* t) noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i) sum += of_row(outputs, t[i]);
    return sum;
  }
  /// Mean loss of the rows; dy = its gradient unless null.
  template <class P>
  static simd::element_of<P> value_and_gradient(std::size_t rows, std::size_t outputs,
                                                simd::const_of<P> y, target const* t,
                                                P dy) noexcept {
    using simd::read_element;
    using simd::write_element;
    using T = simd::scalar_of<P>;
    using E = simd::element_of<P>;
    detail::sum_of_rows<E> sum;
    double const all = weight(rows, outputs, t);
    T const share = static_cast<T>(all > 0 ? 1 / all : 0);
    for (std::size_t i = 0; i < rows; ++i, y += outputs) {
      T const w = static_cast<T>(of_row(outputs, t[i]));
      sum.add((t[i] == no_label ? entropy<P>(outputs, y, dy)
                                : Inner::template value_and_gradient<P>(1, outputs, y, t + i, dy)) *
              w);
      if (dy == nullptr) continue;
      for (std::size_t j = 0; j < outputs; ++j)
        write_element(dy, j, read_element(dy, j) * (w * share));
      dy += outputs;
    }
    return sum.value() * share;
  }

  /// The same mean, and the loss of every row times what it counts for.
  template <class T>
  static T value_and_losses(std::size_t rows, std::size_t outputs, T const* y, target const* t,
                            T* losses) noexcept {
    T* const nowhere = nullptr;
    for (std::size_t i = 0; i < rows; ++i)
      losses[i] = value_and_gradient(1, outputs, y + i * outputs, t + i, nowhere) *
                  static_cast<T>(of_row(outputs, t[i]));
    return value_and_gradient(rows, outputs, y, t, nowhere);
  }

 private:
  static double of_row(std::size_t outputs, target const& label) noexcept {
    return label == no_label ? 1 : weight_of<Inner>(1, outputs, &label);
  }
  /// Entropy of the answer of one row, and its gradient; 0 where it is too unsure.
  template <class P>
  static simd::element_of<P> entropy(std::size_t outputs, simd::const_of<P> y, P dy) noexcept {
    using simd::exp;
    using simd::log;
    using simd::read_element;
    using simd::write_element;
    using T = simd::scalar_of<P>;
    using E = simd::element_of<P>;
    E most = read_element(y, 0);
    for (std::size_t j = 1; j < outputs; ++j)
      if (read_element(y, j) > most) most = read_element(y, j);
    E sum(0), weighted(0);  // Σ e, Σ e·(y - most)
    for (std::size_t j = 0; j < outputs; ++j) {
      E const off = read_element(y, j) - most;
      E const e = exp(off);
      sum += e;
      weighted += e * off;
    }
    E const log_sum = log(sum);
    E const h = log_sum - weighted / sum;
    auto const limit =
        static_cast<T>(core::portable_log(static_cast<double>(outputs)) *
                       static_cast<double>(Limit::num) / static_cast<double>(Limit::den));
    bool const unsure = Limit::num < Limit::den && h >= E(limit);
    for (std::size_t j = 0; dy != nullptr && j < outputs; ++j) {
      E const log_p = read_element(y, j) - most - log_sum;
      write_element(dy, j, unsure ? E(0) : E(0) - exp(log_p) * (log_p + h));
    }
    return unsure ? E(0) : h;
  }
};

}  // namespace halo::nn
