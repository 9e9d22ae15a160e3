// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/task/task.hpp>

namespace halo::meta {

/// The spectral norm of a mini-batch's Hessian, ‖H‖₂ = |vᵀHv| at the eigenvector v whose eigenvalue
/// is the largest in size, by power iteration with exact products, always from the same v.
///
/// Where two eigenvalues of unlike sign are of one size the iteration does not settle; the value is
/// a lower bound whatever v is. Allocates at construction only.
template <task::task Task>
class spectral_norm {
 public:
  using scalar = typename Task::scalar;
  static constexpr std::size_t size = Task::layout::size;

  spectral_norm() : v_(size), product_(size), moved_(size) {}

  /// ‖H‖₂ at θ after so many steps of the iteration; keeps v.
  double value(Task& task, std::uint64_t draw, scalar const* theta, std::size_t iterations) {
    generator g(seed{0x737065637472616c});  // "spectral"
    for (scalar& x : v_) x = static_cast<scalar>(g.normal());
    divide_by_length(v_);
    for (std::size_t i = 0; i < iterations; ++i) {
      task.hessian_vector_product(draw, theta, v_.data(), product_.data());
      if (!divide_by_length(product_)) break;
      v_.swap(product_);
    }
    task.hessian_vector_product(draw, theta, v_.data(), product_.data());
    double along = 0;
    for (std::size_t k = 0; k < size; ++k)
      along += static_cast<double>(v_[k]) * static_cast<double>(product_[k]);
    sign_ = along < 0 ? scalar(-1) : scalar(1);
    return std::abs(along);
  }

  /// Its gradient, after value(): ±∇(vᵀHv) with v held fixed, which at an eigenvector is all of it
  /// [Magnus 1985, theorem 1]. The derivative of Hv along v is a central difference of two exact
  /// products.
  void slope(Task& task, std::uint64_t draw, scalar const* theta, scalar* to) {
    double square = 0;
    for (std::size_t k = 0; k < size; ++k)
      square += static_cast<double>(theta[k]) * static_cast<double>(theta[k]);
    auto const step =
        static_cast<scalar>(std::cbrt(static_cast<double>(std::numeric_limits<scalar>::epsilon())) *
                            (1 + std::sqrt(square)));
    move(theta, step);
    task.hessian_vector_product(draw, moved_.data(), v_.data(), to);
    move(theta, -step);
    task.hessian_vector_product(draw, moved_.data(), v_.data(), product_.data());
    scalar const share = sign_ / (2 * step);
    for (std::size_t k = 0; k < size; ++k) to[k] = share * (to[k] - product_[k]);
  }

 private:
  /// Whether there was a length to divide by.
  static bool divide_by_length(std::vector<scalar>& x) noexcept {
    double square = 0;
    for (scalar const e : x) square += static_cast<double>(e) * static_cast<double>(e);
    if (!(square > 0)) return false;
    for (scalar& e : x) e = static_cast<scalar>(static_cast<double>(e) / std::sqrt(square));
    return true;
  }
  void move(scalar const* theta, scalar step) noexcept {
    for (std::size_t k = 0; k < size; ++k) moved_[k] = theta[k] + step * v_[k];
  }

  std::vector<scalar> v_, product_, moved_;
  scalar sign_ = scalar(1);
};

}  // namespace halo::meta

#include <halo/macros_back.hpp>
