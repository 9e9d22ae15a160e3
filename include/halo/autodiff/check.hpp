// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include <halo/autodiff/gradient.hpp>
#include <halo/autodiff/planar.hpp>
#include <halo/autodiff/variable.hpp>

// Derivatives against finite differences, in double. Public: whoever writes a loss, a layer or a
// primitive tests it with these.

namespace halo::autodiff {

/// How derivatives are checked.
///
/// Central differences err by step²/6 times the third derivative, and by about 1e-16 / step times
/// the function's size. The tolerances are tighter than those of PyTorch's gradcheck (step 1e-6,
/// absolute 1e-5, relative 1e-3).
struct check_options {
  double step = 1e-5;      ///< times max(1, |x|)
  double absolute = 1e-8;  ///< error allowed where the derivative is 0
  double relative = 1e-6;  ///< error allowed in proportion to the derivative
};

/// The worst derivative of a check.
struct check_report {
  double error = 0;         ///< |given - expected| / (|expected| + absolute / relative)
  std::size_t index = 0;    ///< which derivative
  double given = 0;         ///< what was tested
  double expected = 0;      ///< what finite differences say
  std::size_t checked = 0;  ///< how many derivatives were compared
  bool passed = true;       ///< error <= relative everywhere; false for NaN

  /// Whether every element passed.
  explicit operator bool() const noexcept { return passed; }

  /// Takes one more derivative into account.
  void compare(double new_given, double new_expected, check_options const& o) {
    double const scale = std::abs(new_expected) + o.absolute / o.relative;
    double off = std::abs(new_given - new_expected) / scale;
    if (!(off < std::numeric_limits<double>::infinity()))  // NaN too
      off = std::numeric_limits<double>::infinity();
    if (checked == 0 || off > error) {
      error = off;
      index = checked;
      given = new_given;
      expected = new_expected;
    }
    passed = passed && off <= o.relative;
    ++checked;
  }
};

/// A gradient against central differences of its value.
///
/// @param value     double(std::span<double const> x)
/// @param gradient  void(std::span<double const> x, std::span<double> gradient)
template <class Value, class Gradient>
  requires std::invocable<Gradient&, std::span<double const>, std::span<double>>
check_report check_gradient(Value&& value, Gradient&& gradient, std::span<double const> x,
                            check_options const& options = {}) {
  std::vector<double> given(x.size());
  gradient(x, std::span<double>(given));
  std::vector<double> moved(x.begin(), x.end());
  check_report report;
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const h = options.step * std::fmax(1.0, std::abs(x[i]));
    moved[i] = x[i] + h;
    double const above = value(std::span<double const>(moved));
    double const up = moved[i];
    moved[i] = x[i] - h;
    double const below = value(std::span<double const>(moved));
    report.compare(given[i], (above - below) / (up - moved[i]), options);
    moved[i] = x[i];
  }
  return report;
}

/// The gradient of a loss (differentiable<double>) against central differences of the loss.
template <differentiable<double> F>
check_report check_gradient(F&& f, std::span<double const> x, check_options const& options = {}) {
  std::vector<variable<double>> constants(x.size());  // without a tape: values alone
  return check_gradient(
      [&](std::span<double const> at) {
        for (std::size_t i = 0; i < at.size(); ++i) constants[i] = at[i];
        variable<double> const y = f(std::span<variable<double> const>(constants));
        return y.value();
      },
      [&](std::span<double const> at, std::span<double> gradient) {
        value_and_gradient<double>(f, at, gradient);
      },
      x, options);
}

/// A Hessian-vector product against central differences of the gradient along v.
///
/// @param gradient  void(std::span<double const> x, std::span<double> gradient)
/// @param product   void(std::span<double const> x, std::span<double const> v, std::span<double>
///                  product)
template <class Gradient, class Product>
  requires std::invocable<Product&, std::span<double const>, std::span<double const>,
                          std::span<double>>
check_report check_hessian_vector_product(Gradient&& gradient, Product&& product,
                                          std::span<double const> x, std::span<double const> v,
                                          check_options const& options = {}) {
  std::vector<double> given(x.size());
  product(x, v, std::span<double>(given));
  auto const gradient_at = [&](double distance) {
    std::vector<double> moved(x.begin(), x.end());
    for (std::size_t i = 0; i < x.size(); ++i) moved[i] += distance * v[i];
    std::vector<double> g(x.size());
    gradient(std::span<double const>(moved), std::span<double>(g));
    return g;
  };
  std::vector<double> const above = gradient_at(options.step);
  std::vector<double> const below = gradient_at(-options.step);
  check_report report;
  for (std::size_t i = 0; i < x.size(); ++i)
    report.compare(given[i], (above[i] - below[i]) / (2 * options.step), options);
  return report;
}

/// hessian_vector_product of a loss against central differences of its gradient.
template <differentiable<double> F>
check_report check_hessian_vector_product(F&& f, std::span<double const> x,
                                          std::span<double const> v,
                                          check_options const& options = {}) {
  return check_hessian_vector_product(
      [&](std::span<double const> at, std::span<double> g) {
        value_and_gradient<double>(f, at, g);
      },
      [&](std::span<double const> at, std::span<double const> along, std::span<double> hv) {
        hessian_vector_product<double>(f, at, along, hv);
      },
      x, v, options);
}

/// The same of a gradient that is written by hand: gradient_of(planar<double const> x,
/// planar<double> gradient), with its own values (no tangent on x) as the reference.
template <class G>
  requires std::invocable<G&, planar<double const>, planar<double>>
check_report check_hessian_vector_product(G&& gradient_of, std::span<double const> x,
                                          std::span<double const> v,
                                          check_options const& options = {}) {
  std::vector<double> scratch(x.size());
  return check_hessian_vector_product(
      [&](std::span<double const> at, std::span<double> g) {
        gradient_of(planar<double const>(at.data(), nullptr),
                    planar<double>(g.data(), scratch.data()));
      },
      [&](std::span<double const> at, std::span<double const> along, std::span<double> hv) {
        hessian_vector_product<double>(gradient_of, at, along, scratch, hv);
      },
      x, v, options);
}

/// The whole Hessian of a loss, column by column, against central differences of its gradient; the
/// report's index is column * size + row.
template <differentiable<double> F>
check_report check_hessian(F&& f, std::span<double const> x, check_options const& options = {}) {
  check_report whole;
  std::vector<double> unit(x.size());
  for (std::size_t column = 0; column < x.size(); ++column) {
    unit[column] = 1;
    check_report part = check_hessian_vector_product(f, x, unit, options);
    unit[column] = 0;
    part.index += whole.checked;
    part.checked += whole.checked;
    part.passed = part.passed && whole.passed;
    if (part.error >= whole.error) {
      whole = part;
    } else {
      whole.checked = part.checked;
      whole.passed = part.passed;
    }
  }
  return whole;
}

}  // namespace halo::autodiff

#include <halo/macros_back.hpp>
