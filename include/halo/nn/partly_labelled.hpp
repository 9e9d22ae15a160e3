// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include <halo/core/allowed.hpp>
#include <halo/core/wrapped_name.hpp>
#include <halo/nn/loss_part.hpp>

namespace halo::nn {

/// A loss of classes for mini-batches in which some rows have no label, nn::no_label: they run
/// forward, so that batch_norm sees them, and have neither loss nor gradient.
///
/// L = mean of the inner loss over the rows that have a label (PyTorch's ignore_index, which is
/// -100 there); 0 with a gradient of 0 where none has.
///
///     adapter<network, nn::partly_labelled<nn::cross_entropy>>
template <class Inner>
struct partly_labelled : detail::around_labels<Inner> {
  static_assert(std::same_as<typename Inner::target, std::int32_t>,
                "halo: partly_labelled: goes around a loss whose targets are labels, such as "
                "nn::cross_entropy");
  using target = std::int32_t;
  static constexpr char const* wrapper_name = "partly labelled";
  static constexpr char const* name = wrapped_name<partly_labelled, Inner>::text.data();
  /// What a target may be: a class number or no_label.
  static constexpr allowed target_range(std::size_t outputs) noexcept {
    return allowed::between(no_label, target_range_of<Inner>(outputs).high);
  }
  static constexpr void describe(auto&& f) {
    f.template part<detail::described_loss<Inner>>("inner");
  }

  /// How many rows have a label, or what the inner loss counts them for.
  static double weight(std::size_t rows, std::size_t outputs, target const* t) noexcept {
    double sum = 0;
    for_each_part(rows, outputs, t, [&](detail::loss_part<Inner> part) { sum += part.weight; });
    return sum;
  }

  /// Mean loss of the rows with a label; dy = its gradient unless null.
  template <class P>
  static simd::element_of<P> value_and_gradient(std::size_t rows, std::size_t outputs,
                                                simd::const_of<P> y, target const* t,
                                                P dy) noexcept {
    double const all = weight(rows, outputs, t);
    detail::sum_of_rows<simd::element_of<P>> sum;
    for_each_part(rows, outputs, t, [&](detail::loss_part<Inner> part) {
      sum.add(part.template value_and_gradient<P>(all, outputs, y, t, dy));
    });
    return sum.value();
  }

  /// The same mean, and the loss of every row, 0 without a label.
  template <class T>
  static T value_and_losses(std::size_t rows, std::size_t outputs, T const* y, target const* t,
                            T* losses) noexcept {
    std::fill_n(losses, rows, T(0));
    for_each_part(rows, outputs, t, [&](detail::loss_part<Inner> part) {
      if (t[part.first] == no_label) return;
      Inner::value_and_losses(part.rows, outputs, y + part.first * outputs, t + part.first,
                              losses + part.first);
    });
    return value_and_gradient(rows, outputs, y, t, static_cast<T*>(nullptr));
  }

  /// That of the inner loss on the rows with a label, one after the other; 0 where none has.
  static double baseline(std::size_t rows, std::size_t outputs, target const* t) noexcept {
    double sum = 0;
    for_each_part(rows, outputs, t, [&](detail::loss_part<Inner> part) {
      if (part.weight > 0)
        sum += part.weight * baseline_of<Inner>(part.rows, outputs, t + part.first);
    });
    double const all = weight(rows, outputs, t);
    return all > 0 ? sum / all : 0;
  }

 private:
  /// Calls body for each longest run of rows with a label, and of rows without.
  template <class Body>
  static void for_each_part(std::size_t rows, std::size_t outputs, target const* t,
                            Body const& body) noexcept {
    for (std::size_t first = 0; first < rows;) {
      bool const none = t[first] == no_label;
      std::size_t end = first + 1;
      while (end < rows && (t[end] == no_label) == none) ++end;
      body({first, end - first, none ? 0 : weight_of<Inner>(end - first, outputs, t + first)});
      first = end;
    }
  }
};

}  // namespace halo::nn
