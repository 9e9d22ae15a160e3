// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <cstddef>
#include <span>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/statistics.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/record.hpp>

namespace halo::adapt {

/// The weighted mean of what several devices of one network have learned [federated averaging,
/// McMahan et al. 2017], one after the other.
///
///     adapt::federated_average<network> mean;
///     for (auto const& d : fleet) mean.add(*d, rows_of(d));      // weighs as much as it has rows
///     for (auto& d : fleet) d->assign(mean.parameters(), mean.statistics());
///
/// m ← m + (w/W)(θ - m), W the weights so far: equal devices give their very bits. A running
/// variance behind its mean becomes that of all their rows together,
///     v ← v + (w/W)(v' - v) + (w/W)(1 - w/W)(mean' - mean)²
/// (law of total variance); other statistics, as ranges of quantised layers, their mean. Averages
/// make sense where all devices began a round at the same parameters. As large as the parameters;
/// allocates nothing.
template <class Network>
class federated_average {
 public:
  /// Adds what an adapter or a predictor answers with.
  /// @param weight  of any unit, mostly its rows; at least 0
  /// @throws halo::error for a weight that is none, and means so far apart that a variance would be
  ///         infinite; nothing has changed then
  template <class Device>
  void add(Device const& device, double weight = 1) {
    throw_if(try_add(device, weight), "federated_average");
  }
  /// Adds parameters and statistics from anywhere, in the order of the network's layouts; the
  /// statistics may also lie behind the parameters.
  /// @throws halo::error for others than the network's, a weight that is none, and means so far
  ///         apart that a variance would be infinite; nothing has changed then
  void add(std::span<float const> parameters, std::span<float const> statistics, double weight) {
    throw_if(try_add(parameters, statistics, weight), "federated_average");
  }
  /// The same, but says what did not fit.
  template <class Device>
  [[nodiscard]] refusal try_add(Device const& device, double weight = 1) noexcept {
    return try_add(device.parameters(Device::preferred), device.statistics(), weight);
  }
  /// The same, but says what did not fit.
  [[nodiscard]] refusal try_add(std::span<float const> parameters,
                                std::span<float const> statistics, double weight) noexcept {
    detail::split_parameters<Network>(parameters, statistics);
    if (auto const no = detail::check_parameters<Network>(parameters, statistics)) return no;
    if (!(weight >= 0 && std::isfinite(weight_ + weight)))
      return detail::out_of_range("weight", allowed::non_negative(), weight);
    if (weight == 0) return {};
    auto const share = static_cast<float>(weight / (weight_ + weight));
    if (auto const no = check_variances(statistics, share)) return no;
    weight_ += weight;
    add_variances(statistics, share);
    move(parameters_.span(), parameters, share);
    move(statistics_.span(), statistics, share);
    return {};
  }

  /// Sum of the weights; 0: nothing was added, and all is 0.
  [[nodiscard]] double weight() const noexcept { return weight_; }
  /// Their mean.
  [[nodiscard]] std::span<float const> parameters() const noexcept { return parameters_.span(); }
  /// Of all rows together.
  [[nodiscard]] std::span<float const> statistics() const noexcept { return statistics_.span(); }
  /// Begins a new mean.
  void clear() noexcept { *this = {}; }

  static constexpr void record(auto& self, auto&& f) {
    f.template part<Network>("network");
    f.template tensors<typename Network::layout>(self.parameters_.span());
    f.template tensors<typename Network::statistics_layout>(self.statistics_.span(),
                                                            allowed::non_negative());
    f.number("weight", self.weight_, allowed::non_negative());
  }

 private:
  static void move(std::span<float> mean, std::span<float const> values, float share) noexcept {
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = std::lerp(mean[i], values[i], share);
  }
  /// Whether means lie so far from each other that a variance would be infinite.
  [[nodiscard]] refusal check_variances(std::span<float const> statistics,
                                        float share) const noexcept {
    refusal no{};
    detail::for_each_moments<typename Network::statistics_layout>(
        [&](std::size_t mean, std::size_t variance) {
          float const off = statistics[mean] - statistics_[mean];
          float const all = statistics_[variance] + share * off * off;
          if (share < 1 && !std::isfinite(all))
            no = {misfit::not_finite, "variance of all", variance, 0, static_cast<double>(all)};
        });
    return no;
  }
  /// What variances gain by means that differ; the means are still the old ones.
  void add_variances(std::span<float const> statistics, float share) noexcept {
    detail::for_each_moments<typename Network::statistics_layout>(
        [&](std::size_t mean, std::size_t variance) {
          float const off = statistics[mean] - statistics_[mean];
          statistics_[variance] += share * off * off;  // move multiplies by 1 - share
        });
  }

  aligned_array<float, Network::parameters> parameters_;
  aligned_array<float, Network::statistics> statistics_;
  double weight_ = 0;
};

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
