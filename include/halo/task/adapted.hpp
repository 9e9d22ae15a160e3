// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/task/task.hpp>

namespace halo::task {

/// Adaptation: runs begin where a network stands that was trained on other examples, its last
/// layers drawn anew, since they spoke of other classes.
template <task Inner>
class adapted {
 public:
  using layout = typename Inner::layout;
  using scalar = typename Inner::scalar;

  /// @param trained  layout::size parameters
  /// @param anew     layers, counted from the last, that the inner task draws
  /// @throws halo::error if the parameters are not as many, or there are not so many layers
  adapted(Inner inner, std::span<scalar const> trained, std::size_t anew = 1)
      : inner_(std::move(inner)), trained_(trained.begin(), trained.end()) {
    if (trained.size() != layout::size)
      fail("adapted", "parameters", std::to_string(layout::size), std::to_string(trained.size()));
    if (anew > layout::layers)
      fail("adapted", "layers drawn anew", "at most " + std::to_string(layout::layers),
           std::to_string(anew));
    kept_ = layout::layers - anew;
  }

  void start(seed s, scalar* theta) {
    inner_.start(s, theta);
    for (auto const& info : layout::table)
      if (info.layer < kept_)
        std::copy_n(trained_.data() + info.offset, info.count, theta + info.offset);
  }
  [[nodiscard]] std::size_t rows() const noexcept { return inner_.rows(); }
  [[nodiscard]] Inner& inner() noexcept { return inner_; }

  double value_and_gradient(part p, std::uint64_t draw, scalar const* theta, scalar* gradient) {
    return inner_.value_and_gradient(p, draw, theta, gradient);
  }
  void hessian_vector_product(std::uint64_t draw, scalar const* theta, scalar const* v,
                              scalar* product) {
    inner_.hessian_vector_product(draw, theta, v, product);
  }
  [[nodiscard]] double accuracy(scalar const* theta) { return inner_.accuracy(theta); }

 private:
  Inner inner_;
  std::vector<scalar> trained_;
  std::size_t kept_ = 0;
};

}  // namespace halo::task
