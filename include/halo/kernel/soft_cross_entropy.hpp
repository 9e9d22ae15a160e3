// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>
#include <limits>

#include <halo/kernel/pointwise_loss.hpp>
#include <halo/simd/math.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

namespace halo::kernel {

/// Mean softmax cross-entropy of rows of logits against shares of the classes, and its gradient.
///
/// L = τ²/rows Σ_i (Q_i ln Σ_k e^((x_ik - m_i)/τ) - Σ_k q_ik (x_ik - m_i)/τ),
/// Q_i = Σ_k q_ik,  m_i = max_k x_ik
/// dL/dx_ij = τ/rows · (Q_i softmax(x_i/τ)_j - q_ij)
/// τ² keeps the gradient's size whatever the temperature [Hinton et al. 2015]. With τ = 1 it is
/// PyTorch's cross_entropy with class probabilities. A class of share 0 adds nothing, however low
/// its logit. Never overflows where L does not; NaN where softmax gives NaN.
///
/// @param logits       rows by classes, row-major
/// @param shares       as logits, float or P's scalar
/// @param gradient     as logits; unless null; may be logits
/// @param temperature  τ, positive
/// @return L; 0 for no rows
/// @note  allocates nothing
template <class Arch = simd::default_arch, class P, class Target>
simd::element_of<P> soft_cross_entropy(std::size_t rows, std::size_t classes,
                                       simd::const_of<P> logits, Target const* shares, P gradient,
                                       simd::scalar_of<P> temperature) noexcept {
  using T = simd::scalar_of<P>;
  using E = simd::element_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  using B = simd::batch<T, Arch>;
  using simd::exp;
  using simd::log;
  if (rows == 0) return E(0);
  constexpr T lowest = -std::numeric_limits<T>::infinity();
  V const cooled(T(1) / temperature);
  T const share = temperature / static_cast<T>(rows);
  E total(0), part(0);  // a part of 64 rows
  for (std::size_t i = 0; i < rows; ++i, logits += classes, shares += classes) {
    T const* const values = simd::values_of(logits);
    B highest(lowest);
    simd::for_each_chunk<T, Arch>(classes, [&](auto chunk) {
      highest = max(highest, chunk.fill(chunk.load(values), lowest));
    });
    V const most(lane_max(highest));
    V sum(T(0)), mass(T(0)), at_targets(T(0));
    simd::for_each_chunk<T, Arch>(classes, [&](auto chunk) {
      V const x = (chunk.load(logits) - most) * cooled;
      V const q(load_targets<T, Arch>(chunk, shares));
      sum += exp(chunk.fill(x, lowest));
      mass += q;
      at_targets += select(q == V(T(0)), V(T(0)), q * x);
    });
    E const of_row = lane_sum(sum), q_of_row = lane_sum(mass);
    part += q_of_row * log(of_row) - lane_sum(at_targets);
    if (i % 64 == 63 || i + 1 == rows) {
      total += part;
      part = E(0);
    }
    if (gradient == nullptr) continue;
    V const scale = simd::broadcast<V>(q_of_row / of_row);
    simd::for_each_chunk<T, Arch>(classes, [&](auto chunk) {
      V const e = exp((chunk.load(logits) - most) * cooled);
      V const q(load_targets<T, Arch>(chunk, shares));
      chunk.store(gradient, (e * scale - q) * V(share));
    });
    gradient += classes;
  }
  return total * E(temperature * share);
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
