// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "contest.hpp"

namespace support {

/// What --quick asks for: one seed and less of all the rest.
struct quick_lengths {
  std::uint64_t pretraining = 0, iterations = 0;
  std::vector<float> rates;
};

/// What the programs with a contest are told.
struct contest_options {
  std::string data, plot;
  std::uint64_t iterations = 0;  ///< length of a run
  contest_settings contest;

  /// Takes all options; any other than these ends the program.
  void read(arguments in, quick_lengths const& quick) {
    while (in.next()) {
      if (in.is("--quick")) {
        contest.seeds = 1;
        contest.pretraining = quick.pretraining;
        contest.rates = quick.rates;
        iterations = quick.iterations;
      } else if (in.is("--data")) {
        data = in.value();
      } else if (in.is("--plot")) {
        plot = in.value();
      } else if (in.is("--seed")) {
        contest.seed = in.number(0);
      } else if (in.is("--seeds")) {
        contest.seeds = in.number();
      } else if (in.is("--pretrain")) {
        contest.pretraining = in.number();
      } else if (in.is("--iterations")) {
        iterations = in.number();
      } else {
        in.refuse();
      }
    }
  }
};

}  // namespace support
