// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace halo::kernel {

/// Work space in bytes that a caller lends a kernel, which needs no more while it runs and leaves
/// nothing in it. gemm_room, conv2d_room, lstm_room and gru_room say how much is enough; with less
/// the kernel takes its own from the stack, up to 330 KB with AVX-512, and computes the same.
using room = std::span<std::byte>;

namespace detail {

/// Bytes that hold n numbers wherever the room begins.
template <class T>
[[nodiscard]] constexpr std::size_t bytes_for(std::size_t n) noexcept {
  return n == 0 ? 0 : (n * sizeof(T) + 63) / 64 * 64 + 63;
}

/// The room as numbers, from the first whole cache line on.
template <class T>
[[nodiscard]] inline std::span<T> numbers_in(room lent) noexcept {
  std::size_t const skipped = (64 - reinterpret_cast<std::uintptr_t>(lent.data()) % 64) % 64;
  if (lent.size() <= skipped) return {};
  return {reinterpret_cast<T*>(lent.data() + skipped), (lent.size() - skipped) / sizeof(T)};
}

/// What is left behind n numbers of the room.
template <class T>
[[nodiscard]] inline room behind(room lent, std::size_t n) noexcept {
  std::size_t const used = bytes_for<T>(n);
  return lent.size() > used ? lent.subspan(used) : room{};
}

/// Calls body with the room as numbers if it holds `enough`, else with N numbers on the stack.
template <std::size_t N, class T, class Body>
[[gnu::noinline]] void on_stack(Body const& body) noexcept {
  alignas(64) T numbers[N];
  body(std::span<T>(numbers));
}
template <std::size_t N, class T, class Body>
inline void in_room(room lent, std::size_t enough, Body const& body) noexcept {
  std::span<T> const numbers = numbers_in<T>(lent);
  if (numbers.size() >= enough)
    body(numbers);
  else
    on_stack<N, T>(body);
}

}  // namespace detail
}  // namespace halo::kernel
