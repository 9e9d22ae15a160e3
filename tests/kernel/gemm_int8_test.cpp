// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/gemm_int8.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/simd/arch.hpp>

#include "../support/network.hpp"
#include "../support/quantised.hpp"

namespace kernel_gemm_int8_test {

using namespace halo;
using kernel::byte_panels;

namespace {

std::vector<std::uint8_t> draw_bytes(std::size_t n, std::uint64_t stream, bool extreme) {
  generator g(seed{7}, stream);
  std::vector<std::uint8_t> v(n);
  for (auto& e : v)
    e = static_cast<std::uint8_t>(extreme ? (g.below(2) == 0 ? 128 : 127) : g.below(256));
  return v;
}

template <class Arch>
void check(std::size_t m, std::size_t n, std::size_t depth, bool centered, bool extreme) {
  CAPTURE(m);
  CAPTURE(n);
  CAPTURE(depth);
  std::size_t const lda = byte_panels::stride(depth), wide = byte_panels::padded(n);
  auto const left = draw_bytes(m * depth, 1, false), right = draw_bytes(depth * n, 2, extreme);
  std::vector<std::uint8_t> a(m * lda), b(byte_panels::size(depth, n));
  for (std::size_t i = 0; i < m * depth; ++i) a[i / depth * lda + i % depth] = left[i];
  for (std::size_t k = 0; k < depth; ++k)
    for (std::size_t j = 0; j < n; ++j) b[byte_panels::place(depth, k, j)] = right[k * n + j];
  std::vector<float> scale(wide), bias(wide), offset(wide), center(wide);
  for (std::size_t j = 0; j < n; ++j) {
    scale[j] = std::ldexp(1.0F, -static_cast<int>(j % 5));
    bias[j] = static_cast<float>(j);
    offset[j] = std::bit_cast<float>(static_cast<std::int32_t>(j * 1000) - 7000);
    center[j] = std::bit_cast<float>(static_cast<std::int32_t>(j % 256) - 128);
  }
  std::vector<float> y(m * (n + 3) + 20, 7.5F);
  kernel::gemm_int8<Arch>(
      m, n, depth, a.data(), lda, b.data(),
      {scale.data(), bias.data(), offset.data(), centered ? center.data() : nullptr}, y.data(),
      n + 3);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      std::int64_t sum = std::bit_cast<std::int32_t>(offset[j]);
      for (std::size_t k = 0; k < depth; ++k) {
        std::int64_t const l = left[i * depth + k];
        std::int64_t r = static_cast<std::int8_t>(right[k * n + j]);
        if (centered) r += std::bit_cast<std::int32_t>(center[j]);
        sum += l * r;
      }
      float const expected = std::fma(static_cast<float>(sum), scale[j], bias[j]);
      float const unfused = static_cast<float>(sum) * scale[j] + bias[j];  // scale: a power of 2
      CHECK((y[i * (n + 3) + j] == expected || y[i * (n + 3) + j] == unfused));
    }
    for (std::size_t j = n; j < n + 3; ++j) CHECK(y[i * (n + 3) + j] == 7.5F);
  }
}

}  // namespace

TEST_CASE("gemm int8: plain loops over integers, exactly, on every instruction set") {
  simd::for_each_arch(simd::archs{}, [](auto arch) {
    using A = decltype(arch);
    CAPTURE(simd::arch_name<A>());
    for (std::size_t const m : {1U, 2U, 5U, 13U, 30U})
      for (std::size_t const n : {1U, 5U, 16U, 17U, 40U})
        for (std::size_t const depth : {1U, 3U, 4U, 64U, 70U})
          for (bool const centered : {false, true}) check<A>(m, n, depth, centered, false);
    check<A>(13, 18, 1000, true, true);  // beyond what 16 bits hold
    check<A>(0, 18, 10, true, true);
  });
}

TEST_CASE("gemm int8: bytes are the steps of the grid") {
  simd::for_each_arch(simd::archs{}, [](auto arch) {
    for (unsigned bits = 2; bits <= 8; ++bits)
      for (auto const g : {kernel::grid::symmetric, kernel::grid::asymmetric})
        for (std::size_t const n : {0U, 1U, 16U, 37U}) {
          auto x = support::draw<float>(n, bits);
          if (n > 3) x[3] = std::numeric_limits<float>::infinity();
          support::plain_grid<float> const plain(-0.75F, 1.5F, bits, g);
          std::vector<std::uint8_t> bytes(n + 16, 9);
          kernel::quantise_bytes<decltype(arch)>(n, {-0.75F, 1.5F}, bits, g, x.data(),
                                                 bytes.data());
          for (std::size_t i = 0; i < n; ++i)
            CHECK(static_cast<float>(bytes[i]) + plain.lowest == plain.step(x[i]));
          for (std::size_t i = n; i < n + 16; ++i) CHECK(bytes[i] == 9);
        }
  });
}

}  // namespace kernel_gemm_int8_test
