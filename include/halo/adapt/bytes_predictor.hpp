// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/adapt/evaluate.hpp>
#include <halo/adapt/flash_bytes.hpp>
#include <halo/adapt/layer_by_layer.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/bit_cast.hpp>
#include <halo/core/fingerprint.hpp>
#include <halo/nn/head.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/loss_check.hpp>

namespace halo::adapt {

/// A network that answers by weights that lie in flash as bytes, in a header that halo-embed --int8
/// wrote: its frozen layers, under a head in RAM that learns.
///
///     static adapt::bytes_predictor<network, gas, 8> known;
///     std::array<float, split::features * network::outputs + network::outputs> start;
///     known.unpack_head(start);                                   // of nn::head<network>
///     if (!known.try_features(x, h)) head_device.step(h, labels);
///
/// Answers are those of a predictor with unpack's numbers, bit for bit. Layers run one after the
/// other, and each makes floats of its bytes first: in RAM are those of the largest layer and two
/// arenas, sizeof. A mini-batch shares that work, so take as many examples at a time as there is
/// room for. Throws and allocates nothing.
///
/// @tparam Network   nn::sequential<...> without layers that are bytes themselves
/// @tparam Flash     the type in the header
/// @tparam MaxBatch  examples that run at a time; any number may be handed in
/// @tparam Loss      what try_evaluate means
template <class Network, class Flash, std::size_t MaxBatch = 1, class Loss = nn::cross_entropy>
class bytes_predictor {
  static_assert(detail::complain_of_bytes<Network, Flash>());
  static_assert(nn::detail::complain_of_loss<Loss>());
  static_assert(MaxBatch > 0, "halo: bytes_predictor: at least one example runs at a time");
  using all = detail::layer_by_layer<Network, Flash>;

 public:
  using network = Network;
  using loss = Loss;
  static constexpr std::size_t max_batch = MaxBatch;

  /// Outputs, y ← [rows, outputs], for any number of examples x, a span or a tensor.
  /// @return why it did nothing, where the numbers of elements do not fit
  template <class X>
  [[nodiscard]] refusal try_predict(X const& x, std::span<float> y) const noexcept {
    return adapt::try_predict<all>({{}, Flash::statistics}, x, y, work_);
  }
  /// Mean loss and accuracy over at least one example, or evaluation::refused; measures count in.
  template <class X, class Y, class... M>
  [[nodiscard]] evaluation try_evaluate(X const& x, Y const& t, M&... more) const noexcept {
    return adapt::try_evaluate<all, Loss>({{}, Flash::statistics}, x, t, work_, more...);
  }
  /// What the body of the network makes of examples (nn::head), h ← [rows, features].
  /// @return why it did nothing, where the numbers of elements do not fit
  template <class X>
  [[nodiscard]] refusal try_features(X const& x, std::span<float> h) const noexcept {
    using body = typename nn::head<Network>::body;
    return adapt::try_predict<detail::layer_by_layer<body, Flash>>(
        {{}, std::span<float const>(Flash::statistics).first(body::statistics)}, x, h, work_);
  }
  /// The floats of the last layer, weights and then biases: what a head that learns starts from.
  void unpack_head(std::span<float> to) const noexcept {
    HALO_EXPECTS(to.size() == Network::parameters - nn::head<Network>::weights,
                 "unpack_head: room for the head's weights and biases");
    std::size_t at = 0;
    each([&](float x) {
      if (at >= nn::head<Network>::weights) to[at - nn::head<Network>::weights] = x;
      ++at;
    });
  }
  /// Whether flash still holds what the header said: reads all of it.
  [[nodiscard]] static bool intact() noexcept {
    fingerprint sum;
    auto const add = [&sum](float x) {
      auto const raw = core::bit_cast<std::array<std::byte, sizeof(float)>>(x);
      sum.add(std::span<std::byte const>(raw));
    };
    each(add);
    for (float const x : Flash::statistics) add(x);
    return sum.value() == Flash::checksum;
  }

 private:
  /// All parameters as floats, one after the other.
  template <class Take>
  static void each(Take&& take) noexcept {
    detail::bytes_cursor<Flash> from;
    for (parameter_info const& info : Network::layout::table) from.next(info.count, take);
  }

  mutable inference_workspace<all, MaxBatch> work_;  ///< holds nothing between two calls
};

}  // namespace halo::adapt
