// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include <halo/kernel/gemm_blocks.hpp>

namespace halo::kernel::detail {

/// Products of 64 chains. A longer sum is made of such parts, each from zero.
inline constexpr std::size_t long_sum = 64 * chain;

/// A part of the products of a long sum.
template <class T>
[[nodiscard]] inline gemm_task<T> part_of(gemm_task<T> task, std::size_t begin,
                                          std::size_t k) noexcept {
  task.a.data += begin * (task.a.transposed ? task.a.stride : 1);
  task.b.data += begin * (task.b.transposed ? 1 : task.b.stride);
  task.k = k;
  return task;
}

/// A product of any depth: the first 64 chains in C, each 64 more in a block of their own.
template <class T, class Arch>
[[gnu::noinline]] void multiply_long(gemm_task<T> task, std::span<T> room) noexcept {
  finisher<T> const finish = std::exchange(task.finish, {nullptr, nullptr});
  multiply_in_chains<T, Arch>(part_of(task, 0, long_sum), room);
  constexpr std::size_t columns = 32, rows = 32;
  std::array<T, rows * columns> sum;
  for (std::size_t i = 0; i < task.m; i += rows) {
    for (std::size_t j = 0; j < task.n; j += columns) {
      gemm_task<T> block = task;
      block.m = std::min(rows, task.m - i), block.n = std::min(columns, task.n - j);
      block.a.data += i * (task.a.transposed ? 1 : task.a.stride);
      block.b.data += j * (task.b.transposed ? task.b.stride : 1);
      block.c = sum.data(), block.c_row = columns;
      block.from = nullptr;
      for (std::size_t at = long_sum; at < task.k; at += long_sum) {
        multiply_in_chains<T, Arch>(part_of(block, at, std::min(long_sum, task.k - at)), room);
        for (std::size_t r = 0; r < block.m; ++r)
          for (std::size_t c = 0; c < block.n; ++c)
            task.c[(i + r) * task.c_row + j + c] += sum[r * columns + c];
      }
    }
  }
  if (finish.apply != nullptr) finish.apply(finish.activation, task.c, task.c_row, task.m, task.n);
}

/// A product: B copied where there is room, long sums in parts.
template <class T, class Arch>
void multiply(gemm_task<T> const& task, std::span<T> room) noexcept {
  if (task.k > long_sum)
    multiply_long<T, Arch>(task, room);
  else
    multiply_in_chains<T, Arch>(task, room);
}

}  // namespace halo::kernel::detail
