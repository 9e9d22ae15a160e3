// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include <halo/nn/initialize.hpp>

namespace experiment {

/// How experiments are set up.
enum class preset : unsigned char {
  sound,    ///< "default": as halo would do it
  paper,    ///< as the paper says: first weights from N(0, 0.01²)
  authors,  ///< as the released code does, too: relu on the logits, its data, scaling and domains
};

[[nodiscard]] inline std::string name_of(preset p) {
  return std::array{"default", "paper", "authors"}[static_cast<std::size_t>(p)];
}

/// First weights: of one standard deviation, or by nn::he.
struct first_weights {
  float fixed = 0;  ///< 0: nn::he
  [[nodiscard]] float deviation(double fan_in, double fan_out) const noexcept {
    return fixed > 0 ? fixed : halo::nn::he{}.deviation(fan_in, fan_out);
  }
};

}  // namespace experiment
