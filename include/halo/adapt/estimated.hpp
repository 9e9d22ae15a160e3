// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/assigned.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/nn/layer.hpp>

namespace halo::adapt {

/// Running statistics of rows without labels: the part of an adapter that estimates them anew,
/// beside those that are assigned.
template <class Self, class Network>
class estimated : public assigned<Self, Network> {
 public:
  /// Running statistics of these rows, in the place of all that steps have observed: what adapts a
  /// network with batch_norm to a sensor that drifted, without a label [Li et al. 2016, AdaBN].
  ///
  ///     device.estimate_statistics(newest.x);
  ///
  /// One forward pass over the rows, in as few parts of nearly equal size as max_batch allows. Each
  /// part is normalised by its own moments (so more rows at a time are better, and classes should
  /// be mixed); the statistics are those of all rows together, whatever the parts: means weighted
  /// by rows, variances with what lies between the parts, divided by the rows less one. Ranges of
  /// quantised layers become the mean of the parts'. Layers that are frozen are estimated, too;
  /// parameters, optimizer and policy stay. Allocates nothing.
  ///
  /// @param x   any number of examples from one on, a span or a tensor; where a channel has a
  ///            single number its statistics stay
  /// @param at  the weights that the statistics are to fit
  /// @throws halo::error where the numbers of elements do not fit, and where an x or a statistic is
  ///         not finite; nothing has changed then
  template <class X>
  void estimate_statistics(X const& x, weights at = Self::preferred) {
    throw_if(try_estimate_statistics(x, at), "estimate_statistics");
  }
  /// The same, but says what did not fit.
  template <class X>
  [[nodiscard]] refusal try_estimate_statistics(X const& x, weights at = Self::preferred) noexcept {
    static_assert(Network::statistics > 0,
                  "halo: estimate_statistics: the network has no running statistics; batch_norm "
                  "has some");
    auto const e = detail::flat_examples<Network>(x);
    if (e.no) return e.no;
    if (auto const no = detail::check_examples<Network>(e.values, 1)) return no;
    if (auto const no = detail::check_values(e.values, e.values.size(), "x")) return no;
    std::size_t const rows = e.values.size() / Network::inputs;
    std::size_t const parts = (rows + Self::max_batch - 1) / Self::max_batch;
    Self& self = static_cast<Self&>(*this);
    for (std::size_t i = 0; i < parts; ++i) {
      // the larger parts first: a last one of a single row has no moments, and changes nothing
      std::size_t const first = (rows * i + parts - 1) / parts,
                        end = (rows * (i + 1) + parts - 1) / parts;
      nn::pass const p{.rows = end - first,
                       .capacity = Self::max_batch,
                       .share = static_cast<double>(end - first) / static_cast<double>(end)};
      float* const arena = self.work_.arena.data();
      Network::template forward<float*>(p, self.parameters(at).data(),
                                        e.values.data() + first * Network::inputs, arena);
      if (!self.statistics_.pool(p, arena)) {
        return {misfit::not_finite, "statistics", first, 0,
                std::numeric_limits<double>::infinity()};
      }
    }
    self.statistics_.accept();
    return {};
  }
};

}  // namespace halo::adapt
