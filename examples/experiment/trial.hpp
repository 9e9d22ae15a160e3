// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <halo/core/error.hpp>

#include "arm.hpp"

namespace experiment {

/// Where a run stood after so many iterations. Costs are of the run so far, evaluations left out.
struct point {
  std::uint64_t iterations = 0;
  double accuracy = 0;                   ///< held out, at the weights that steps move
  double balanced = 0;                   ///< the same, mean over the classes
  double averaged = 0;                   ///< held out, at the average of the weights over the path
  double loss = 0;                       ///< on rows that are learned from
  std::uint64_t network_operations = 0;  ///< the average over the path included
  std::uint64_t optimizer_operations = 0;
  double seconds = 0;  ///< on the clock, beside whatever else runs
};

/// One run: everything that decides its numbers.
struct trial {
  std::string network;
  arm with;
  std::uint64_t pretraining = 0;             ///< iterations on the domain that is known
  std::vector<std::uint64_t> checkpoints{};  ///< ascending; the last one is the length of the run
  std::uint64_t seed = 0;
  std::size_t held_out = 0;  ///< most held-out rows that are looked at; 0: all

  /// Tells this run from every other one, those with other weights of a learned optimizer included.
  [[nodiscard]] std::string key() const {
    std::string text = halo::joined(
        {network, "/", with.name(), "/", with.masks, "/", std::to_string(pretraining)});
    for (std::uint64_t const c : checkpoints) text.append("+").append(std::to_string(c));
    if (held_out > 0) text.append("/of ").append(std::to_string(held_out));
    text.append("/").append(fingerprint_of(with, checkpoints.back(), seed));
    return text.append("/").append(std::to_string(seed));
  }
};

/// What came of it.
struct outcome {
  std::size_t parameters = 0;
  std::size_t rows = 0;
  double known = 0;              ///< accuracy on the domain it was pre-trained on, held out
  std::uint64_t not_finite = 0;  ///< steps that were refused
  std::vector<point> points;     ///< before the first iteration, then at each checkpoint
};

/// A run as one line of JSON.
[[nodiscard]] inline std::string line_of(trial const& t, outcome const& o) {
  std::string text;
  char part[256];
  auto const add = [&](char const* format, auto... values) {
    std::snprintf(part, sizeof part, format, values...);
    text.append(part);
  };
  auto const number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  auto const word = [&](char const* name, std::string const& value) {
    text.append(name).append(": \"").append(value).append("\"");
  };
  word("{\"key\"", t.key());
  word(", \"network\"", t.network);
  word(", \"arm\"", t.with.name());
  word(", \"masks\"", t.with.masks);
  add(", \"seed\": %llu, \"parameters\": %zu, \"rows\": %zu, \"known\": %.9g, \"not_finite\": %llu",
      number(t.seed), o.parameters, o.rows, o.known, number(o.not_finite));
  text.append(", \"points\": [");
  for (point const& p : o.points) {
    text.append(&p == o.points.data() ? "{" : ", {");
    add("\"iterations\": %llu", number(p.iterations));
    auto const real = [&](char const* name, double x) {  // JSON has no word for what is not finite
      text.append(", \"").append(name).append("\": ");
      if (std::isfinite(x))
        add("%.9g", x);
      else
        text.append("null");
    };
    real("accuracy", p.accuracy);
    real("balanced", p.balanced);
    real("averaged", p.averaged);
    real("loss", p.loss);
    add(", \"network_operations\": %llu, \"optimizer_operations\": %llu",
        number(p.network_operations), number(p.optimizer_operations));
    real("seconds", p.seconds);
    text.append("}");
  }
  return text.append("]}\n");
}

}  // namespace experiment
