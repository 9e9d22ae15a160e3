// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What lstm and gru owe their network beyond what every layer does.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/nn/layer.hpp>

#include "network.hpp"

namespace support {

/// A layer with everything around it.
template <class L, class X>
struct recurrent_run {
  std::size_t rows;
  std::vector<float> theta = draw<float>(halo::nn::parameter_count<L, X>(), 1, 0.5);
  std::vector<float> x = draw<float>(rows * X::size, 2);
  std::vector<float> dy = draw<float>(rows * L::template output<X>::size, 3);
  std::vector<float> y = std::vector<float>(dy.size());
  std::vector<float> memory = std::vector<float>(rows * L::template memory<X>);
  std::vector<float> scratch = std::vector<float>(rows * L::template scratch<X>);
  std::vector<float> dx = std::vector<float>(x.size());
  std::vector<float> gradient = std::vector<float>(theta.size());

  void forward() {
    L::template forward<X>({.rows = rows, .capacity = rows},
                           static_cast<float const*>(theta.data()),
                           static_cast<float const*>(x.data()), y.data(), memory.data());
  }
  void backward() {
    halo::nn::backward_arguments<float*> a{};
    a.theta = theta.data();
    a.memory = memory.data();
    a.dy = dy.data();
    a.dx = dx.data();
    a.gradient = gradient.data();
    a.scratch = scratch.data();
    L::template backward<X>({.rows = rows, .capacity = rows}, a);
  }
};

/// Backward on some rows of a forward pass has the bits of a pass over these rows alone.
template <class L, class X>
void check_kept_rows() {
  constexpr std::size_t in = X::size, out = L::template output<X>::size;
  std::array<std::uint32_t, 4> const kept{0, 2, 3, 8};
  recurrent_run<L, X> whole{9}, some{kept.size()};
  whole.forward();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    std::copy_n(whole.x.begin() + static_cast<std::ptrdiff_t>(kept[i] * in), in,
                some.x.begin() + static_cast<std::ptrdiff_t>(i * in));
    std::copy_n(some.dy.begin() + static_cast<std::ptrdiff_t>(i * out), out,
                whole.dy.begin() + static_cast<std::ptrdiff_t>(i * out));
  }
  some.forward();
  some.backward();
  L::template keep_rows<X>(whole.rows, kept.data(), kept.size(), whole.memory.data());
  whole.rows = kept.size();
  whole.backward();
  whole.dx.resize(some.dx.size());
  CHECK(whole.gradient == some.gradient);
  CHECK(whole.dx == some.dx);
}

}  // namespace support
