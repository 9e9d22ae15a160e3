// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>
#include <halo/core/options.hpp>

namespace halo::adapt {

/// What is wrong with an argument.
enum class misfit : unsigned char {
  none,
  example_size,  ///< examples are not of the network's number of inputs
  no_examples,   ///< there are none: an empty span, a buffer to which nothing was added
  tensor_shape,  ///< the axes of a tensor say so
  strides,       ///< elements do not lie one after the other
  too_many,      ///< more examples than the largest mini-batch
  count,         ///< targets, outputs, parameters or statistics are not as many as they should be
  label,         ///< a class number outside of the network's outputs
  target,        ///< a number that the loss does not take: no share in [0, 1] where it wants one
  not_finite,    ///< a parameter or statistic is NaN or infinite
  variance,      ///< a running variance is negative
  option,        ///< an option is out of its range: first_bad_option says which
  goal,          ///< a budget aims at what this run cannot look at
};

/// Why a call did nothing: converts to true where it was refused.
///
/// Every call of an adapter that can be refused is there twice: try_step, try_predict ... return
/// this, throw nothing and work without exceptions; step, predict ... throw it as halo::error.
struct refusal {
  misfit what = misfit::none;  ///< what did not fit
  char const* argument = "";   ///< which: "x", "targets", "outputs", "parameters", "statistics"
  std::size_t at = 0;          ///< the number of the example, parameter or statistic
  double expected = 0;         ///< the number wanted; of labels and examples the largest
  double found = 0;            ///< the number that was there
  double least = 0;            ///< of labels and targets the smallest number wanted

  /// Whether something was refused.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return what != misfit::none; }
};

/// A refusal as a sentence: "x: expected at most 8 examples, found 9".
[[nodiscard]] inline std::string to_string(refusal const& r) {
  std::string const at = std::to_string(r.at);
  std::string const expected = halo::detail::short_text(r.expected);
  std::string const found = halo::detail::short_text(r.found);
  std::string const least = halo::detail::short_text(r.least);
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
      return joined({name, ": expected options within their ranges, found one of ", found});
    case misfit::goal:
      return joined({name,
                     ": expected a loss whose answers are right or wrong where accuracy is the "
                     "goal, and held-out examples where there is one"});
  }
  return "";
}

/// Throws a refusal as halo::error, "what: ..."; does nothing where nothing was refused.
inline void throw_if(refusal const& r, char const* what = "adapter") {
  if (r) fail([&] { return std::string(what).append(": ").append(to_string(r)); });
}

}  // namespace halo::adapt
