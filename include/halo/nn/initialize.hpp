// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include <halo/core/allowed.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/bad_option.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/core/portable.hpp>
#include <halo/core/random.hpp>
#include <halo/core/record.hpp>

namespace halo::nn {

/// Weights ~ N(0, √(2/fan_in)²), for rectifiers [He et al. 2015, eq. 10].
struct he {
  /// √(2/fan_in).
  [[nodiscard]] static float deviation(double fan_in, double) noexcept {
    return static_cast<float>(core::portable_sqrt(2.0 / fan_in));
  }
};

/// Weights ~ N(0, √(2/(fan_in + fan_out))²), for tanh and sigmoid [Glorot & Bengio 2010, eq. 12].
struct glorot {
  /// √(2/(fan_in + fan_out)).
  [[nodiscard]] static float deviation(double fan_in, double fan_out) noexcept {
    return static_cast<float>(core::portable_sqrt(2.0 / (fan_in + fan_out)));
  }
};

/// Weights ~ N(0, standard_deviation²).
struct normal {
  float standard_deviation = 0.01F;  ///< whatever the sizes
  static constexpr void record(auto& self, auto&& f) {
    f.option("standard_deviation", self.standard_deviation, allowed::between(0, 1e30));
  }
  /// standard_deviation.
  [[nodiscard]] float deviation(double, double) const noexcept { return standard_deviation; }
};

/// A rule for weights: rule.deviation(fan_in, fan_out), the standard deviation that they start
/// with.
template <class R>
concept initializer = std::copyable<R> && requires(R const& rule) {
  { rule.deviation(1.0, 1.0) } -> std::convertible_to<float>;
};

/// Draws the parameters of a network: weights by the rule, biases 0, gains 1, and a tensor with a
/// rule of its own (tensor_spec::start) by that.
///
/// fan_in is the product of a weight's extents but the last, fan_out that of all but the last but
/// one: both count the places of a kernel, [height, width, in, out]. Tensor k draws from stream k
/// of the seed, so a tensor's values do not depend on its neighbours. Allocates nothing.
/// @param theta   Layout::size elements
/// @param rule    with options in their ranges, where it records some (core/record.hpp)
/// @param layers  whose parameters are drawn; those of others stay
template <parameter_layout Layout, class T, initializer Rule = he>
void initialize(std::span<T> theta, seed s, Rule rule = {},
                layer_mask layers = layer_mask::all()) noexcept {
  HALO_EXPECTS(theta.size() == Layout::size, "initialize: one value for every parameter");
  if constexpr (recordable<Rule>)
    HALO_EXPECTS(!has_bad_option(rule), "initialize: an option of the rule is out of its range");
  for (std::size_t k = 0; k < Layout::tensors; ++k) {
    parameter_info const& info = Layout::table[k];
    if (!layers[info.layer]) continue;
    T* const p = theta.data() + info.offset;
    auto const count = static_cast<double>(info.count);
    auto const extent = [&](std::size_t back) {
      return info.rank < back ? 1.0 : static_cast<double>(info.extents[info.rank - back]);
    };
    double const fan_in = count / extent(1), fan_out = count / extent(2);
    generator g(s, k);
    if (info.start != nullptr) {
      for (std::size_t i = 0; i < info.count; ++i)
        p[i] = static_cast<T>(info.start(g, fan_in, fan_out));
      continue;
    }
    if (info.role != parameter_role::weight) {
      T const value = info.role == parameter_role::gain ? T(1) : T(0);
      for (std::size_t i = 0; i < info.count; ++i) p[i] = value;
      continue;
    }
    float const deviation = rule.deviation(fan_in, fan_out);
    for (std::size_t i = 0; i < info.count; ++i) p[i] = static_cast<T>(deviation * g.normal());
  }
}

}  // namespace halo::nn
