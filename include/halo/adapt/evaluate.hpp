// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/report.hpp>
#include <halo/core/error.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/loss.hpp>

namespace halo::adapt {

/// Calls body(first row, rows, outputs) for examples of any number, as many at a time as the
/// workspace holds; allocates nothing.
/// @param statistics  what batch_norm normalises by; null: each part's own
template <class Network, class Workspace, class Body>
void for_each_part(std::size_t rows, float const* theta, float const* x, Workspace& work,
                   Body&& body, float const* statistics = nullptr) noexcept {
  for (std::size_t first = 0; first < rows; first += Workspace::capacity) {
    std::size_t const n = std::min(Workspace::capacity, rows - first);
    nn::pass const p{.rows = n, .capacity = Workspace::capacity, .statistics = statistics};
    body(first, n,
         static_cast<float const*>(Network::template forward<float*>(
             p, theta, x + first * Network::inputs, work.arena.data())));
  }
}

/// Outputs of the network, [rows, outputs], for any number of rows.
/// @throws halo::error where the numbers of elements do not fit
template <class Network, class Workspace>
void predict(float const* theta, std::span<float const> x, std::span<float> y, Workspace& work,
             float const* statistics = nullptr) {
  std::size_t const rows = x.size() / Network::inputs;
  if (x.size() != rows * Network::inputs || y.size() != rows * Network::outputs) {
    fail("adapter", "predict",
         std::to_string(Network::inputs) + " inputs and " + std::to_string(Network::outputs) +
             " outputs an example",
         std::to_string(x.size()) + " and " + std::to_string(y.size()) + " numbers");
  }
  for_each_part<Network>(
      rows, theta, x.data(), work,
      [&](std::size_t first, std::size_t n, float const* out) {
        std::copy_n(out, n * Network::outputs, y.data() + first * Network::outputs);
      },
      statistics);
}

/// Mean loss and accuracy over any number of examples, at least one; no accuracy (NaN) where the
/// loss has no hits.
/// @throws halo::error where x and t do not fit the network or each other
template <class Network, class Loss, class Workspace>
[[nodiscard]] evaluation evaluate(float const* theta, std::span<float const> x,
                                  std::span<typename Loss::target const> t, Workspace& work,
                                  float const* statistics = nullptr) {
  std::size_t const rows =
      detail::checked_rows<Network, Loss>(x, t, std::numeric_limits<std::size_t>::max());
  evaluation e;
  for_each_part<Network>(
      rows, theta, x.data(), work,
      [&](std::size_t first, std::size_t n, float const* out) {
        auto const* const part = t.data() + first * Loss::targets(Network::outputs);
        e.loss += static_cast<double>(n) *
                  static_cast<double>(Loss::value_and_gradient(n, Network::outputs, out, part,
                                                               static_cast<float*>(nullptr)));
        e.accuracy += nn::hits_of<Loss>(n, Network::outputs, out, part);
      },
      statistics);
  return {e.loss / static_cast<double>(rows), e.accuracy / static_cast<double>(rows)};
}

}  // namespace halo::adapt
