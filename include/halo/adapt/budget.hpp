// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstdint>
#include <limits>
#include <optional>

#include <halo/core/allowed.hpp>
#include <halo/core/stopwatch.hpp>

namespace halo::adapt {

/// Why an adaptation ended.
enum class stop : unsigned char {
  iterations,  ///< budget::iterations are spent
  operations,  ///< budget::operations are spent
  time,        ///< budget::seconds are spent
  energy,      ///< budget::joules are spent
  accuracy,    ///< the held-out accuracy is budget::accuracy or more
  loss,        ///< the held-out loss is budget::loss or less
  measure,     ///< the held-out measure is as good as adapt::until said
  patience,    ///< the held-out loss stopped falling
  non_finite,  ///< too many steps in a row were not finite
  observer,    ///< whoever looks at the steps said so
  refused,     ///< a mini-batch or the held-out examples do not fit the device, or nothing learns
};

[[nodiscard]] constexpr char const* text(stop s) noexcept {
  switch (s) {
    case stop::iterations:
      return "iterations spent";
    case stop::operations:
      return "operations spent";
    case stop::time:
      return "time spent";
    case stop::energy:
      return "energy spent";
    case stop::accuracy:
      return "target accuracy reached";
    case stop::loss:
      return "target loss reached";
    case stop::measure:
      return "target measure reached";
    case stop::patience:
      return "the held-out loss stopped falling";
    case stop::non_finite:
      return "too many steps were not finite";
    case stop::observer:
      return "the observer said so";
    case stop::refused:
      return "something did not fit";
  }
  return "";
}

/// How much an adaptation may cost and what it is for; whatever is reached first ends it.
///
/// Accuracy, loss and patience are of held-out examples, which adapt::run is handed.
struct budget {
  /// more than any run takes.
  static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t iterations = unlimited;  ///< steps, empty ones included
  std::uint64_t begun = 0;  ///< how many of them an earlier run took that this one goes on with
  std::uint64_t operations =
      unlimited;  ///< multiply-adds of the network, optimizer's arithmetic included
  double seconds = std::numeric_limits<double>::infinity();  ///< wall time, at least 0
  /// Whose seconds: nullptr is the system's clock. A board without a system brings its own.
  clock_function clock = nullptr;
  /// By an observer that counts them, such as adapt::spending.
  double joules = std::numeric_limits<double>::infinity();
  std::optional<double> accuracy{};    ///< a goal, in [0, 1]; for losses that have one
  std::optional<double> loss{};        ///< a goal
  std::uint64_t patience = unlimited;  ///< evaluations in a row without a lower loss, at least 1
  std::uint64_t evaluate_every = 100;  ///< iterations from one evaluation to the next, at least 1
  std::uint64_t non_finite = 20;       ///< steps in a row that were not finite, at least 1

  /// Whether there is a clock for the seconds, or none is needed.
  [[nodiscard]] constexpr bool has_clock() const noexcept {
    return clock != nullptr || core::has_clock ||
           seconds == std::numeric_limits<double>::infinity();
  }
  /// Whether held-out examples are needed.
  [[nodiscard]] constexpr bool evaluates() const noexcept {
    return accuracy || loss || patience != unlimited;
  }

  static constexpr void record(auto& self, auto&& f) {
    f.option("iterations", self.iterations, allowed::non_negative());
    f.option("begun", self.begun, allowed::non_negative());
    f.option("operations", self.operations, allowed::non_negative());
    f.option("seconds", self.seconds,
             allowed{.low = 0, .high = std::numeric_limits<double>::infinity()});
    f.option("joules", self.joules,
             allowed{.low = 0, .high = std::numeric_limits<double>::infinity()});
    if (self.accuracy) f.option("accuracy", *self.accuracy, allowed::share());
    if (self.loss) f.option("loss", *self.loss, allowed::finite());
    f.option("patience", self.patience, allowed::at_least(1));
    f.option("evaluate_every", self.evaluate_every, allowed::at_least(1));
    f.option("non_finite", self.non_finite, allowed::at_least(1));
  }
};

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
