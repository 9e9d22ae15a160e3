// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/conv2d_panel.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <halo/kernel/window_phase.hpp>

#include "support/conv2d.hpp"

namespace kernel_conv2d_panel_test {

using namespace halo;
using kernel::window_range;
namespace detail = kernel::detail;

TEST_CASE("conv2d_panel: a part of an image, with zeros beside it") {
  std::size_t const height = 3, width = 4, channels = 5;
  auto const x = support::numbers<float>(height * width * channels, 1);
  for (std::ptrdiff_t column = -3; column < 7; ++column)
    for (std::size_t columns = 1; columns < 9; ++columns)
      for (window_range const deep : {window_range{0, 5}, window_range{1, 3}}) {
        CAPTURE(column);
        CAPTURE(columns);
        std::vector<float> panel(2 * columns * deep.size(), 7.0F);
        auto const v = detail::view_of<simd::default_arch>(
            x.data(), width, channels, {{1, 3}, column, columns, deep}, std::span<float>(panel));
        bool const whole = column >= 0 && static_cast<std::size_t>(column) + columns <= width;
        CHECK((v.data == panel.data()) != whole);
        std::size_t wrong = 0;
        for (std::size_t r = 0; r < 2; ++r)
          for (std::size_t q = 0; q < columns; ++q)
            for (std::size_t c = 0; c < deep.size(); ++c) {
              std::ptrdiff_t const at = column + static_cast<std::ptrdiff_t>(q);
              bool const there = at >= 0 && at < static_cast<std::ptrdiff_t>(width);
              float const expected =
                  there ? x[((r + 1) * width + static_cast<std::size_t>(at)) * channels +
                            deep.begin + c]
                        : 0.0F;
              wrong += v.data[r * v.row + q * v.pixel + c] != expected;
            }
        CHECK(wrong == 0);
      }
}

TEST_CASE("conv2d_panel: cuts fit, and are no finer than they must be") {
  for (std::size_t const capacity : {4U, 7U, 100U, 3000U, 100000U})
    for (std::size_t const depth : {1U, 40U, 1000U})
      for (std::size_t const units : {1U, 5U, 64U})
        for (std::size_t const taps : {1U, 3U, 11U})
          for (std::size_t const channels : {1U, 6U, 130U})
            for (std::size_t const ratio : {1U, 2U}) {
              detail::panel_axis const y{units, 1, taps, 1, ratio}, x{units, 2, taps, 2, ratio};
              detail::conv2d_cut const cut(y, x, channels, capacity, depth);
              auto const size = [&](std::size_t rows) {
                return y.needed(rows, cut.taps_y) * x.needed(cut.columns, cut.taps_x) *
                       cut.channels;
              };
              CHECK(size(cut.rows) <= capacity);
              CHECK(cut.taps_y * cut.taps_x * cut.channels <= depth);
              CHECK((cut.rows == units || size(cut.rows + 1) > capacity));
              bool const all = y.needed(1, taps) * x.needed(units, taps) * channels <= capacity &&
                               taps * taps * channels <= depth;
              CHECK(all == (cut.columns == units && cut.taps_y == taps && cut.taps_x == taps &&
                            cut.channels == channels));
            }
}

TEST_CASE("conv2d_panel: every block of taps and channels comes once, marked first and last") {
  support::geometry const g{support::axis::same(9, 5), support::axis::same(9, 4), 7, 2};
  detail::conv2d_cut cut({9, 1, 5, 1, 1}, {9, 1, 4, 1, 1}, 7, 1000000, 1000000);
  cut.taps_y = 2, cut.taps_x = 3, cut.channels = 4;
  std::vector<int> seen(5 * 4 * 7);
  std::size_t calls = 0;
  detail::for_each_block(g, cut, 7, {}, [&](detail::conv2d_block const& b, bool first, bool last) {
    CHECK(first == (calls == 0));
    CHECK(last == (++calls == 3 * 2 * 2));
    for (std::size_t k = b.ky.begin; k < b.ky.end; ++k)
      for (std::size_t l = b.kx.begin; l < b.kx.end; ++l)
        for (std::size_t c = b.channels.begin; c < b.channels.end; ++c) ++seen[(k * 4 + l) * 7 + c];
  });
  CHECK(seen == std::vector<int>(5 * 4 * 7, 1));
}

TEST_CASE("conv2d_panel: the way back reads as many rows as were counted, and not one more") {
  for (std::size_t const stride : {1U, 2U, 3U, 5U})
    for (std::size_t const dilation : {1U, 2U, 3U, 4U})
      for (std::size_t const kernel : {1U, 2U, 3U, 5U, 7U})
        for (std::size_t const units : {1U, 2U, 3U, 4U}) {
          detail::panel_axis const axis{units, 1, kernel, dilation, stride};
          for (std::size_t taps = 1; taps <= kernel; ++taps) {
            std::size_t most = 0;
            for (std::size_t low = 0; low < stride * (kernel + 1); ++low)
              for (std::size_t first = 0; first + taps <= kernel; ++first) {
                support::axis const a{1000, 1000, kernel, stride, dilation, low};
                auto const [begin, end] = detail::outputs_around(
                    a, {20 * stride, (20 + units) * stride}, {first, first + taps});
                most = std::max(most, static_cast<std::size_t>(end - begin) + 1);
              }
            CAPTURE(stride);
            CAPTURE(dilation);
            CAPTURE(taps);
            CAPTURE(units);
            CHECK(most == axis.needed(units, taps));
          }
        }
}

}  // namespace kernel_conv2d_panel_test
