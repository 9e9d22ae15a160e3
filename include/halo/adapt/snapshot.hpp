// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <concepts>
#include <span>

#include <halo/adapt/layer_flags.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/record.hpp>

namespace halo::adapt {

/// What a network was at some moment, to go back to: parameters, running statistics, and which
/// layers were drawn.
///
///     static adapt::snapshot<network> before(device);
///     adapt::run(device, stream, {.iterations = 300});
///     if (users_are_unhappy) before.restore(device);      // as if it had never been
///
/// Of an optimizer that averages it takes the average, with which the device answers. What
/// optimizer, average and policy remember is not in it: behind restore they begin anew, as behind
/// assign. As large as the parameters; allocates nothing.
template <class Network>
class snapshot {
 public:
  /// Zeros.
  snapshot() = default;
  /// What an adapter is now.
  template <class Device>
  explicit snapshot(Device const& device) noexcept {
    take(device);
  }

  /// Becomes what an adapter is now.
  template <class Device>
  void take(Device const& device, weights at = Device::preferred) noexcept {
    static_assert(of_same_network<Device>);
    auto const parameters = device.parameters(at);
    std::copy(parameters.begin(), parameters.end(), parameters_.begin());
    auto const statistics = device.statistics();
    std::copy(statistics.begin(), statistics.end(), statistics_.begin());
    drawn_.set(device.drawn());
  }
  /// Makes the adapter what it was.
  template <class Device>
  void restore(Device& device) const {
    throw_if(try_restore(device), "snapshot");
  }
  /// The same, but says where a number is not finite, which none that was taken is.
  template <class Device>
  [[nodiscard]] refusal try_restore(Device& device) const noexcept {
    static_assert(of_same_network<Device>);
    if (auto const no = device.try_assign(parameters(), statistics())) return no;
    device.set_drawn(drawn_.mask());
    return {};
  }

  [[nodiscard]] std::span<float const> parameters() const noexcept { return parameters_.span(); }
  [[nodiscard]] std::span<float const> statistics() const noexcept { return statistics_.span(); }

  static constexpr void record(auto& self, auto&& f) {
    f.template part<Network>("network");
    f.template tensors<typename Network::layout>(self.parameters_.span());
    f.template tensors<typename Network::statistics_layout>(self.statistics_.span(),
                                                            allowed::non_negative());
    f.part("drawn", self.drawn_);
  }

 private:
  template <class Device>
  static constexpr bool of_same_network = [] {
    static_assert(std::same_as<typename Device::network, Network>,
                  "halo: snapshot: its network is that of the device");
    return true;
  }();

  aligned_array<float, Network::parameters> parameters_;
  aligned_array<float, Network::statistics> statistics_;
  detail::layer_flags<Network::layers> drawn_{};
};

}  // namespace halo::adapt
