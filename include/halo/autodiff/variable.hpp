// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <halo/autodiff/compound.hpp>
#include <halo/autodiff/dual.hpp>
#include <halo/autodiff/tape.hpp>
#include <halo/core/assert.hpp>
#include <halo/simd/math.hpp>

namespace halo::autodiff {

template <class T>
class variable;

namespace detail {

template <class T>
struct underlying<variable<T>> : underlying<T> {};

}  // namespace detail

/// A number whose derivatives can be asked for: a value and its node on a tape.
///
///     tape<double> t;
///     variable<double> x(t, 3.0), y(t, 2.0);
///     auto z = x * y + exp(x);
///     backward(z);                       // x.adjoint() = dz/dx = y + e^x
///
/// Made from a plain number it is a constant: it has no tape, and operations among constants record
/// nothing. Kinks differentiate as dual's do. T as for tape. Trivially copyable; the tape must
/// outlive it, and after tape::clear or rewind the variables recorded since are void.
template <class T>
class variable : public detail::compound<variable<T>> {
 public:
  using mask = decltype(std::declval<T const&>() < std::declval<T const&>());
  using value_type = T;

  variable() = default;
  /// A constant; implicit, so that x * 2 reads as in a formula.
  template <std::convertible_to<T> S>
  variable(S const& number) : value_(detail::constant<T>(number)) {}
  /// A new independent variable on a tape.
  variable(tape<T>& on, T const& value) : value_(value), tape_(&on), node_(on.input()) {}
  /// A result that an operation recorded as this node.
  variable(tape<T>* on, T const& value, typename tape<T>::node node)
      : value_(value), tape_(on), node_(node) {}

  [[nodiscard]] T const& value() const noexcept { return value_; }
  /// Whether no tape knows it: no derivative flows through.
  [[nodiscard]] bool is_constant() const noexcept { return tape_ == nullptr; }
  /// Its tape, null for a constant.
  [[nodiscard]] autodiff::tape<T>* recorder() const noexcept { return tape_; }
  /// Its place on the tape.
  [[nodiscard]] typename tape<T>::node node() const noexcept { return node_; }
  /// dF/d(this) after backward or tape::sweep; 0 for a constant.
  [[nodiscard]] T adjoint() const noexcept { return is_constant() ? T(0) : tape_->adjoint(node_); }

  friend variable operator+(variable const& a, variable const& b) {
    T const y = a.value_ + b.value_;
    auto* const on = common(a, b);
    return on == nullptr ? variable(y) : variable(on, y, on->sum(a.node_, b.node_));
  }
  friend variable operator-(variable const& a, variable const& b) {
    T const y = a.value_ - b.value_;
    auto* const on = common(a, b);
    return on == nullptr ? variable(y) : variable(on, y, on->difference(a.node_, b.node_));
  }
  friend variable operator*(variable const& a, variable const& b) {
    return record(a.value_ * b.value_, a, b.value_, b, a.value_);
  }
  friend variable operator/(variable const& a, variable const& b) {
    T const y = a.value_ / b.value_;
    T const inverse = T(1) / b.value_;
    return record(y, a, inverse, b, -y * inverse);
  }
  friend variable operator-(variable const& a) {
    return a.tape_ == nullptr ? variable(-a.value_)
                              : variable(a.tape_, -a.value_, a.tape_->negation(a.node_));
  }

  template <std::convertible_to<T> S>
  friend variable operator+(variable const& a, S const& b) {
    T const y = a.value_ + detail::constant<T>(b);
    return a.tape_ == nullptr ? variable(y) : variable(a.tape_, y, a.tape_->copy(a.node_));
  }
  template <std::convertible_to<T> S>
  friend variable operator+(S const& a, variable const& b) {
    return b + a;
  }
  template <std::convertible_to<T> S>
  friend variable operator-(variable const& a, S const& b) {
    T const y = a.value_ - detail::constant<T>(b);
    return a.tape_ == nullptr ? variable(y) : variable(a.tape_, y, a.tape_->copy(a.node_));
  }
  template <std::convertible_to<T> S>
  friend variable operator-(S const& a, variable const& b) {
    T const y = detail::constant<T>(a) - b.value_;
    return b.tape_ == nullptr ? variable(y) : variable(b.tape_, y, b.tape_->negation(b.node_));
  }
  template <std::convertible_to<T> S>
  friend variable operator*(variable const& a, S const& b) {
    T const factor = detail::constant<T>(b);
    return record(a.value_ * factor, a, factor);
  }
  template <std::convertible_to<T> S>
  friend variable operator*(S const& a, variable const& b) {
    return b * a;
  }
  template <std::convertible_to<T> S>
  friend variable operator/(variable const& a, S const& b) {
    T const divisor = detail::constant<T>(b);
    return record(a.value_ / divisor, a, T(1) / divisor);
  }
  template <std::convertible_to<T> S>
  friend variable operator/(S const& a, variable const& b) {
    T const y = detail::constant<T>(a) / b.value_;
    return record(y, b, -y / b.value_);
  }

  friend mask operator<(variable const& a, variable const& b) { return a.value_ < b.value_; }
  friend mask operator<=(variable const& a, variable const& b) { return a.value_ <= b.value_; }
  friend mask operator>(variable const& a, variable const& b) { return a.value_ > b.value_; }
  friend mask operator>=(variable const& a, variable const& b) { return a.value_ >= b.value_; }
  friend mask operator==(variable const& a, variable const& b) { return a.value_ == b.value_; }
  friend mask operator!=(variable const& a, variable const& b) { return a.value_ != b.value_; }

  /// a·b + c as one node.
  [[nodiscard]] friend variable fma(variable const& a, variable const& b, variable const& c) {
    T const y = fma(a.value_, b.value_, c.value_);
    auto* const on = a.tape_ != nullptr ? common(a, c) : common(b, c);
    if (on == nullptr) return variable(y);
    return {on, y, on->binary_plus(a.node_, b.value_, b.node_, a.value_, c.node_)};
  }
  /// c - a·b.
  [[nodiscard]] friend variable fnma(variable const& a, variable const& b, variable const& c) {
    return fma(-a, b, c);
  }
  [[nodiscard]] friend variable exp(variable const& a) {
    using simd::exp;
    T const y = exp(a.value_);
    return record(y, a, y);
  }
  [[nodiscard]] friend variable log(variable const& a) {
    using simd::log;
    return record(log(a.value_), a, T(1) / a.value_);
  }
  [[nodiscard]] friend variable tanh(variable const& a) {
    using simd::tanh;
    T const y = tanh(a.value_);
    return record(y, a, T(1) - y * y);
  }
  [[nodiscard]] friend variable sigmoid(variable const& a) {
    using simd::sigmoid;
    T const y = sigmoid(a.value_);
    return record(y, a, y - y * y);
  }
  [[nodiscard]] friend variable sqrt(variable const& a) {
    using std::sqrt;
    T const y = sqrt(a.value_);
    return record(y, a, T(0.5F) / y);
  }
  [[nodiscard]] friend variable asinh(variable const& a) {
    using std::asinh;
    using std::sqrt;
    return record(asinh(a.value_), a, T(1) / sqrt(fma(a.value_, a.value_, T(1))));
  }
  [[nodiscard]] friend variable sin(variable const& a) {
    using std::cos;
    using std::sin;
    return record(sin(a.value_), a, cos(a.value_));
  }
  [[nodiscard]] friend variable cos(variable const& a) {
    using std::cos;
    using std::sin;
    return record(cos(a.value_), a, -sin(a.value_));
  }
  [[nodiscard]] friend variable erf(variable const& a) {
    using simd::exp;
    using std::erf;
    return record(erf(a.value_), a,
                  detail::constant<T>(1.1283791670955126) * exp(-a.value_ * a.value_));
  }
  [[nodiscard]] friend variable abs(variable const& a) {
    using std::abs;
    T const zero(0);
    return record(abs(a.value_), a,
                  select(a.value_ > zero, T(1), select(a.value_ < zero, T(-1), zero)));
  }
  /// m ? a : b, lane by lane.
  [[nodiscard]] friend variable select(mask m, variable const& a, variable const& b) {
    return record(select(m, a.value_, b.value_), a, select(m, T(1), T(0)), b,
                  select(m, T(0), T(1)));
  }
  [[nodiscard]] friend variable min(variable const& a, variable const& b) {
    return select(a < b, a, b);
  }
  [[nodiscard]] friend variable max(variable const& a, variable const& b) {
    return select(a > b, a, b);
  }
  [[nodiscard]] friend mask is_finite(variable const& a) { return is_finite(a.value_); }

  /// A function halo does not know: its value and its derivative with respect to a (and b).
  [[nodiscard]] friend variable record(T const& y, variable const& a, T const& da) {
    return a.tape_ == nullptr ? variable(y) : variable(a.tape_, y, a.tape_->unary(a.node_, da));
  }
  [[nodiscard]] friend variable record(T const& y, variable const& a, T const& da,
                                       variable const& b, T const& db) {
    auto* const on = common(a, b);
    return on == nullptr ? variable(y) : variable(on, y, on->binary(a.node_, da, b.node_, db));
  }
  /// The same of any number of operands: derivatives[i] = ∂y/∂operands[i]; on is their tape.
  [[nodiscard]] static variable record_many(autodiff::tape<T>& on, T const& y,
                                            std::span<variable const> operands,
                                            std::span<T const> derivatives) {
    HALO_EXPECTS(operands.size() == derivatives.size(), "variable: one derivative an operand");
    return {&on, y, on.many(operands.data(), derivatives.data(), operands.size())};
  }
  /// The value without its history: a constant.
  [[nodiscard]] friend variable stop_gradient(variable const& a) { return variable(a.value_); }

  /// dy/dx for every x on y's tape: read them with adjoint(). Nothing happens for a constant y.
  friend void backward(variable const& y) {
    if (y.tape_ == nullptr) return;
    y.tape_->zero_adjoints();
    y.tape_->seed(y.node_, T(1));
    y.tape_->sweep();
  }

 private:
  [[nodiscard]] static autodiff::tape<T>* common(variable const& a, variable const& b) {
    HALO_EXPECTS(a.tape_ == nullptr || b.tape_ == nullptr || a.tape_ == b.tape_,
                 "variable: the operands of an operation live on one tape");
    return a.tape_ != nullptr ? a.tape_ : b.tape_;
  }

  T value_;
  autodiff::tape<T>* tape_ = nullptr;
  typename tape<T>::node node_ = tape<T>::constant;
};

}  // namespace halo::autodiff

#include <halo/macros_back.hpp>
