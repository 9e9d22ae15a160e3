// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

namespace halo::kernel {

/// y_i ← a_i + b_i; y may be a or b.
template <class Arch = simd::default_arch, class P>
void sum(std::size_t n, simd::const_of<P> a, simd::const_of<P> b, P y) noexcept {
  simd::for_each_chunk<simd::scalar_of<P>, Arch>(
      n, [=](auto chunk) { chunk.store(y, chunk.load(a) + chunk.load(b)); });
}

/// y_i ← x_i; y may be x.
template <class Arch = simd::default_arch, class P>
void copy(std::size_t n, simd::const_of<P> x, P y) noexcept {
  simd::for_each_chunk<simd::scalar_of<P>, Arch>(
      n, [=](auto chunk) { chunk.store(y, chunk.load(x)); });
}

/// x_i ← 0.
template <class Arch = simd::default_arch, class P>
void clear(std::size_t n, P x) noexcept {
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  simd::for_each_chunk<simd::scalar_of<P>, Arch>(n, [=](auto chunk) { chunk.store(x, V(0)); });
}

}  // namespace halo::kernel
