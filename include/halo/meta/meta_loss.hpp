// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <halo/core/record.hpp>

namespace halo::meta {

/// The meta-loss of a window.
///
/// Either the losses of the iterates, Σ_i w_i [f(L_i) + c |∇L_i|²] [Li et al. 2020, eq. 3, with
/// their λ1 = c and w = 1/(n+1); Andrychowicz et al. 2016 without the Jacobian term], or the loss
/// at the average of the last iterates, f(L(θ̄)) + c |∇L(θ̄)|², on fresh mini-batches.
///
/// The mean loss over a short window rewards rates that are too small in the long run; the average
/// has the noise taken out and does not. f is the identity, or ln(L + floor), which weighs tasks of
/// different scale alike.
struct meta_loss {
  /// The mean over all iterates, or the last alone.
  enum class iterates : unsigned char { mean, last };

  iterates which = iterates::mean;  ///< whose losses count
  bool logarithm = false;           ///< f(L) = ln(L + floor)
  double floor = 1e-6;              ///< added to L before the logarithm
  double jacobian = 0;              ///< c; a sum of squares over all parameters, as in the paper
  bool mean_jacobian = false;       ///< their mean instead, as in the released code
  bool spectral = false;  ///< c·‖H‖₂ instead, the spectral norm of the gradient's Jacobian
  std::size_t power_iterations = 10;  ///< for it
  bool second_derivatives = false;    ///< through the gradient that the optimizer gets
  bool count_first = true;            ///< w = 1/(n+1) over i = 0 ... n, otherwise 1/n over 1 ... n
  bool count_last = true;             ///< otherwise iterate 0 takes the place of the last as well
  bool at_average = false;            ///< the loss at the average of the last iterates instead
  double averaged_share = 0.65;       ///< of the window, its end
  std::size_t fresh_batches = 2;      ///< of the average: so many new mini-batches,
  std::size_t held_out_batches = 1;   ///< the last of which are held out

  static constexpr void record(auto& self, auto&& f) {
    f.option("which", self.which);
    f.option("logarithm", self.logarithm);
    f.option("floor", self.floor, allowed::non_negative());
    f.option("jacobian", self.jacobian, allowed::non_negative());
    f.option("mean_jacobian", self.mean_jacobian);
    f.option("spectral", self.spectral);
    f.option("power_iterations", self.power_iterations, allowed::at_least(1));
    f.option("second_derivatives", self.second_derivatives);
    f.option("count_first", self.count_first);
    f.option("count_last", self.count_last);
    f.option("at_average", self.at_average);
    f.option("averaged_share", self.averaged_share, allowed::share());
    f.option("fresh_batches", self.fresh_batches, allowed::at_least(1));
    f.option("held_out_batches", self.held_out_batches,
             allowed::between(0, static_cast<double>(self.fresh_batches)));
  }

  /// HALO as its paper reads.
  [[nodiscard]] static constexpr meta_loss paper() noexcept { return {.jacobian = 1e-3}; }
  /// As the released code has it, but for its subset of 8000 examples: mini-batches are used. The
  /// code adds the Jacobian's share once an iteration: times 11, the losses of its windows.
  [[nodiscard]] static constexpr meta_loss authors() noexcept {
    return {.logarithm = true, .jacobian = 5.5e-3, .mean_jacobian = true, .count_last = false};
  }
  /// What trains optimizers that still work after thousands of steps.
  [[nodiscard]] static constexpr meta_loss averaged() noexcept {
    return {.logarithm = true, .floor = 0.02, .at_average = true};
  }

  /// f(L).
  [[nodiscard]] double value(double loss) const noexcept {
    return logarithm ? std::log(loss + floor) : loss;
  }
  /// f'(L).
  [[nodiscard]] double slope(double loss) const noexcept {
    return logarithm ? 1 / (loss + floor) : 1;
  }
  /// w_i in a window of n iterations.
  [[nodiscard]] double share(std::size_t i, std::size_t n) const noexcept {
    if (which == iterates::last) return i == n ? 1 : 0;
    auto const plain = [&](std::size_t k) {
      if (count_first) return 1 / static_cast<double>(n + 1);
      return k == 0 ? 0 : 1 / static_cast<double>(n);
    };
    if (count_last) return plain(i);
    return i == n ? 0 : i == 0 ? plain(0) + plain(n) : plain(i);
  }
  /// c, or c/N for N parameters.
  [[nodiscard]] double factor(std::size_t parameters) const noexcept {
    return mean_jacobian && !spectral ? jacobian / static_cast<double>(parameters) : jacobian;
  }
  /// How many iterates are averaged.
  [[nodiscard]] std::size_t averaged(std::size_t n) const noexcept {
    auto const m = static_cast<std::size_t>(averaged_share * static_cast<double>(n));
    return std::clamp<std::size_t>(m, 1, n);
  }
};

}  // namespace halo::meta
