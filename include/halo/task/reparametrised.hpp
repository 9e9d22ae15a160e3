// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/task/choice.hpp>
#include <halo/task/task.hpp>
#include <halo/task/wrapper.hpp>

namespace halo::task {

/// The same task seen through other scales: θ_inner = c_τ θ for each tensor τ.
///
/// The loss surface is the same, gradients are c times as large and the way is 1/c as long: an
/// optimizer that is trained on many scales cannot learn one [Wichrowska et al. 2017, sec. 4].
template <task Inner>
class reparametrised : public wrapper<Inner> {
  using wrapper<Inner>::inner_;

 public:
  using typename wrapper<Inner>::layout;
  using typename wrapper<Inner>::scalar;

  /// @param spread  ln c is uniform in [-spread, spread], drawn anew with every start;
  ///                from 0 to 40
  /// @throws halo::error where it is not
  reparametrised(Inner inner, double spread)
      : wrapper<Inner>(std::move(inner)), spread_(spread), theta_(layout::size), v_(layout::size) {
    if (!(spread >= 0 && spread <= 40))
      fail("reparametrised", "spread", "a number from 0 to 40", std::to_string(spread));
    scales_.fill(scalar(1));
  }

  void start(seed s, scalar* theta) {
    generator g(s, 0x7363616c65);  // "scale"
    for (std::size_t i = 0; i < layout::tensors; ++i) {
      double const u = 2 * static_cast<double>(g.uniform()) - 1;
      scales_[i] = static_cast<scalar>(std::exp(spread_ * u));
    }
    inner_.start(s, theta_.data());
    for_each([&](std::size_t k, scalar c) { theta[k] = theta_[k] / c; });
  }

  template <class Which>
    requires differentiable_for<Inner, Which>
  auto value_and_gradient(Which which, std::uint64_t draw, scalar const* theta, scalar* gradient) {
    for_each([&](std::size_t k, scalar c) { theta_[k] = c * theta[k]; });
    auto const found = inner_.value_and_gradient(which, draw, theta_.data(), gradient);
    if (gradient != nullptr) for_each([&](std::size_t k, scalar c) { gradient[k] *= c; });
    return found;
  }
  void hessian_vector_product(std::uint64_t draw, scalar const* theta, scalar const* v,
                              scalar* product) {
    scale(theta, v);
    inner_.hessian_vector_product(draw, theta_.data(), v_.data(), product);
    for_each([&](std::size_t k, scalar c) { product[k] *= c; });
  }
  void hessian_vector_product(choice which, std::uint64_t draw, scalar const* theta,
                              scalar const* v, scalar* product)
    requires choosing<Inner>
  {
    scale(theta, v);
    inner_.hessian_vector_product(which, draw, theta_.data(), v_.data(), product);
    for_each([&](std::size_t k, scalar c) { product[k] *= c; });
  }
  /// Share of right answers on held-out examples.
  [[nodiscard]] double accuracy(scalar const* theta) {
    for_each([&](std::size_t k, scalar c) { theta_[k] = c * theta[k]; });
    return inner_.accuracy(theta_.data());
  }

 private:
  void scale(scalar const* theta, scalar const* v) {
    for_each([&](std::size_t k, scalar c) {
      theta_[k] = c * theta[k];
      v_[k] = c * v[k];
    });
  }
  template <class Body>
  void for_each(Body&& body) const {
    for (std::size_t i = 0; i < layout::tensors; ++i) {
      auto const& info = layout::table[i];
      for (std::size_t k = info.offset; k < info.offset + info.count; ++k) body(k, scales_[i]);
    }
  }

  double spread_;
  std::array<scalar, layout::tensors> scales_;
  std::vector<scalar> theta_, v_;
};

}  // namespace halo::task
