// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include <halo/core/assert.hpp>

namespace halo {

/// Alignment of every buffer of halo, in bytes: one cache line, one AVX-512 register; of a
/// microcontroller, which has neither, a double.
#if defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'
inline constexpr std::size_t alignment = 8;
#else
inline constexpr std::size_t alignment = 64;
#endif

namespace detail {

/// Bytes of an array inside an object: whole lines, and from 16 KB on no distance of less than 512
/// bytes from a multiple of 4 KB other than none.
///
/// Arrays of one size that follow each other and are walked through together would else lie so that
/// processors take reads of one for writes of another; microcontrollers do not.
[[nodiscard]] constexpr std::size_t array_bytes(std::size_t bytes) noexcept {
  std::size_t const whole = (bytes + alignment - 1) / alignment * alignment;
#if defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'
  return whole;
#endif
  std::size_t const rest = whole % 4096;
  if (whole < 16384 || rest == 0) return whole;
  if (rest > 4096 - 512) return whole - rest + 4096;
  return rest < 512 ? whole - rest + 512 : whole;
}

}  // namespace detail

/// N elements inside the object, aligned to a cache line, zero at construction. N may be 0.
///
/// sizeof is N elements rounded up to the alignment (one alignment unit if N is 0), of 16 KB and
/// more at most 448 bytes above that.
template <class T, std::size_t N>
class aligned_array {
  static_assert(std::is_trivially_copyable_v<T>, "halo: aligned_array: elements are plain data");

 public:
  [[nodiscard]] static constexpr std::size_t size() noexcept { return N; }
  [[nodiscard]] T* data() noexcept { return data_; }
  [[nodiscard]] T const* data() const noexcept { return data_; }
  [[nodiscard]] T& operator[](std::size_t i) noexcept {
    HALO_EXPECTS(i < N, "aligned_array: the index is below the size");
    return data_[i];
  }
  [[nodiscard]] T const& operator[](std::size_t i) const noexcept {
    HALO_EXPECTS(i < N, "aligned_array: the index is below the size");
    return data_[i];
  }
  [[nodiscard]] T* begin() noexcept { return data_; }
  [[nodiscard]] T* end() noexcept { return data_ + N; }
  [[nodiscard]] T const* begin() const noexcept { return data_; }
  [[nodiscard]] T const* end() const noexcept { return data_ + N; }
  [[nodiscard]] std::span<T, N> span() noexcept { return std::span<T, N>(data_, N); }
  [[nodiscard]] std::span<T const, N> span() const noexcept {
    return std::span<T const, N>(data_, N);
  }

 private:
  static constexpr std::size_t places = detail::array_bytes(N * sizeof(T)) / sizeof(T);
  alignas(alignment) T data_[places == 0 ? 1 : places] = {};
};

/// A run-time number of elements on the heap, aligned to a cache line, zero at construction. Moved
/// from, it is empty.
template <class T>
class aligned_buffer {
  static_assert(std::is_trivially_copyable_v<T>, "halo: aligned_buffer: elements are plain data");

 public:
  aligned_buffer() = default;
  /// Elements that are zero.
  /// @throws std::bad_alloc
  explicit aligned_buffer(std::size_t size)
      : data_(new(std::align_val_t{alignment}) T[size == 0 ? 1 : size]()), size_(size) {}

  /// Elements that are yet to be written: for large ones, of which none is read before.
  /// @throws std::bad_alloc
  [[nodiscard]] static aligned_buffer unwritten(std::size_t size) {
    aligned_buffer result;
    result.data_.reset(new (std::align_val_t{alignment}) T[size == 0 ? 1 : size]);
    result.size_ = size;
    return result;
  }

  /// Takes the elements; from is empty.
  aligned_buffer(aligned_buffer&& from) noexcept
      : data_(std::move(from.data_)), size_(std::exchange(from.size_, 0)) {}
  /// Takes the elements; from is empty.
  aligned_buffer& operator=(aligned_buffer&& from) noexcept {
    data_ = std::move(from.data_);
    size_ = std::exchange(from.size_, 0);
    return *this;
  }
  ~aligned_buffer() = default;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T* data() noexcept { return data_.get(); }
  [[nodiscard]] T const* data() const noexcept { return data_.get(); }
  [[nodiscard]] T& operator[](std::size_t i) noexcept { return data_[i]; }
  [[nodiscard]] T const& operator[](std::size_t i) const noexcept { return data_[i]; }
  [[nodiscard]] T* begin() noexcept { return data(); }
  [[nodiscard]] T* end() noexcept { return data() + size_; }
  [[nodiscard]] T const* begin() const noexcept { return data(); }
  [[nodiscard]] T const* end() const noexcept { return data() + size_; }
  [[nodiscard]] std::span<T> span() noexcept { return {data(), size_}; }
  [[nodiscard]] std::span<T const> span() const noexcept { return {data(), size_}; }

 private:
  struct release {
    void operator()(T* p) const noexcept { ::operator delete[](p, std::align_val_t{alignment}); }
  };
  std::unique_ptr<T[], release> data_;
  std::size_t size_ = 0;
};

}  // namespace halo
