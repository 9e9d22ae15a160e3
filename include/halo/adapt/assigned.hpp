// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/core/options.hpp>
#include <halo/core/random.hpp>
#include <halo/core/record.hpp>
#include <halo/nn/initialize.hpp>

namespace halo::adapt {

namespace detail {

/// Draws the parameters of a network by a rule.
/// @throws halo::error for an option of the rule out of its range, and numbers that are not finite
template <class Layout, class Rule>
void draw(std::span<float> parameters, seed s, Rule const& rule, char const* who) {
  if constexpr (recordable<Rule>) check_options(rule, "initializer");
  nn::initialize<Layout, float>(parameters, s, rule);
  throw_if(check_values(parameters, Layout::size, "drawn parameters"), who);
}

}  // namespace detail

/// Parameters from elsewhere: the part of adapter and predictor that looks at them and takes them
/// whole or not at all.
///
/// @tparam Self  has take(parameters, statistics) for those that fit, and its own name: `called`
template <class Self, class Network>
class assigned {
 public:
  /// Replaces all parameters and, where the network has some, the statistics that belong to them,
  /// which may also follow the parameters in one span. What an adapter's optimizer and policy
  /// remember of the old ones begins anew, as in redraw_head.
  /// @throws halo::error if their number is another, one is not finite or a variance negative;
  ///         nothing has changed then
  void assign(std::span<float const> parameters, std::span<float const> statistics = {}) {
    throw_if(try_assign(parameters, statistics), Self::called);
  }
  /// The same, but says what did not fit.
  [[nodiscard]] refusal try_assign(std::span<float const> parameters,
                                   std::span<float const> statistics = {}) noexcept {
    detail::split_parameters<Network>(parameters, statistics);
    if (auto const r = detail::check_parameters<Network>(parameters, statistics)) return r;
    static_cast<Self&>(*this).take(parameters, statistics);
    return {};
  }
};

}  // namespace halo::adapt
