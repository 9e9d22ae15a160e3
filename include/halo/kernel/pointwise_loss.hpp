// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include <halo/simd/pointer.hpp>
#include <halo/simd/reduce.hpp>
#include <halo/simd/transform.hpp>

namespace halo::kernel {

/// What a loss makes of one output: its value, and its derivative by the output.
template <class V>
struct loss_and_slope {
  V value;  ///< the loss of this output alone, before the mean
  V slope;  ///< d value / d output
};

/// The targets of a chunk as a register of T: they may be of another floating type than the
/// outputs, float targets of a network that runs on double.
template <class T, class Arch, class Chunk, class Target>
[[nodiscard]] inline simd::batch<T, Arch> load_targets(Chunk chunk, Target const* t) noexcept {
  if constexpr (std::is_same_v<T, std::remove_const_t<Target>>) {
    return chunk.load(t);
  } else {
    alignas(64) std::array<T, simd::batch<T, Arch>::size> lanes{};
    for (std::size_t i = 0; i < chunk.count(); ++i) lanes[i] = static_cast<T>(t[chunk.begin + i]);
    return simd::batch<T, Arch>::load(lanes.data());
  }
}

/// Mean over n outputs of a loss that looks at one output and its target, and its gradient.
///
/// L = Σ_i rule(y_i, t_i).value / n,  dL/dy_i = rule(y_i, t_i).slope / n
///
/// @param target    n numbers, float or P's scalar
/// @param gradient  as y; unless null; may be y
/// @param rule      from a register of outputs, which may be dual numbers, and one of targets to
///                  loss_and_slope
/// @return L; 0 for no outputs
/// @note  allocates nothing
template <class Arch = simd::default_arch, class P, class Target, class Rule>
simd::element_of<P> pointwise_loss(std::size_t n, simd::const_of<P> y, Target const* target,
                                   P gradient, Rule const& rule) noexcept {
  using T = simd::scalar_of<P>;
  using E = simd::element_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  if (n == 0) return E(0);
  T const share = T(1) / static_cast<T>(n);
  V const sum = simd::detail::sum_chunks<T, Arch, V>(n, [&](auto chunk, V total) {
    loss_and_slope<V> const l = rule(V(chunk.load(y)), load_targets<T, Arch>(chunk, target));
    if (gradient != nullptr) chunk.store(gradient, l.slope * V(share));
    return total + chunk.fill(l.value, T(0));
  });
  return lane_sum(sum) * E(share);
}

}  // namespace halo::kernel
