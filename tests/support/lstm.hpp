// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

// A long short-term memory in plain loops, to compare with.

namespace support {

struct lstm_state {
  std::vector<double> h, c;
  explicit lstm_state(std::size_t units) : h(units), c(units) {}
};

/// c ← σ(f)∘c + σ(i)∘tanh(g),  h ← σ(o)∘tanh(c)  with [i|f|g|o] = [x, h]·W + b.
inline void lstm_step(std::vector<double> const& x, double const* w, double const* b,
                      lstm_state& s) {
  std::size_t const units = s.h.size(), columns = 4 * units;
  std::vector<double> const before = s.h;
  auto const column = [&](std::size_t j) {
    double sum = b[j];
    for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * w[i * columns + j];
    for (std::size_t k = 0; k < units; ++k) sum += before[k] * w[(x.size() + k) * columns + j];
    return sum;
  };
  auto const squash = [](double y) { return 1 / (1 + std::exp(-y)); };
  for (std::size_t k = 0; k < units; ++k) {
    double const in = squash(column(k)), keep = squash(column(units + k));
    double const fresh = std::tanh(column(2 * units + k)), out = squash(column(3 * units + k));
    s.c[k] = keep * s.c[k] + in * fresh;
    s.h[k] = out * std::tanh(s.c[k]);
  }
}

}  // namespace support
