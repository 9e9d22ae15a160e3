// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace halo::autodiff::detail {

/// a += b as a = a + b, and so on: for a number that has the operations themselves, on whatever
/// they take.
template <class Self>
class compound {
 public:
  template <class S>
  Self& operator+=(S const& b) {
    return self() = self() + b;
  }
  template <class S>
  Self& operator-=(S const& b) {
    return self() = self() - b;
  }
  template <class S>
  Self& operator*=(S const& b) {
    return self() = self() * b;
  }
  template <class S>
  Self& operator/=(S const& b) {
    return self() = self() / b;
  }

 private:
  [[nodiscard]] Self& self() noexcept { return static_cast<Self&>(*this); }
};

}  // namespace halo::autodiff::detail
