// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/window.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <set>

namespace kernel_window_test {

using halo::kernel::window_axis;
using halo::kernel::window_range;

TEST_CASE("window: output sizes and zeros are TensorFlow's") {
  // in, kernel, stride, dilation → out, zeros in front; worked out by hand from tf.nn.convolution
  static_assert(window_axis::same(28, 3).out == 28 && window_axis::same(28, 3).low == 1);
  static_assert(window_axis::same(28, 4).out == 28 && window_axis::same(28, 4).low == 1);
  static_assert(window_axis::same(32, 5, 2).out == 16 && window_axis::same(32, 5, 2).low == 1);
  static_assert(window_axis::same(33, 5, 2).out == 17 && window_axis::same(33, 5, 2).low == 2);
  static_assert(window_axis::same(9, 3, 3).out == 3 && window_axis::same(9, 3, 3).low == 0);
  static_assert(window_axis::same(10, 2, 5).out == 2 && window_axis::same(10, 2, 5).low == 0);
  static_assert(window_axis::same(10, 3, 1, 2).out == 10 &&
                window_axis::same(10, 3, 1, 2).low == 2);
  static_assert(window_axis::same(1, 7).out == 1 && window_axis::same(1, 7).low == 3);
  static_assert(window_axis::symmetric(224, 7, 2).out == 112 &&
                window_axis::symmetric(224, 7, 2).low == 3);
  static_assert(window_axis::symmetric(10, 3, 2).out == 5 &&
                window_axis::symmetric(10, 3, 2).low == 1);
  static_assert(window_axis::symmetric(11, 3, 2).out == 6);
  static_assert(window_axis::symmetric(7, 4, 1).out == 6 && window_axis::symmetric(7, 4).low == 1);
  static_assert(window_axis::symmetric(10, 3, 1, 2).out == 10);
  static_assert(window_axis::symmetric(1, 7).out == 1 && window_axis::symmetric(1, 2).out == 0);
  static_assert(window_axis::valid(28, 3).out == 26);
  static_assert(window_axis::valid(10, 3, 2).out == 4);
  static_assert(window_axis::valid(10, 3, 2, 4).out == 1);
  static_assert(window_axis::valid(8, 3, 2, 4).out == 0);
  static_assert(window_axis::valid(3, 3).out == 1 && window_axis::valid(2, 3).out == 0);
}

TEST_CASE("window: taps and outputs are those that see an input") {
  for (std::size_t in = 1; in < 12; ++in)
    for (std::size_t kernel = 1; kernel < 7; ++kernel)
      for (std::size_t stride = 1; stride < 5; ++stride)
        for (std::size_t dilation = 1; dilation < 4; ++dilation)
          for (bool const padded : {false, true}) {
            auto const a = padded ? window_axis::same(in, kernel, stride, dilation)
                                  : window_axis::valid(in, kernel, stride, dilation);
            auto const sees = [&](std::size_t o, std::size_t k) {
              std::size_t const at = o * stride + k * dilation;
              return at >= a.low && at < a.low + in;
            };
            std::size_t wrong = 0;
            for (std::size_t o = 0; o < a.out; ++o)
              for (std::size_t k = 0; k < kernel; ++k) {
                window_range const t = a.taps(o), p = a.outputs(k);
                wrong += sees(o, k) != (k >= t.begin && k < t.end);
                wrong += sees(o, k) != (o >= p.begin && o < p.end);
                wrong += !padded && !sees(o, k);
              }
            CHECK(wrong == 0);
          }
}

TEST_CASE("window: the part of a range within another") {
  constexpr auto same = [](window_range a, window_range b) {
    return a.begin == b.begin && a.end == b.end;
  };
  static_assert(same(window_range{2, 7}.within({4, 5}), {4, 5}));
  static_assert(same(window_range{2, 7}.within({0, 9}), {2, 7}));
  static_assert(same(window_range{2, 7}.within({0, 3}), {2, 3}));
  static_assert(same(window_range{2, 7}.within({8, 9}), {7, 7}));
  static_assert(same(window_range{2, 7}.within({0, 1}), {2, 2}));
  static_assert(window_range{2, 7}.size() == 5);
}

TEST_CASE("window_axis: counts the inputs that some output sees") {
  for (std::size_t in = 1; in < 9; ++in)
    for (std::size_t kernel = 1; kernel <= 4; ++kernel)
      for (std::size_t stride = 1; stride <= 4; ++stride)
        for (std::size_t dilation = 1; dilation <= 2; ++dilation)
          for (bool const same : {false, true}) {
            using axis = window_axis;
            axis const a = same ? axis::same(in, kernel, stride, dilation)
                                : axis::valid(in, kernel, stride, dilation);
            std::set<std::size_t> seen;
            for (std::size_t o = 0; o < a.out; ++o)
              for (std::size_t k = 0; k < kernel; ++k) {
                std::size_t const at = o * stride + k * dilation;
                if (at >= a.low && at < a.low + in) seen.insert(at);
              }
            CAPTURE(in);
            CAPTURE(kernel);
            CAPTURE(stride);
            CAPTURE(dilation);
            CHECK(a.seen() == seen.size());
          }
}

}  // namespace kernel_window_test
