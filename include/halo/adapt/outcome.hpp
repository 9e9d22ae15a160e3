// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <limits>

#include <halo/adapt/budget.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/adapt/verdict.hpp>

namespace halo::adapt {

/// How a run ended.
struct outcome {
  stop reason = stop::iterations;  ///< why it ended
  adapt::totals totals{};          ///< of this run alone
  double seconds = 0;              ///< wall time, evaluations included
  double joules = 0;               ///< where the observer counts them (adapt::spending)
  double loss = std::numeric_limits<double>::quiet_NaN();      ///< of held-out examples at the end
  double accuracy = std::numeric_limits<double>::quiet_NaN();  ///< the same
  double measured = std::numeric_limits<double>::quiet_NaN();  ///< the same, by until's measure
  report last{};  ///< of the last step: its loss is that of the mini-batch before it
  adapt::verdict verdict = verdict::none;  ///< of the safeguard
  refusal refused{};                       ///< what did not fit, where the reason is refused
};

}  // namespace halo::adapt
