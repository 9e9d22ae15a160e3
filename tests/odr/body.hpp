// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What both objects of the test do, each with its own compiler flags.

#include <array>
#include <cstddef>

#include <halo/kernel.hpp>
#include <halo/simd.hpp>

inline constexpr std::size_t odr_size = 21;

static float odr_work(float const* x) {
  std::array<float, odr_size> y{};
  halo::simd::for_each_chunk<float>(odr_size, [&](auto chunk) {
    auto const v = chunk.load(x);
    chunk.store(y.data(), v * v + 1.0F);
  });
  std::array<float, 9> c{};
  halo::kernel::gemm(3, 3, 7, halo::kernel::operand<float const*>{y.data(), 7},
                     halo::kernel::operand<float const*>{x, 3}, c.data(), 3);
  float sum = 0;
  for (float v : c) sum += v;
  return sum;
}
