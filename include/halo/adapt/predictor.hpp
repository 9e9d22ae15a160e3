// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include <halo/adapt/assigned.hpp>
#include <halo/adapt/inference.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/nn/loss_check.hpp>

namespace halo::adapt {

// integers.hpp defines it; a default argument may not come behind the friend that a program made.
template <std::size_t MaxBatch = 1, class Device>
[[nodiscard]] auto to_integers(Device const& device);

/// A network that answers and learns no more: its numbers and what a forward pass needs, no
/// gradient, no optimizer.
///
///     adapt::predictor<network> const p(device);  // as it is now
///     p.predict(x, y);
///     auto const values = adapt::load_parameters<network>("gas.safetensors");
///     adapt::predictor<network> const q(values.span());
///
/// predict, evaluate and accuracy are those of an adapter (inference.hpp). sizeof is all its
/// memory; nothing allocates. A network with quantised layers becomes integers by to_integers.
///
/// @tparam MaxBatch  examples that run at a time; any number may be handed in
/// @tparam Loss      what evaluate and accuracy mean
template <class Network, std::size_t MaxBatch = 1, class Loss = nn::cross_entropy>
class predictor : public inference<predictor<Network, MaxBatch, Loss>, Network, Loss,
                                   inference_workspace<Network, MaxBatch>>,
                  public assigned<predictor<Network, MaxBatch, Loss>, Network> {
  static_assert(nn::detail::complain_of_loss<Loss>());
  static_assert(nn::loss<Loss>, "halo: predictor: the third argument is a loss");
  static_assert(nn::takes_outputs_of<Loss>(Network::outputs),
                "halo: predictor: the loss does not take the network's number of outputs");
  static_assert(MaxBatch > 0, "halo: predictor: at least one example runs at a time");

 public:
  using network = Network;
  using loss = Loss;
  using target = typename Loss::target;
  static constexpr std::size_t max_batch = MaxBatch;
  static constexpr weights preferred = weights::raw;  ///< the only weights it has
  /// Bytes of the parameters; of a quantised layer's weight one each, in panels of 16 outputs.
  static constexpr std::size_t parameter_bytes = Network::parameters * sizeof(float);

  /// Nothing but zeros; try_assign fills it.
  predictor() = default;
  /// Given parameters and the statistics that belong to them, as assign takes them.
  explicit predictor(std::span<float const> parameters, std::span<float const> statistics = {}) {
    this->assign(parameters, statistics);
  }
  /// What an adapter of the same network has learned.
  template <class Device>
    requires requires { typename Device::state_type; }
  explicit predictor(Device const& device, weights at = Device::preferred)
      : predictor(device.parameters(at), device.statistics()) {}

  [[nodiscard]] std::span<float const> parameters() const noexcept { return parameters_.span(); }
  [[nodiscard]] std::span<float const> statistics() const noexcept { return statistics_.span(); }
  /// Its numbers, for functions that take any network's.
  [[nodiscard]] network_view view([[maybe_unused]] weights at = weights::raw) const noexcept {
    HALO_EXPECTS(at == weights::raw, "predictor: has one set of weights");
    return {parameters(), statistics()};
  }

 private:
  template <std::size_t B, class Device>
  friend auto to_integers(Device const& device);
  friend assigned<predictor, Network>;
  static constexpr char const* called = "predictor";

  void take(std::span<float const> parameters, std::span<float const> statistics) noexcept {
    std::copy(parameters.begin(), parameters.end(), parameters_.begin());
    std::copy(statistics.begin(), statistics.end(), statistics_.begin());
  }

  aligned_array<float, Network::parameters> parameters_;
  aligned_array<float, Network::statistics> statistics_;
};

}  // namespace halo::adapt
