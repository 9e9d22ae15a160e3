// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A convolution that benchmarks run, told by the arguments of a benchmark.

#include <cstddef>
#include <cstdint>

#include <benchmark/benchmark.h>

#include <halo/core/aligned.hpp>
#include <halo/kernel/conv2d_forward.hpp>

namespace support {

using namespace halo;

/// Square images, as many outputs as inputs: size, channels in and out, kernel, stride, images.
struct conv2d_problem {
  std::size_t images;
  kernel::conv2d_geometry g;
  aligned_buffer<float> x, w, y;
  explicit conv2d_problem(benchmark::State const& state)
      : images(number(state, 5)), g(shape(state)) {
    x = filled(images * g.input_size(), 23);
    w = filled(g.weights(), 19);
    y = filled(images * g.output_size(), 17);
  }
  static std::size_t number(benchmark::State const& state, int at) {
    return static_cast<std::size_t>(state.range(static_cast<std::size_t>(at)));
  }
  static kernel::conv2d_geometry shape(benchmark::State const& state) {
    auto const axis =
        kernel::window_axis::same(number(state, 0), number(state, 3), number(state, 4));
    return {axis, axis, number(state, 1), number(state, 2)};
  }
  static aligned_buffer<float> filled(std::size_t n, std::size_t period) {
    aligned_buffer<float> v(n);
    for (std::size_t i = 0; i < n; ++i)
      v[i] = static_cast<float>(i * 7 % period) / static_cast<float>(period) - 0.5F;
    return v;
  }
  void finish(benchmark::State& state) const {
    state.SetItemsProcessed(state.iterations() *
                            static_cast<std::int64_t>(images * g.operations()));
  }
};

}  // namespace support
