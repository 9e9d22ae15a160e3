// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/evaluate.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/nn/loss.hpp>
#include <halo/simd/math.hpp>

namespace halo::adapt {

/// How many of some rows got a label.
struct self_labelled {
  std::size_t rows = 0;  ///< with a label
  refusal refused{};     ///< why nothing was written
};

/// Labels that a network gives to rows by its own answers, for self-training with a threshold [Lee
/// 2013]: with p = softmax(outputs of row i),
///     labels_i = argmax_k p_ik  where max_k p_ik >= least, and nn::no_label elsewhere.
///
/// A loss that knows rows without a label (nn::partly_labelled) then learns from the others. As
/// re-entrant as try_predict; allocates and throws nothing.
/// @param x       any number of examples, a span or a tensor
/// @param labels  one for each
/// @param least   a share in [0, 1]
/// @return refused where the numbers of elements do not fit, or for a threshold that is no share
template <class Network, forward_memory Workspace, class X>
[[nodiscard]] self_labelled try_pseudo_labels(network_view const& n, X const& x,
                                              std::span<std::int32_t> labels, double least,
                                              Workspace& work) noexcept {
  auto const numbers = detail::flat_examples<Network>(x);
  if (numbers.no) return {0, numbers.no};
  if (auto const no = detail::check_examples<Network>(numbers.values, 0)) return {0, no};
  std::size_t const rows = numbers.values.size() / Network::inputs;
  if (auto const no = detail::check_count("labels", rows, labels.size())) return {0, no};
  if (!(least >= 0 && least <= 1))
    return {0, detail::out_of_range("pseudo_labels", allowed::share(), least)};
  self_labelled done;
  for_each_part<Network>(
      rows, n, numbers.values.data(), work,
      [&](std::size_t first, std::size_t part, float const* y) {
        for (std::size_t i = 0; i < part; ++i, y += Network::outputs) {
          std::size_t best = 0;
          for (std::size_t k = 1; k < Network::outputs; ++k)
            if (y[k] > y[best]) best = k;
          float sum = 0;  // 1 / p of the best
          for (std::size_t k = 0; k < Network::outputs; ++k) sum += simd::exp(y[k] - y[best]);
          bool const sure = 1 / static_cast<double>(sum) >= least;  // not where sum is NaN
          labels[first + i] = sure ? static_cast<std::int32_t>(best) : nn::no_label;
          done.rows += sure ? 1U : 0U;
        }
      });
  return done;
}

}  // namespace halo::adapt
