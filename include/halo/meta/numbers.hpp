// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <halo/core/assert.hpp>
#include <halo/core/options.hpp>
#include <halo/core/record.hpp>
#include <halo/learned/weight_table.hpp>

namespace halo::meta {

/// A number of an optimizer that can be chosen: an option of a hand-made one, a weight of a learned
/// one.
struct named_number {
  std::string name;  ///< "inner.rate", "momentum_by_horizon"
  double value = 0;  ///< where it stands
  allowed range{};   ///< where it may go

  friend bool operator==(named_number const&, named_number const&) = default;
};

namespace detail {

template <class O>
concept has_weights = requires(O const& rule) {
  rule.values();
  O::program_type::table;
};

/// Calls use(name, value, range) for each number, value by reference to what the optimizer holds.
template <class O, class Use>
void each_number(O& rule, Use&& use) {
  walk(rule, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
    using plain = std::remove_const_t<T>;
    if constexpr (std::floating_point<plain>) {
      if (field.kind != field_kind::option) return;
      std::string name;
      path.each([&](std::string_view part) { name.append(name.empty() ? "" : ".").append(part); });
      for (std::size_t i = 0; i < field.values.size(); ++i)
        use(field.values.size() == 1 ? name : name + '.' + std::to_string(i), field.values[i],
            field.range);
    }
  });
}

/// The same for the weights of what is learned in it, if anything is.
template <class O, class Use>
void each_weight(O const& rule, Use&& use) {
  if constexpr (has_weights<O>) {
    for (learned::weight_info const& w : O::program_type::table.entries)
      for (std::size_t i = 0; i < w.count(); ++i)
        use(w.count() == 1 ? std::string(w.name) : std::string(w.name) + '.' + std::to_string(i),
            static_cast<double>(rule.values()[w.offset + i]));
  } else if constexpr (requires { rule.inner; }) {
    each_weight(rule.inner, use);
  }
}

template <class O>
void set_weights(O& rule, std::span<double const> values) {
  if constexpr (has_weights<O>) {
    HALO_EXPECTS(values.size() == rule.values().size(), "numbers: one value for every weight");
    std::vector<typename O::weight_type> weights;
    for (double const v : values) weights.push_back(static_cast<typename O::weight_type>(v));
    rule = O(std::span<typename O::weight_type const>(weights), rule.config);
  } else if constexpr (requires { rule.inner; }) {
    set_weights(rule.inner, values);
  }
}

}  // namespace detail

/// Every number of an optimizer with its name and range: options that are floating-point numbers,
/// those of wrappers included, as its record tells them (core/record.hpp), then the weights of a
/// learned one, which may be any finite number.
template <recordable O>
[[nodiscard]] std::vector<named_number> numbers_of(O const& rule) {
  std::vector<named_number> all;
  detail::each_number(rule, [&](std::string const& name, auto const& value, allowed range) {
    all.push_back({name, static_cast<double>(value), range});
  });
  detail::each_weight(rule, [&](std::string const& name, double value) {
    all.push_back({name, value, allowed::finite()});
  });
  return all;
}

/// The same optimizer with other numbers, in the order of numbers_of().
///
/// @throws halo::error for an option outside its range
template <recordable O>
[[nodiscard]] O with_numbers(O rule, std::span<double const> values) {
  std::size_t next = 0;
  detail::each_number(rule, [&](std::string const&, auto const& value, allowed) {
    using plain = std::remove_cvref_t<decltype(value)>;
    HALO_EXPECTS(next < values.size(), "numbers: one value for every number");
    const_cast<plain&>(value) = static_cast<plain>(values[next++]);  // of `rule`, which is ours
  });
  detail::set_weights(rule, values.subspan(next));
  check_options(rule, "numbers");
  return rule;
}

/// Where a number stands on a line without ends, on which steps of one size mean alike much: its
/// logarithm above a bound, its logit between two, itself without any. A number nearer to an end
/// than 1e-6 stands where that does.
[[nodiscard]] inline double to_line(double value, allowed const& range) noexcept {
  constexpr double least = 1e-6, huge = 1e300;
  bool const above = range.low > -huge, below = range.high < huge;
  double const up = std::max(value - range.low, least), down = std::max(range.high - value, least);
  if (above && below) return std::log(up / down);
  return above ? std::log(up) : below ? -std::log(down) : value;
}
/// The number that stands there: to_line's inverse, always inside the range.
[[nodiscard]] inline double from_line(double z, allowed const& range) noexcept {
  constexpr double huge = 1e300;
  bool const above = range.low > -huge, below = range.high < huge;
  if (above && below)
    return range.low + (range.high - range.low) / (1 + std::exp(-std::clamp(z, -14.0, 14.0)));
  return above ? range.low + std::exp(z) : below ? range.high - std::exp(-z) : z;
}

}  // namespace halo::meta

#include <halo/macros_back.hpp>
