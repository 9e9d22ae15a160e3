// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include <halo/kernel/gemm_blocks.hpp>

namespace halo::kernel::detail {

/// Products of 64 chains. A longer sum is made of such parts, each from zero.
inline constexpr std::size_t long_sum = 64 * chain;

/// A product of any depth: the first 64 chains in C, each 64 more in a block of their own.
template <class T, class Arch>
[[gnu::noinline]] void multiply_long(gemm_task<T> const& task, std::span<T> room) noexcept {
  gemm_task<T> part = task;
  part.finish = {nullptr, nullptr};
  part.k = long_sum;
  multiply_in_chains<T, Arch>(part, room);
  constexpr std::size_t columns = 32, rows = 32;
  std::array<T, rows * columns> sum;
  part.c = sum.data(), part.c_row = columns;
  part.from = nullptr;
  for (std::size_t at = long_sum; at < task.k; at += long_sum) {
    part.k = std::min(long_sum, task.k - at);
    for (std::size_t i = 0; i < task.m; i += rows) {
      for (std::size_t j = 0; j < task.n; j += columns) {
        part.m = std::min(rows, task.m - i), part.n = std::min(columns, task.n - j);
        part.a.data = task.a.at(i, at), part.b.data = task.b.at(at, j);
        multiply_in_chains<T, Arch>(part, room);
        for (std::size_t r = 0; r < part.m; ++r)
          for (std::size_t c = 0; c < part.n; ++c)
            task.c[(i + r) * task.c_row + j + c] += sum[r * columns + c];
      }
    }
  }
  if (task.finish.apply != nullptr)
    task.finish.apply(task.finish.activation, task.c, task.c_row, task.m, task.n);
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

#include <halo/macros_back.hpp>
