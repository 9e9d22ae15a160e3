// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include <halo/adapt/layer_flags.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/options.hpp>
#include <halo/nn/layer.hpp>
#include <halo/optim/guard.hpp>

namespace halo::adapt {

using nn::normalization;

/// What a program tells a device about its run, at any time between two steps: the part of an
/// adapter that says so and nothing else.
///
/// @tparam Layers  of the network
template <std::size_t Layers>
class settings {
 public:
  /// How many examples the training set has; 0: what the stream of adapt::run says, if it does. An
  /// optimizer may ask: learned::tensor_rnn decays weights by the inverse of it.
  [[nodiscard]] std::uint64_t training_rows() const noexcept { return training_rows_; }
  /// Says how many examples the training set has, 0: not known.
  void set_training_rows(std::uint64_t rows) noexcept { training_rows_ = rows; }

  /// What refuses steps out of all proportion; on unless it is set to optim::guard::off().
  [[nodiscard]] optim::guard const& guard() const noexcept { return guard_; }
  /// @throws halo::error for an option out of its range, as first_bad_option says without
  void set_guard(optim::guard const& guard) {
    check_options(guard, "guard");
    guard_ = guard;
  }

  /// What batch_norm normalises by in predict, evaluate and accuracy: running statistics, or those
  /// of each part of the examples, as many as a mini-batch may have. A single example is normalised
  /// by the running ones, and where it would be left over the part before it has one less.
  [[nodiscard]] nn::normalization normalization() const noexcept { return normalization_; }
  /// Chooses them.
  void set_normalization(nn::normalization n) noexcept { normalization_ = n; }

  /// What batch_norm normalises by in steps that leave its layer out, which never move its
  /// statistics: the mini-batch's own, or the running ones that evaluation uses, so that the layers
  /// which learn see what they will see later. Others use the mini-batch's own.
  [[nodiscard]] nn::normalization frozen_normalization() const noexcept {
    return frozen_normalization_;
  }
  /// Chooses those of layers that a mask leaves out.
  void set_frozen_normalization(nn::normalization n) noexcept { frozen_normalization_ = n; }

  /// Layers that no step moves, whatever the policy decides, the others by what it decides: their
  /// gradients are not computed, their statistics and what the optimizer remembers of them stay.
  /// Where all that it decides for is frozen, nothing learns in the step; but under a policy that
  /// goes by what it was told, such as optim::deepening, the uppermost layer that is not frozen.
  ///
  ///     device.freeze(layer_mask::all(2));                        // the lowest two
  ///     device.freeze(layers_named<network::layout>("0"));        // by name
  ///     device.freeze({});                                        // none: all learn again
  /// @param layers  those that are frozen from the next step on, in the place of those before
  void freeze(layer_mask layers) noexcept { frozen_.set(layers); }
  /// Those that are frozen.
  [[nodiscard]] layer_mask frozen() const noexcept { return frozen_.mask(); }

 protected:
  settings() = default;
  std::uint64_t training_rows_ = 0;                                    ///< 0: nobody said
  optim::guard guard_{};                                               ///< of every step
  nn::normalization normalization_ = nn::normalization::running;       ///< of answers
  nn::normalization frozen_normalization_ = nn::normalization::batch;  ///< of layers left out
  detail::layer_flags<Layers> frozen_{};                               ///< that no step moves
};

}  // namespace halo::adapt
