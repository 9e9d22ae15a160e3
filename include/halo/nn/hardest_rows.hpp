// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <halo/core/concepts.hpp>

namespace halo::nn {

/// The rows with the k largest of n losses, in the order of the rows; of equals the first.
///
/// @param sorted  n elements of work space
/// @param rows    k row numbers, ascending, to be written
/// @pre 1 <= k <= n, no NaN among the losses
template <floating T>
void hardest_rows(std::size_t n, std::size_t k, T const* losses, T* sorted,
                  std::uint32_t* rows) noexcept {
  std::copy_n(losses, n, sorted);
  std::nth_element(sorted, sorted + (k - 1), sorted + n, [](T a, T b) { return a > b; });
  T const least = sorted[k - 1];
  auto ties = k - static_cast<std::size_t>(
                      std::count_if(losses, losses + n, [=](T l) { return l > least; }));
  for (std::size_t i = 0; i < n; ++i) {
    if (losses[i] > least || (losses[i] == least && ties > 0 && ties-- > 0)) {
      *rows++ = static_cast<std::uint32_t>(i);
    }
  }
}

}  // namespace halo::nn
