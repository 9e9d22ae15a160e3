// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <type_traits>

#include <halo/measure/measure.hpp>

// Which answers are right is not the loss's own business: it names the measure that knows.

namespace halo::nn {

namespace detail {

/// A class with a member of that name, whatever it is, has two in this one, which is none.
struct accuracy_probe {
  int accuracy;
};
template <class L>
struct with_accuracy_probe : L, accuracy_probe {};

template <class L>
[[nodiscard]] consteval bool looks_for_accuracy() {
  constexpr bool fits =
      requires { requires measure::measure<typename L::accuracy, typename L::target>; };
  if constexpr (!std::is_final_v<L>) {
    static_assert(
        fits || requires { &with_accuracy_probe<L>::accuracy; },
        "halo: loss: accuracy is a type, a measure of the loss's targets whose value is the share "
        "of right answers, such as measure::accuracy of labels");
  }
  return fits;
}

template <class L, bool = looks_for_accuracy<L>()>
struct accuracy_under {
  using type = measure::nothing;
};
template <class L>
struct accuracy_under<L, true> {
  using type = typename L::accuracy;
};

/// Hands on the accuracy of a loss, where it has one.
template <class L, bool = looks_for_accuracy<L>()>
struct same_accuracy {};
template <class L>
struct same_accuracy<L, true> {
  using accuracy = typename L::accuracy;
};

}  // namespace detail

/// Whether an answer under this loss is right or wrong, so that there is an accuracy.
template <class L>
inline constexpr bool has_accuracy = detail::looks_for_accuracy<L>();

/// What counts the right answers under a loss: L::accuracy, or measure::nothing.
template <class L>
using accuracy_measure = typename detail::accuracy_under<L>::type;

/// A mini-batch as measures look at it.
template <class L, class T>
[[nodiscard]] measure::answers<T, typename L::target> answers_under(
    std::size_t rows, std::size_t outputs, T const* y, typename L::target const* t) noexcept {
  return {rows, outputs, L::targets(outputs), y, t};
}

/// Share of right answers among the rows; NaN where the loss has no accuracy, or no row counts.
template <class L, class T>
[[nodiscard]] double accuracy_of(std::size_t rows, std::size_t outputs, T const* y,
                                 typename L::target const* t) noexcept {
  accuracy_measure<L> m;
  m.add(answers_under<L>(rows, outputs, y, t));
  return m.value();
}

}  // namespace halo::nn
