// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/evaluate.hpp>
#include <halo/adapt/report.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/concepts.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/integer_network.hpp>
#include <halo/nn/loss.hpp>

namespace halo::adapt {

/// A network that has learned, its quantised layers on bytes: predicts and learns no more.
///
/// Its outputs are those of the fake-quantised network to float rounding (nn/integer.hpp). sizeof
/// is all its memory; nothing allocates.
///
///     auto const integers = adapt::to_integers(device);
template <class Network, class Loss = nn::cross_entropy, std::size_t MaxBatch = 64>
class integer_network {
 public:
  using network = nn::integers_of<Network>;
  using target = typename Loss::target;

  /// @throws halo::error where their number is another, one is not finite, or a quantisation range
  /// is empty or infinite
  integer_network(std::span<float const> parameters, std::span<float const> statistics) {
    detail::check_parameters(parameters, Network::parameters);
    detail::check_parameters(statistics, Network::statistics, 0, "statistics");
    nn::to_integers<Network>(parameters, statistics, parameters_.span(), statistics_.span());
  }

  /// Bytes of all parameters: quantised weights have one each, padded to panels of 16 outputs.
  static constexpr std::size_t parameter_bytes = network::parameters * sizeof(float);

  /// Outputs of the network, [rows, outputs], for any number of rows.
  /// @throws halo::error where the numbers of elements do not fit
  void predict(std::span<float const> x, std::span<float> y) {
    adapt::predict<network>(parameters_.data(), x, y, work_, statistics_.data());
  }

  /// Mean loss and accuracy over any number of examples.
  /// @throws halo::error where x and t do not fit the network or each other
  template <class X, class Y>
  [[nodiscard]] evaluation evaluate(X const& x, Y const& t) {
    return adapt::evaluate<network, Loss>(
        parameters_.data(), detail::flat<float>(x, "x", network::inputs),
        detail::flat<target>(t, "targets", Loss::targets(network::outputs)), work_,
        statistics_.data());
  }

 private:
  aligned_array<float, network::parameters> parameters_;
  aligned_array<float, network::statistics> statistics_;
  nn::workspace<network, float, MaxBatch> work_;
};

/// What an adapter has learned, as integers; errors as above.
template <class Device>
[[nodiscard]] auto to_integers(Device const& device) {
  return integer_network<typename Device::network, typename Device::loss, Device::max_batch>(
      device.parameters(Device::preferred), device.statistics());
}

}  // namespace halo::adapt
