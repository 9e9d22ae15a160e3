// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/batch_mask.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>

#include <halo/simd/batch.hpp>

namespace simd_batch_mask_test {

namespace simd = halo::simd;
using simd::batch;

namespace {

/// The mask whose lane i is set where the bit i of a number is.
template <class V>
typename V::mask mask_of(std::size_t bits) {
  using T = typename V::value_type;
  std::array<T, V::size> x;
  for (std::size_t i = 0; i < V::size; ++i) x[i] = static_cast<T>(bits >> i & 1U);
  return V::load(x.data()) == V(1);
}

/// The bits of which lanes are set, through select.
template <class V>
std::size_t bits_of(typename V::mask m) {
  V const chosen = select(m, V(1), V(0));
  std::size_t bits = 0;
  for (std::size_t i = 0; i < V::size; ++i)
    bits |= static_cast<std::size_t>(chosen.get(i) == 1) << i;
  return bits;
}

}  // namespace

TEST_CASE_TEMPLATE("masks join, exclude and summarise lane by lane", V, batch<float>, batch<double>,
                   batch<float, simd::scalar>, batch<double, simd::scalar>) {
  constexpr std::size_t every = (std::size_t{1} << V::size) - 1;
  for (std::size_t one = 0; one < V::size; ++one) {
    std::size_t const a = std::size_t{1} << one;
    std::size_t const b = every & 0x5a5aU;
    CAPTURE(one);
    CHECK(bits_of<V>(mask_of<V>(a)) == a);
    CHECK(bits_of<V>(mask_of<V>(a) || mask_of<V>(b)) == (a | b));
    CHECK(bits_of<V>(mask_of<V>(a) && mask_of<V>(b)) == (a & b));
    CHECK(bits_of<V>(!mask_of<V>(a)) == (every & ~a));
    CHECK(any(mask_of<V>(a)));
    CHECK(all(mask_of<V>(a)) == (V::size == 1));
    CHECK(all(mask_of<V>(a) || !mask_of<V>(a)));
    CHECK_FALSE(any(mask_of<V>(a) && !mask_of<V>(a)));
  }
}

}  // namespace simd_batch_mask_test
