// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

// Gradient descent on the perceptron 26-64-64-4, relu and tanh, cross-entropy, in plain loops as
// one writes them by hand for this network alone: what a step of halo's is held against.

namespace by_hand {

constexpr int in = 26, wide = 64, out = 4, rows = 8;
constexpr float rate = 0.05F;

inline float w1[in][wide], b1[wide], w2[wide][wide], b2[wide], w3[wide][out], b3[out];
inline float g1[in][wide], c1[wide], g2[wide][wide], c2[wide], g3[wide][out], c3[out];
inline float h1[rows][wide], h2[rows][wide], y[rows][out];
inline float d1[rows][wide], d2[rows][wide], dy[rows][out];

template <int In, int Out>
inline void forward(float const (&x)[rows][In], float const (&w)[In][Out], float const (&b)[Out],
                    float (&to)[rows][Out]) {
  for (int r = 0; r < rows; ++r)
    for (int j = 0; j < Out; ++j) {
      float sum = b[j];
      for (int i = 0; i < In; ++i) sum += x[r][i] * w[i][j];
      to[r][j] = sum;
    }
}
template <int In, int Out>
inline void weights(float const (&x)[rows][In], float const (&d)[rows][Out], float (&g)[In][Out],
                    float (&c)[Out]) {
  for (int i = 0; i < In; ++i)
    for (int j = 0; j < Out; ++j) {
      float sum = 0;
      for (int r = 0; r < rows; ++r) sum += x[r][i] * d[r][j];
      g[i][j] = sum;
    }
  for (int j = 0; j < Out; ++j) {
    float sum = 0;
    for (int r = 0; r < rows; ++r) sum += d[r][j];
    c[j] = sum;
  }
}
template <int In, int Out>
inline void back(float const (&d)[rows][Out], float const (&w)[In][Out], float (&to)[rows][In]) {
  for (int r = 0; r < rows; ++r)
    for (int i = 0; i < In; ++i) {
      float sum = 0;
      for (int j = 0; j < Out; ++j) sum += d[r][j] * w[i][j];
      to[r][i] = sum;
    }
}
inline void move(float* theta, float const* g, int n) {
  for (int i = 0; i < n; ++i) theta[i] -= rate * g[i];
}

/// One step on eight rows; the mean loss.
[[gnu::noinline]] inline float step(float const (&x)[rows][in], std::int32_t const* label) {
  forward(x, w1, b1, h1);
  for (auto& row : h1)
    for (float& v : row) v = v > 0 ? v : 0;
  forward(h1, w2, b2, h2);
  for (auto& row : h2)
    for (float& v : row) v = std::tanh(v);
  forward(h2, w3, b3, y);
  float loss = 0;
  for (int r = 0; r < rows; ++r) {
    float most = y[r][0], sum = 0;
    for (int j = 1; j < out; ++j) most = y[r][j] > most ? y[r][j] : most;
    for (int j = 0; j < out; ++j) sum += dy[r][j] = std::exp(y[r][j] - most);
    loss += (std::log(sum) + most - y[r][label[r]]) / rows;
    for (int j = 0; j < out; ++j)
      dy[r][j] = (dy[r][j] / sum - (j == label[r] ? 1.0F : 0.0F)) / rows;
  }
  weights(h2, dy, g3, c3);
  back(dy, w3, d2);
  for (int r = 0; r < rows; ++r)
    for (int i = 0; i < wide; ++i) d2[r][i] *= 1 - h2[r][i] * h2[r][i];
  weights(h1, d2, g2, c2);
  back(d2, w2, d1);
  for (int r = 0; r < rows; ++r)
    for (int i = 0; i < wide; ++i) d1[r][i] = h1[r][i] > 0 ? d1[r][i] : 0;
  weights(x, d1, g1, c1);
  move(&w1[0][0], &g1[0][0], in * wide), move(b1, c1, wide);
  move(&w2[0][0], &g2[0][0], wide * wide), move(b2, c2, wide);
  move(&w3[0][0], &g3[0][0], wide * out), move(b3, c3, out);
  return loss;
}

/// Parameters in halo's order.
inline void begin(float const* from) {
  auto const take = [&from](float* to, int n) {
    for (int i = 0; i < n; ++i) to[i] = *from++;
  };
  take(&w1[0][0], in * wide), take(b1, wide);
  take(&w2[0][0], wide * wide), take(b2, wide);
  take(&w3[0][0], wide * out), take(b3, out);
}

}  // namespace by_hand
