// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>

#include <halo/autodiff/dual.hpp>
#include <halo/autodiff/planar.hpp>
#include <halo/autodiff/tape.hpp>
#include <halo/autodiff/variable.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/concepts.hpp>

namespace halo::autodiff {

/// What differentiating a loss needs beside its arguments: a tape and the independent variables.
///
/// Grows with the first losses it sees; the same loss a second time allocates nothing.
template <class T>
class gradient_workspace {
 public:
  gradient_workspace() = default;
  /// Room for losses of so many independent variables and so many nodes on the tape, themselves
  /// included; more than that is halo::error.
  gradient_workspace(std::size_t variables, std::size_t nodes, std::size_t operands = 0)
      : tape_(nodes, operands), variables_(variables) {}

  /// The tape that is reused.
  [[nodiscard]] tape<T>& recorder() noexcept { return tape_; }

  /// x as independent variables on an emptied tape; value(i) is the i-th of n.
  template <class Value>
  std::span<variable<T> const> restart(std::size_t n, Value value) {
    tape_.clear();
    if (n > variables_.size()) variables_ = aligned_buffer<variable<T>>(n);
    for (std::size_t i = 0; i < n; ++i) variables_[i] = variable<T>(tape_, value(i));
    return {variables_.data(), n};
  }

 private:
  tape<T> tape_;
  aligned_buffer<variable<T>> variables_;
};

/// A loss that can be differentiated: called with its arguments as variables, returns a variable.
/// `[](auto x) { return x[0] * x[0] + exp(x[1]); }` is one.
template <class F, class T>
concept differentiable =
    std::invocable<F&, std::span<variable<T> const>> &&
    std::convertible_to<std::invoke_result_t<F&, std::span<variable<T> const>>, variable<T>>;

/// The value of a loss at x, and its gradient: reverse mode, one pass forward and one back, however
/// many arguments there are.
///
/// @param f         differentiable<T>
/// @param x         where
/// @param gradient  ∂f/∂x_i, as many elements as x
/// @param workspace reused from call to call; without it (below) memory is taken and given back
template <class T, class F>
  requires differentiable<F, T>
T value_and_gradient(F&& f, std::type_identity_t<std::span<T const>> x,
                     std::type_identity_t<std::span<T>> gradient,
                     gradient_workspace<T>& workspace) {
  HALO_EXPECTS(x.size() == gradient.size(), "value_and_gradient: one derivative an argument");
  auto const variables = workspace.restart(x.size(), [x](std::size_t i) { return x[i]; });
  variable<T> const y = f(variables);
  backward(y);
  for (std::size_t i = 0; i < x.size(); ++i)
    gradient[i] = y.is_constant() ? T(0) : variables[i].adjoint();
  return y.value();
}

template <floating T = double, class F>
  requires differentiable<F, T>
T value_and_gradient(F&& f, std::type_identity_t<std::span<T const>> x,
                     std::type_identity_t<std::span<T>> gradient) {
  gradient_workspace<T> workspace;
  return value_and_gradient(f, x, gradient, workspace);
}

/// H·v, the Hessian of a loss at x times a vector, without the Hessian: the gradient's derivative
/// in the direction v, exact, by reverse mode on dual numbers [Pearlmutter 1994, "Fast exact
/// multiplication by the Hessian"].
///
/// @param product  H·v, as many elements as x and v
/// @return the loss at x
template <class T, class F>
  requires differentiable<F, dual<T>>
T hessian_vector_product(F&& f, std::type_identity_t<std::span<T const>> x,
                         std::type_identity_t<std::span<T const>> v,
                         std::type_identity_t<std::span<T>> product,
                         gradient_workspace<dual<T>>& workspace) {
  HALO_EXPECTS(x.size() == v.size() && x.size() == product.size(),
               "hessian_vector_product: x, v and the product have one size");
  auto const variables =
      workspace.restart(x.size(), [x, v](std::size_t i) { return dual<T>(x[i], v[i]); });
  variable<dual<T>> const y = f(variables);
  backward(y);
  for (std::size_t i = 0; i < x.size(); ++i)
    product[i] = y.is_constant() ? T(0) : variables[i].adjoint().tangent;
  return y.value().value;
}

template <floating T = double, class F>
  requires differentiable<F, dual<T>>
T hessian_vector_product(F&& f, std::type_identity_t<std::span<T const>> x,
                         std::type_identity_t<std::span<T const>> v,
                         std::type_identity_t<std::span<T>> product) {
  gradient_workspace<dual<T>> workspace;
  return hessian_vector_product(f, x, v, product, workspace);
}

/// The same of a gradient that is written by hand, a network's: run once on planes of duals it
/// gives g and H·v together, for at most the price of three gradients.
///
/// @param gradient_of  called as gradient_of(planar<T const> x, planar<T> gradient); fills both
///                     planes of gradient
/// @param gradient     g, as many elements as x
/// @param product      H·v, as many elements as x
/// @note  allocates nothing itself
template <floating T = double, class G>
  requires std::invocable<G&, planar<T const>, planar<T>>
void hessian_vector_product(G&& gradient_of, std::type_identity_t<std::span<T const>> x,
                            std::type_identity_t<std::span<T const>> v,
                            std::type_identity_t<std::span<T>> gradient,
                            std::type_identity_t<std::span<T>> product) {
  HALO_EXPECTS(x.size() == v.size() && x.size() == gradient.size() && x.size() == product.size(),
               "hessian_vector_product: x, v, the gradient and the product have one size");
  gradient_of(planar<T const>(x.data(), v.data()), planar<T>(gradient.data(), product.data()));
}

}  // namespace halo::autodiff
