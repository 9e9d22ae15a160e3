// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <halo/core/random.hpp>
#include <halo/meta/meta_loss.hpp>

namespace halo::meta {

/// How an optimizer's weights are trained.
struct training {
  enum class descent : unsigned char {
    adam,
    rmsprop  ///< of TensorFlow: decay 0.9, the mean square starts at 1
  };

  std::uint64_t updates = 400;
  std::size_t shortest = 20, longest = 150;              ///< window, log-uniform
  std::uint64_t shortest_run = 150, longest_run = 2500;  ///< iterations of a run, log-uniform
  meta_loss loss = meta_loss::averaged();
  descent by = descent::adam;   ///< the meta-optimizer
  double rate = 1e-3;           ///< its rate: constant, then a cosine
  double constant_share = 0.5;  ///< of the updates, before the cosine falls to 2 %; 1: no cosine
  double clip = 1.0;            ///< most norm of the meta-gradient
  double clip_each = std::numeric_limits<double>::infinity();  ///< most size of a component
  double ridge = 0.0;       ///< pull of the weights to where they began
  double most_loss = 20;    ///< a run whose last loss is not below this begins anew
  std::size_t threads = 1;  ///< changes nothing but the time
  seed draws{};
};

/// All that decides about the bits of a training, in words.
[[nodiscard]] inline std::string words_of(training const& o) {
  std::string text;
  auto const say = [&text](std::string_view name, auto value) {
    std::array<char, 32> digits{};
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text.append(text.empty() ? "" : ", ").append(name).append(" ").append(digits.data(), end);
  };
  say("updates", o.updates);
  say("shortest", o.shortest);
  say("longest", o.longest);
  say("shortest_run", o.shortest_run);
  say("longest_run", o.longest_run);
  say("by", static_cast<int>(o.by));
  say("rate", o.rate);
  say("constant_share", o.constant_share);
  say("clip", o.clip);
  say("clip_each", o.clip_each);
  say("ridge", o.ridge);
  say("most_loss", o.most_loss);
  say("draws", o.draws.value);
  say("iterates", static_cast<int>(o.loss.which));
  say("logarithm", static_cast<int>(o.loss.logarithm));
  say("floor", o.loss.floor);
  say("jacobian", o.loss.jacobian);
  say("mean_jacobian", static_cast<int>(o.loss.mean_jacobian));
  say("second_derivatives", static_cast<int>(o.loss.second_derivatives));
  say("count_first", static_cast<int>(o.loss.count_first));
  say("count_last", static_cast<int>(o.loss.count_last));
  say("at_average", static_cast<int>(o.loss.at_average));
  say("averaged_share", o.loss.averaged_share);
  say("fresh_batches", o.loss.fresh_batches);
  say("held_out_batches", o.loss.held_out_batches);
  if (o.loss.spectral) say("spectral, power_iterations", o.loss.power_iterations);
  return text;
}

}  // namespace halo::meta
