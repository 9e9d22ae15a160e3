// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <halo/core/random.hpp>
#include <halo/task/choice.hpp>
#include <halo/task/task.hpp>
#include <halo/task/wrapper.hpp>

namespace halo::task {

/// The same task with other mini-batches in every run: its seed moves the numbers of the draws.
///
/// What is trained in many short runs would otherwise see the first mini-batches of a task only.
/// Runs have 2^20 draws each, among 2^20 places to begin.
template <task Inner>
class shuffled : public wrapper<Inner> {
  using wrapper<Inner>::inner_;

 public:
  using typename wrapper<Inner>::layout;
  using typename wrapper<Inner>::scalar;

  /// A task whose draws begin elsewhere at every start.
  explicit shuffled(Inner inner) : wrapper<Inner>(std::move(inner)) {}

  void start(seed s, scalar* theta) {
    std::uint32_t const place = generator(s, 0x73687566).words(0)[0];  // "shuf"
    first_ = std::uint64_t{place >> 12U} << 20U;
    inner_.start(s, theta);
  }

  template <class Which>
    requires differentiable_for<Inner, Which>
  auto value_and_gradient(Which which, std::uint64_t draw, scalar const* theta, scalar* gradient) {
    return inner_.value_and_gradient(which, first_ + draw, theta, gradient);
  }
  void hessian_vector_product(std::uint64_t draw, scalar const* theta, scalar const* v,
                              scalar* product) {
    inner_.hessian_vector_product(first_ + draw, theta, v, product);
  }
  void hessian_vector_product(choice c, std::uint64_t draw, scalar const* theta, scalar const* v,
                              scalar* product)
    requires choosing<Inner>
  {
    inner_.hessian_vector_product(c, first_ + draw, theta, v, product);
  }

 private:
  std::uint64_t first_ = 0;
};

}  // namespace halo::task
