// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include <halo/core/random.hpp>
#include <halo/core/record.hpp>
#include <halo/meta/meta_loss.hpp>

namespace halo::meta {

/// How an optimizer's weights are trained.
struct training {
  /// What moves the weights down the meta-gradient.
  enum class update_rule : unsigned char {
    adam,
    rmsprop  ///< of TensorFlow: decay 0.9, the mean square starts at 1
  };

  std::uint64_t updates = 400;                             ///< how many, for the schedule
  std::size_t shortest_window = 20, longest_window = 150;  ///< iterations, log-uniform
  std::uint64_t shortest_run = 150, longest_run = 2500;    ///< iterations of a run, log-uniform
  meta_loss loss = meta_loss::averaged();
  update_rule rule = update_rule::adam;  ///< of the meta-optimizer
  double rate = 1e-3;                    ///< its rate: constant, then a cosine
  double constant_share = 0.5;  ///< of the updates, before the cosine falls to 2 %; 1: no cosine
  double clip_norm = 1.0;       ///< most norm of the meta-gradient
  double clip_value = std::numeric_limits<double>::infinity();  ///< most size of a component
  double decay_to_start = 0.0;       ///< weight decay towards the first weights
  double most_loss = 20;             ///< a run whose last loss is not below this begins anew
  std::uint64_t most_failures = 20;  ///< updates in a row that teach nothing before one throws
  std::size_t threads = 1;           ///< changes nothing but the time
  seed draws{};                      ///< of everything that chance decides

  /// All that decides about the bits of a training.
  static constexpr void record(auto& self, auto&& f) {
    f.option("updates", self.updates, allowed::finite());
    f.option("shortest_window", self.shortest_window, allowed::at_least(1));
    f.option("longest_window", self.longest_window,
             allowed::at_least(static_cast<double>(self.shortest_window)));
    f.option("shortest_run", self.shortest_run, allowed::at_least(1));
    f.option("longest_run", self.longest_run,
             allowed::at_least(static_cast<double>(self.shortest_run)));
    f.part("loss", self.loss);
    f.option("rule", self.rule);
    f.option("rate", self.rate, allowed::non_negative());
    f.option("constant_share", self.constant_share, allowed::share());
    f.option("clip_norm", self.clip_norm, allowed::positive_or_infinite());
    f.option("clip_value", self.clip_value, allowed::positive_or_infinite());
    f.option("decay_to_start", self.decay_to_start, allowed::non_negative());
    f.option("most_loss", self.most_loss, allowed::positive_or_infinite());
    f.option("most_failures", self.most_failures, allowed::at_least(1));
    f.option("draws", self.draws.value, allowed::finite());
  }
};

}  // namespace halo::meta
