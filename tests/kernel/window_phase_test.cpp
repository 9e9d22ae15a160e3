// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/window_phase.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace kernel_window_phase_test {

using halo::kernel::window_axis;
using halo::kernel::window_range;
namespace detail = halo::kernel::detail;

namespace {

/// Calls f with every axis of some extents, strides and dilations, and some of its taps.
template <class F>
void for_each_axis(F f) {
  for (std::size_t in = 1; in < 10; ++in)
    for (std::size_t kernel = 1; kernel < 6; ++kernel)
      for (std::size_t stride = 1; stride < 5; ++stride)
        for (std::size_t dilation = 1; dilation < 4; ++dilation)
          for (bool const padded : {false, true}) {
            auto const a = padded ? window_axis::same(in, kernel, stride, dilation)
                                  : window_axis::valid(in, kernel, stride, dilation);
            if (a.out == 0) continue;
            for (std::size_t first = 0; first < kernel; ++first)
              for (std::size_t last = first + 1; last <= kernel; ++last)
                f(a, window_range{first, last});
          }
}

/// Output o sees input i at tap k, by the definition of window_axis.
bool sees(window_axis const& a, std::size_t o, std::size_t i, std::size_t k) {
  return o * a.stride + k * a.dilation == i + a.low;
}

}  // namespace

TEST_CASE("window_phase: the outputs that see an input, in the order of outputs") {
  std::size_t wrong = 0, seen = 0;
  for_each_axis([&](window_axis const& a, window_range taps) {
    for (std::size_t number = 0; number < a.stride; ++number) {
      detail::window_phase const phase(a, number, taps);
      for (std::size_t t = 0; number + t * a.stride < a.in; ++t) {
        std::size_t const input = number + t * a.stride;
        std::vector<std::size_t> outputs, expected, at, expected_at;
        window_range const inside = phase.inside(t, a.out);
        for (std::size_t j = inside.begin; j < inside.end; ++j) {
          auto const o = static_cast<std::ptrdiff_t>(t + j * phase.output_step) + phase.output;
          outputs.push_back(static_cast<std::size_t>(o));
          at.push_back(phase.last - j * phase.tap_step);
        }
        for (std::size_t o = 0; o < a.out; ++o)
          for (std::size_t k = taps.begin; k < taps.end; ++k)
            if (sees(a, o, input, k)) {
              expected.push_back(o);
              expected_at.push_back(k);
            }
        wrong += outputs != expected || at != expected_at;
        seen += expected.size();
      }
    }
  });
  CHECK(wrong == 0);
  CHECK(seen > 10000);
}

TEST_CASE("window_phase: outputs around some inputs are all that see them") {
  std::size_t wrong = 0;
  for_each_axis([&](window_axis a, window_range taps) {
    a.out += 20;  // so that nothing is cut behind, and
    a.low += 20;  // nothing in front
    for (std::size_t begin = 0; begin < a.in; ++begin)
      for (std::size_t end = begin + 1; end <= a.in; ++end) {
        auto const [first, last] = detail::outputs_around(a, {begin, end}, taps);
        for (std::size_t i = begin; i < end; ++i)
          for (std::size_t k = taps.begin; k < taps.end; ++k)
            for (std::size_t o = 0; o < a.out; ++o)
              if (sees(a, o, i, k)) {
                auto const at = static_cast<std::ptrdiff_t>(o);
                wrong += at < first || at > last;
              }
        auto const reach = [&](std::ptrdiff_t o, std::size_t k) {
          return o * static_cast<std::ptrdiff_t>(a.stride) +
                 static_cast<std::ptrdiff_t>(k * a.dilation) - static_cast<std::ptrdiff_t>(a.low);
        };
        // what comes behind both ends sees later inputs
        wrong += reach(first + 1, taps.end - 1) <= static_cast<std::ptrdiff_t>(begin);
        wrong += reach(last + 1, taps.begin) <= static_cast<std::ptrdiff_t>(end - 1);
      }
  });
  CHECK(wrong == 0);
}

}  // namespace kernel_window_phase_test
