// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The recurrent cell of a learned optimizer: what the tape is made for. One program over its
// number type, and a dumb loop to compare with.

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/simd/math.hpp>

namespace support {

using namespace halo;

inline constexpr std::size_t gru_features = 12;
inline constexpr std::size_t gru_units = 10;
inline constexpr std::size_t gru_rows = gru_features + gru_units;

/// [r|z] = σ([x, h] Wg + bg),  c = tanh([x, r∘h] Wc + bc),  h' = z∘h + (1-z)∘c.
///
/// V is a register or a variable; gates and candidate map V const* to V*.
template <class V, class Gates, class Candidate>
void gru_cell(V const* x, V const* h, V* next, Gates const& gates, Candidate const& candidate) {
  using simd::sigmoid;
  using simd::tanh;
  std::array<V, gru_rows> row;
  for (std::size_t i = 0; i < gru_features; ++i) row[i] = x[i];
  for (std::size_t k = 0; k < gru_units; ++k) row[gru_features + k] = h[k];
  std::array<V, 2 * gru_units> rz;
  gates(row.data(), rz.data());
  for (std::size_t k = 0; k < gru_units; ++k) row[gru_features + k] = sigmoid(rz[k]) * h[k];
  std::array<V, gru_units> c;
  candidate(row.data(), c.data());
  for (std::size_t k = 0; k < gru_units; ++k) {
    V const new_value = tanh(c[k]);
    next[k] = fma(sigmoid(rz[gru_units + k]), h[k] - new_value, new_value);
  }
}

template <class T>
struct gru_weights {
  std::vector<T> gates, gate_bias, candidate, candidate_bias;

  explicit gru_weights(seed s)
      : gates(gru_rows * 2 * gru_units),
        gate_bias(2 * gru_units),
        candidate(gru_rows * gru_units),
        candidate_bias(gru_units) {
    generator random(s);
    for (auto* part : {&gates, &gate_bias, &candidate, &candidate_bias})
      for (T& w : *part) w = T(0.3) * static_cast<T>(random.normal());
  }
};

/// The same for one coordinate, in plain loops.
inline std::array<double, gru_units> gru_reference(gru_weights<double> const& w, double const* x,
                                                   double const* h) {
  auto const input = [&](std::size_t i) { return i < gru_features ? x[i] : h[i - gru_features]; };
  std::array<double, 2 * gru_units> rz;
  for (std::size_t j = 0; j < 2 * gru_units; ++j) {
    double sum = w.gate_bias[j];
    for (std::size_t i = 0; i < gru_rows; ++i) sum += input(i) * w.gates[i * 2 * gru_units + j];
    rz[j] = 1 / (1 + std::exp(-sum));
  }
  std::array<double, gru_units> next;
  for (std::size_t j = 0; j < gru_units; ++j) {
    double sum = w.candidate_bias[j];
    for (std::size_t i = 0; i < gru_rows; ++i) {
      double const gated = i < gru_features ? x[i] : rz[i - gru_features] * h[i - gru_features];
      sum += gated * w.candidate[i * gru_units + j];
    }
    double const z = rz[gru_units + j];
    next[j] = z * h[j] + (1 - z) * std::tanh(sum);
  }
  return next;
}

}  // namespace support
