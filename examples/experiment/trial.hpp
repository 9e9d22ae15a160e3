// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include <halo/energy/estimate.hpp>

#include "arm.hpp"
#include "preset.hpp"

namespace experiment {

/// Where a run stood after so many iterations. Costs are of the run so far, evaluations left out.
struct point {
  std::uint64_t iterations = 0;
  double accuracy = 0;  ///< held out, at the weights that steps move; where there is batch_norm, by
                        ///< statistics of 64 examples at a time
  double balanced = 0;  ///< the same, mean over the classes
  double averaged = 0;  ///< held out, at the average of the weights over the path; by the mean over
                        ///< the classes where mini-batches draw them alike
  double running = 0;   ///< as accuracy, where there is batch_norm by running statistics
  double loss = 0;      ///< on rows that are learned from
  std::uint64_t network_operations = 0;  ///< the average over the path included
  std::uint64_t optimizer_operations = 0;
  halo::energy::joules joules{};                               ///< by the model
  double measured = std::numeric_limits<double>::quiet_NaN();  ///< joules by a meter, evaluations
                                                               ///< left out
  double seconds = 0;  ///< on the clock, beside whatever else runs
};

/// One run: everything that decides its numbers.
struct trial {
  std::string experiment{};  ///< what it is compared within
  std::string network{};
  arm with{};
  std::uint64_t pretraining = 0;             ///< iterations on the domain that is known
  std::vector<std::uint64_t> checkpoints{};  ///< ascending; the last one is the length of the run
  bool by_operations = false;  ///< checkpoints are not iterations but the operations of so many
                               ///< dense ones with Adam
  bool told = true;            ///< the optimizer is told how long the run is
  std::uint64_t seed = 0;
  preset set_up = preset::sound;
  std::size_t held_out = 0;  ///< most held-out rows that are looked at; 0: all
};

/// What came of it.
struct outcome {
  std::size_t parameters = 0;
  std::size_t rows = 0;
  double known = 0;              ///< accuracy on the domain it was pre-trained on, held out
  std::uint64_t not_finite = 0;  ///< steps that were refused
  std::vector<point> points{};   ///< before the first iteration, then at each checkpoint
};

/// A run as one line of JSON.
[[nodiscard]] inline std::string line_of(std::string const& key, trial const& t, outcome const& o) {
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
  word("{\"key\"", key);
  word(", \"experiment\"", t.experiment);
  word(", \"network\"", t.network);
  word(", \"arm\"", t.with.name());
  word(", \"policy\"", t.with.policy);
  word(", \"preset\"", name_of(t.set_up));
  add(", \"seed\": %llu, \"parameters\": %zu, \"rows\": %zu, \"known\": %.9g, \"not_finite\": %llu",
      number(t.seed), o.parameters, o.rows, o.known, number(o.not_finite));
  text.append(", \"points\": [");
  for (point const& p : o.points) {
    auto const i = static_cast<std::size_t>(&p - o.points.data());
    text.append(i == 0 ? "{" : ", {");
    add("\"checkpoint\": %llu, ", number(i == 0 ? 0 : t.checkpoints[i - 1]));
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
    real("running", p.running);
    real("loss", p.loss);
    add(", \"network_operations\": %llu, \"optimizer_operations\": %llu",
        number(p.network_operations), number(p.optimizer_operations));
    real("network_joules", p.joules.network);
    real("optimizer_joules", p.joules.optimizer);
    real("measured_joules", p.measured);
    real("seconds", p.seconds);
    text.append("}");
  }
  return text.append("]}\n");
}

}  // namespace experiment
