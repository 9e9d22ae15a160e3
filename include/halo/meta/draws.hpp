// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include <halo/core/random.hpp>
#include <halo/meta/training.hpp>

namespace halo::meta {

/// What chance decides in a training, each a function of its seed, the update, and the place in the
/// pool alone.
class draws {
 public:
  /// Refers to the options, which must outlive this.
  explicit draws(training const& options) noexcept : options_(&options) {}

  /// Iterations of an update's window.
  [[nodiscard]] std::size_t window(std::uint64_t update) const noexcept {
    return static_cast<std::size_t>(log_uniform(1, update,
                                                static_cast<double>(options_->shortest_window),
                                                static_cast<double>(options_->longest_window)));
  }
  /// Iterations of a place's run.
  [[nodiscard]] std::uint64_t horizon(std::size_t place, std::uint64_t run) const noexcept {
    return static_cast<std::uint64_t>(log_uniform(2 + 16 * place, run,
                                                  static_cast<double>(options_->shortest_run),
                                                  static_cast<double>(options_->longest_run)));
  }
  /// What makes a place's run repeatable.
  [[nodiscard]] seed start(std::size_t place, std::uint64_t run) const noexcept {
    auto const w = generator(options_->draws, 3 + 16 * place).words(run);
    return {(std::uint64_t{w[0]} << 32U) | w[1]};
  }
  /// Number k of size normal numbers that perturb the weights of a place in an update.
  [[nodiscard]] double perturbation(std::size_t place, std::uint64_t update, std::size_t size,
                                    std::size_t k) const noexcept {
    generator g(options_->draws, 4 + 16 * place);
    g.seek(update * size + k);
    return static_cast<double>(g.normal());
  }

 private:
  [[nodiscard]] double log_uniform(std::uint64_t stream, std::uint64_t position, double low,
                                   double high) const noexcept {
    generator g(options_->draws, stream);
    g.seek(position);
    return low * std::exp(static_cast<double>(g.uniform()) * std::log(high / low));
  }

  training const* options_;
};

}  // namespace halo::meta
