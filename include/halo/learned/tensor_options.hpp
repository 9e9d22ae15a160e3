// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/record.hpp>

namespace halo::learned {

/// Which tensor-wise RNN: sizes and how far its outputs reach.
struct tensor_options {
  std::size_t units = 16;         ///< of a tensor's unit
  std::size_t global_units = 16;  ///< of the problem's
  bool prior = true;       ///< outputs are offsets to tensor_prior; else to one learned log-rate
  double span_up = 1.0;    ///< most the log-rate can rise above what it is an offset to
  double span_down = 1.0;  ///< ... fall below it
  /// Most the log of the weight decay can change, either way; 0: it stays the prior's. A window of
  /// some hundred steps does not see what decay is for: learned from windows it falls, and small
  /// training sets are learned by heart. Whole runs of small networks teach one that is too weak
  /// for larger ones (docs/results.md).
  double span_decay = 0.0;

  static constexpr void record(auto& self, auto&& f) {
    f.option("units", self.units, allowed::at_least(1));
    f.option("global_units", self.global_units, allowed::at_least(1));
    f.option("prior", self.prior);
    f.option("span_up", self.span_up, allowed::positive());
    f.option("span_down", self.span_down, allowed::positive());
    f.option("span_decay", self.span_decay, allowed::non_negative());
  }
};

/// The controller alone, without prior and weight decay: a log-rate from 3 below to 1.4 above a
/// learned one, 16 features, 5 outputs.
inline constexpr tensor_options without_prior{.prior = false, .span_up = 1.4, .span_down = 3.0};

}  // namespace halo::learned
