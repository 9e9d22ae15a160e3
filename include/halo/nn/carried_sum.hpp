// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include <halo/simd/pointer.hpp>

namespace halo::nn::detail {

/// N running sums, each with what rounding lost of it, which the next term is added to [Kahan 1965,
/// "Further remarks on reducing truncation errors"]: their error does not grow with the terms.
///
/// Sums of dual numbers, or of more than 1024 numbers, are plain ones: the lost parts lie on the
/// stack.
template <std::size_t N, class P>
class carried_sum {
  static constexpr bool carries = std::is_pointer_v<P> && N > 0 && N <= 1024;
  using T = std::conditional_t<carries, simd::scalar_of<P>, char>;

 public:
  /// Calls add(to, begun), which adds a term to `to`, or where nothing begun writes it there.
  template <class Add>
  void operator()(P sum, bool begun, Add&& add) noexcept {
    if constexpr (carries) {
      if (begun) {
        add(static_cast<P>(lost_.data()), true);
        for (std::size_t i = 0; i < N; ++i) {
          T const before = sum[i];
          sum[i] += lost_[i];
          lost_[i] += before - sum[i];
        }
        return;
      }
      lost_.fill(T(0));
    }
    add(sum, begun);
  }

 private:
  std::array<T, carries ? N : 1> lost_{};
};

/// The same without what was lost.
struct plain_sum {
  template <class P, class Add>
  void operator()(P sum, bool begun, Add&& add) noexcept {
    add(sum, begun);
  }
};

}  // namespace halo::nn::detail
