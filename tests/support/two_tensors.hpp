// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A problem whose loss, gradient and Hessian are one line each, of two tensors.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <halo/core/parameter_table.hpp>
#include <halo/core/random.hpp>
#include <halo/task/task.hpp>

namespace support {

/// A row of the table below.
constexpr halo::parameter_info row_of(char name, std::size_t rank, std::size_t offset,
                                      std::size_t count, std::size_t layer) {
  halo::parameter_info i;
  i.text[0] = name;
  i.extents = {count, 1};
  i.rank = rank;
  i.offset = offset;
  i.count = count;
  i.layer = layer;
  return i;
}

/// Five weights and a bias.
struct five_and_one {
  static constexpr std::size_t size = 6, tensors = 2, layers = 2;
  static constexpr std::array<halo::parameter_info, tensors> table{row_of('w', 2, 0, 5, 0),
                                                                   row_of('b', 1, 5, 1, 1)};
};

/// L = Σ a_k θ_k⁴/4 + (Σ θ_k)²/2 - pull·θ_0 with a_k = 1 + k, pull = draw % 3; θ starts at 1 + u/2.
/// Examples held out add 1 to the loss. From iteration `breaks` on it is NaN.
template <class T>
struct two_tensors {
  using layout = five_and_one;
  using scalar = T;
  std::uint64_t breaks = std::numeric_limits<std::uint64_t>::max();

  void start(halo::seed s, T* theta) const {
    halo::generator g(s);
    for (std::size_t k = 0; k < layout::size; ++k)
      theta[k] = T(1) + static_cast<T>(g.uniform()) / 2;
  }
  [[nodiscard]] std::size_t rows() const { return 1000; }
  double value_and_gradient(halo::task::part p, std::uint64_t draw, T const* theta, T* g) const {
    if (draw >= breaks && draw < (std::uint64_t{1} << 40U))
      return std::numeric_limits<double>::quiet_NaN();
    double loss = p == halo::task::part::held_out ? 1 : 0;
    double sum = 0;
    for (std::size_t k = 0; k < layout::size; ++k) sum += static_cast<double>(theta[k]);
    loss += sum * sum / 2 - static_cast<double>(draw % 3) * static_cast<double>(theta[0]);
    for (std::size_t k = 0; k < layout::size; ++k) {
      double const x = static_cast<double>(theta[k]), a = 1 + static_cast<double>(k);
      loss += a * x * x * x * x / 4;
      if (g == nullptr) continue;
      g[k] = static_cast<T>(a * x * x * x + sum - (k == 0 ? static_cast<double>(draw % 3) : 0.0));
    }
    return loss;
  }
  void hessian_vector_product(std::uint64_t, T const* theta, T const* v, T* product) const {
    double sum = 0;
    for (std::size_t k = 0; k < layout::size; ++k) sum += static_cast<double>(v[k]);
    for (std::size_t k = 0; k < layout::size; ++k) {
      double const x = static_cast<double>(theta[k]), a = 1 + static_cast<double>(k);
      product[k] = static_cast<T>(3 * a * x * x * static_cast<double>(v[k]) + sum);
    }
  }
  [[nodiscard]] double accuracy(T const* theta) const {
    return 1 / (1 + value_and_gradient(halo::task::part::train, 0, theta, nullptr));
  }
};

}  // namespace support
