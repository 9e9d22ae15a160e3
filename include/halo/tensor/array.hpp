// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <new>
#include <span>

#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/tensor/xt.hpp>

namespace halo::tensor {

/// Heap memory aligned to a cache line, whatever the compiler flags.
///
/// xtensor's default allocator changes with -march and with its version, and with it the type of
/// every container; naming the allocator keeps halo's types the same in all translation units.
template <class T>
struct allocator {
  using value_type = T;

  allocator() = default;
  /// The same for elements of another type.
  template <class U>
  allocator(allocator<U> const&) noexcept {}

  /// Memory for n elements, 64-byte aligned.
  /// @throws std::bad_alloc
  [[nodiscard]] T* allocate(std::size_t n) {
    // Too much becomes an impossible request, which operator new refuses in its usual way.
    constexpr std::size_t most = static_cast<std::size_t>(-1) / 2;
    std::size_t const bytes = n < most / sizeof(T) ? n * sizeof(T) : most;
    return static_cast<T*>(::operator new(bytes, std::align_val_t{halo::alignment}));
  }
  /// Gives it back.
  void deallocate(T* p, std::size_t) noexcept {
    ::operator delete(p, std::align_val_t{halo::alignment});
  }

  friend bool operator==(allocator, allocator) noexcept { return true; }
};

/// An xtensor container: Rank axes, row-major, 64-byte aligned; what halo hands out and takes.
///
/// As in xtensor, array<float, 2>{{1, 2}, {3, 4}} lists values, and a container built from a shape
/// alone holds no particular values: use the factories of <halo/tensor/factory.hpp> for that.
template <class T, std::size_t Rank>
using array = xt::xtensor<T, Rank, xt::layout_type::row_major, allocator<T>>;

/// Anything dense and row-major with a shape and contiguous elements: array, array_view.
template <class X>
concept dense = requires(X& x) {
  { x.shape().size() } -> std::convertible_to<std::size_t>;
  { *x.data() } -> std::convertible_to<typename X::value_type>;
  { x.size() } -> std::convertible_to<std::size_t>;
};

/// All elements in row-major order.
template <dense X>
[[nodiscard]] auto elements(X& x) noexcept {
  return std::span(x.data(), x.size());
}

/// Elements of the rows first ... first + count - 1, one after the other (rows: the first axis).
template <dense X>
[[nodiscard]] auto rows(X& x, std::size_t first, std::size_t count) noexcept {
  std::size_t const total = x.shape().size() == 0 ? 1 : static_cast<std::size_t>(x.shape()[0]);
  HALO_EXPECTS(first <= total && count <= total - first, "tensor: the rows lie inside the array");
  std::size_t const width = total == 0 ? 0 : x.size() / total;
  return elements(x).subspan(first * width, count * width);
}

/// Elements of row i (one example of a batch).
template <dense X>
[[nodiscard]] auto row(X& x, std::size_t i) noexcept {
  return rows(x, i, 1);
}

}  // namespace halo::tensor
