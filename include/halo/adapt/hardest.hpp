// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <halo/core/aligned.hpp>
#include <halo/nn/hardest_rows.hpp>
#include <halo/nn/layer.hpp>

namespace halo::adapt::detail {

/// Loss and output gradient of a step that runs backward on all of its examples.
template <class Network, class Loss, std::size_t Capacity>
struct every_row {
  using target = typename Loss::target;

  /// Mean loss; dy ← its gradient with respect to the outputs y.
  double differentiate(nn::pass const& p, float const*, target const* t, float const* y,
                       std::size_t, float*, float* dy) noexcept {
    return static_cast<double>(Loss::value_and_gradient(p.rows, Network::outputs, y, t, dy));
  }
};

/// The same of a step that may run backward on the hardest alone, with the memory it needs.
template <class Network, class Loss, std::size_t Capacity>
class hardest {
 public:
  using target = typename Loss::target;

  /// Mean loss of all rows. Where k are fewer than these, p and x become those of the hardest k,
  /// what forward left in the arena is moved together, and dy is the gradient of their mean loss:
  /// all as if forward had run on them alone.
  double differentiate(nn::pass& p, float const*& x, target const* t, float const* y, std::size_t k,
                       float* arena, float* dy) noexcept {
    if (k == p.rows) {
      return static_cast<double>(Loss::value_and_gradient(k, Network::outputs, y, t, dy));
    }
    auto const mean =
        static_cast<double>(Loss::value_and_losses(p.rows, Network::outputs, y, t, losses_.data()));
    if (!std::isfinite(mean)) return mean;
    nn::hardest_rows(p.rows, k, losses_.data(), sorted_.data(), rows_.data());
    for (std::size_t i = 0; i < k; ++i) {
      std::copy_n(x + rows_[i] * Network::inputs, Network::inputs, x_.data() + i * Network::inputs);
      std::copy_n(t + rows_[i] * targets, targets, t_.data() + i * targets);
    }
    Network::keep_rows(p, rows_.data(), k, arena);
    p.rows = k;
    p.source = rows_.data();
    x = x_.data();
    Loss::value_and_gradient(k, Network::outputs, y, t_.data(), dy);
    return mean;
  }

 private:
  static constexpr std::size_t targets = Loss::targets(Network::outputs);
  std::array<float, Capacity> losses_{};
  std::array<float, Capacity> sorted_{};
  std::array<std::uint32_t, Capacity> rows_{};
  std::array<target, targets * Capacity> t_{};
  aligned_array<float, Network::inputs * Capacity> x_;
};

/// What steps under a policy need of these.
template <class Policy, class Network, class Loss, std::size_t Capacity>
using chosen_rows = std::conditional_t<Policy::selective, hardest<Network, Loss, Capacity>,
                                       every_row<Network, Loss, Capacity>>;

}  // namespace halo::adapt::detail

#include <halo/macros_back.hpp>
