// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <halo/core/allowed.hpp>
#include <halo/core/error.hpp>
#include <halo/core/options.hpp>
#include <halo/core/record.hpp>

namespace halo::adapt {

/// What is wrong with an argument.
enum class misfit : unsigned char {
  none,
  example_size,  ///< examples are not of the network's number of inputs
  no_examples,   ///< there are none: an empty span, a buffer to which nothing was added
  tensor_shape,  ///< the axes of a tensor say so
  strides,       ///< elements do not lie one after the other
  too_many,      ///< more examples than the largest mini-batch
  count,         ///< targets, outputs, parameters, statistics or numbers along an axis are not as
                 ///< many as they should be
  label,         ///< a class number outside of the network's outputs
  target,        ///< a number that the loss does not take: no share in [0, 1] where it wants one
  not_finite,    ///< a parameter or statistic is NaN or infinite
  variance,      ///< a running variance is negative
  option,        ///< a number that a program chooses is out of its range
  goal,          ///< a budget has a goal on held-out examples, and there are none
  no_accuracy,   ///< a budget aims at an accuracy, and the loss has none
  no_meter,      ///< a budget is of joules, and nobody counts them
  no_clock,      ///< a budget is of seconds, and there is no clock
};

/// Why a call did nothing: converts to true where it was refused.
///
/// Every call of an adapter that can be refused is there twice: try_step, try_predict ... return
/// this, throw nothing and work without exceptions; step, predict ... throw it as halo::error.
struct refusal {
  misfit what = misfit::none;  ///< what did not fit
  char const* argument = "";   ///< which: "x", "targets", "parameters"; of options the name
  std::size_t at = 0;          ///< the number of the example, parameter or statistic; of options 1
                               ///< where `least` is not in the range, 2 where `expected` is not
  double expected = 0;         ///< the number wanted; of labels, examples and options the largest
  double found = 0;            ///< the number that was there
  double least = 0;            ///< of labels, targets and options the smallest number wanted

  /// Whether something was refused.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return what != misfit::none; }
};

namespace detail {

/// The refusal of a number that is out of its range.
[[nodiscard]] constexpr refusal out_of_range(char const* name, allowed const& range,
                                             double found) noexcept {
  return {.what = misfit::option,
          .argument = name,
          .at = (range.low_open ? 1U : 0U) + (range.high_open ? 2U : 0U),
          .expected = range.high,
          .found = found,
          .least = range.low};
}

/// That of the first option of a value that is; its name in the record is a literal.
template <recordable V>
[[nodiscard]] constexpr refusal check_ranges(V const& value) noexcept {
  refusal no;
  walk(value, [&no]<class T>(field_path const& path, recorded_field<T> const& field) {
    if constexpr (!recorded_field<T>::is_text) {
      if (field.kind != field_kind::option) return;
      for (auto const x : field.values)
        if (!no && !field.range.contains(static_cast<double>(x)))
          no = out_of_range(path.name.data(), field.range, static_cast<double>(x));
    }
  });
  return no;
}

/// A number in a sentence: labels and counts with all their digits.
[[nodiscard]] inline std::string number_text(double x) {
  bool const whole = x > -1e15 && x < 1e15 && x == static_cast<double>(static_cast<long long>(x));
  return whole ? std::to_string(static_cast<long long>(x)) : halo::detail::short_text(x);
}

}  // namespace detail

/// A refusal as a sentence: "x: expected at most 8 examples, found 9".
[[nodiscard]] inline std::string to_string(refusal const& r) {
  std::string const at = std::to_string(r.at);
  std::string const expected = detail::number_text(r.expected);
  std::string const found = detail::number_text(r.found);
  std::string const least = detail::number_text(r.least);
  std::string_view const name = r.argument;
  switch (r.what) {
    case misfit::none:
      return "nothing was refused";
    case misfit::example_size:
      return joined(
          {name, ": expected examples of ", expected, " numbers, found ", found, " numbers"});
    case misfit::no_examples:
      return joined({name, ": expected at least one example of ", expected,
                     " numbers, found none, as of an empty buffer"});
    case misfit::tensor_shape:
      return joined({name, ": expected examples of ", expected, " numbers, found ", found,
                     " numbers in ", at, " rows"});
    case misfit::strides:
      return joined(
          {name, ": expected elements one after the other, found a view with other strides"});
    case misfit::too_many:
      return joined({name, ": expected at most ", expected, " examples, found ", found});
    case misfit::count:
      return joined({name, ": expected ", expected, ", found ", found});
    case misfit::label:
      return joined(
          {"label of example ", at, ": expected ", least, " to ", expected, ", found ", found});
    case misfit::target:
      return joined(
          {name, ": number ", at, ": expected ", least, " to ", expected, ", found ", found});
    case misfit::not_finite:
      return joined({name, ": number ", at, ": expected a finite number, found ", found});
    case misfit::variance:
      return joined({name, ": number ", at, ": expected a variance of at least 0, found ", found});
    case misfit::option:
      return joined({name, ": expected ",
                     halo::to_string(allowed{.low = r.least,
                                             .high = r.expected,
                                             .low_open = (r.at & 1U) != 0,
                                             .high_open = (r.at & 2U) != 0}),
                     ", found ", found});
    case misfit::goal:
      return joined({name, ": expected held-out examples, found a run without any"});
    case misfit::no_accuracy:
      return joined({name, ": expected a loss whose answers are right or wrong, found another"});
    case misfit::no_meter:
      return joined({name, ": expected an observer that counts joules, found none"});
    case misfit::no_clock:
      return joined({name, ": expected a clock, as budget::clock, found none"});
  }
  return "";
}

/// Throws a refusal as halo::error, "what: ..."; does nothing where nothing was refused.
inline void throw_if(refusal const& r, char const* what = "adapter") {
  if (r) fail([&] { return std::string(what).append(": ").append(to_string(r)); });
}

}  // namespace halo::adapt
