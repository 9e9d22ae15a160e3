// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/pool.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "support/conv2d.hpp"

namespace kernel_pool_test {

using namespace halo;
using kernel::window_axis;

namespace {

kernel::pool_geometry const shapes[] = {
    {window_axis::valid(4, 2, 2), window_axis::valid(6, 2, 2), 3},
    {window_axis::same(5, 3, 2), window_axis::same(6, 3, 2), 17},
    {window_axis::same(4, 3), window_axis::same(3, 2), 1},
    {window_axis::valid(7, 2, 3), window_axis::valid(5, 5), 40},
    {window_axis::valid(9, 3, 2, 3), window_axis::same(5, 3, 1, 2), 2},
    {window_axis::same(1, 1), window_axis::same(1, 9), 5}};

/// Calls f(output, inputs it sees in order) for each output element.
template <class F>
void for_each_output(std::size_t images, kernel::pool_geometry const& g, F const& f) {
  for (std::size_t n = 0; n < images; ++n)
    for (std::size_t o = 0; o < g.y.out; ++o)
      for (std::size_t q = 0; q < g.x.out; ++q)
        for (std::size_t c = 0; c < g.channels; ++c) {
          std::vector<std::size_t> seen;
          for (std::size_t k = 0; k < g.y.kernel; ++k)
            for (std::size_t l = 0; l < g.x.kernel; ++l) {
              long const row = long(o * g.y.stride + k * g.y.dilation) - long(g.y.low);
              long const column = long(q * g.x.stride + l * g.x.dilation) - long(g.x.low);
              if (row < 0 || row >= long(g.y.in) || column < 0 || column >= long(g.x.in)) continue;
              seen.push_back(((n * g.y.in + std::size_t(row)) * g.x.in + std::size_t(column)) *
                                 g.channels +
                             c);
            }
          f(((n * g.y.out + o) * g.x.out + q) * g.channels + c, seen);
        }
}

}  // namespace

TEST_CASE_TEMPLATE("pool: largest numbers and means are those of plain loops", M,
                   HALO_CONV2D_MACHINES) {
  using T = typename M::value;
  using Arch = typename M::arch;
  for (auto const& g : shapes)
    for (std::size_t const images : {0U, 1U, 3U}) {
      CAPTURE(g.channels);
      CAPTURE(images);
      // integers: many equals among them
      auto const x = support::integers<T>(images * g.input_size(), 1);
      auto const dy = support::integers<T>(images * g.output_size(), 2);
      std::vector<T> most(dy.size() + 1, T(77)), mean = most;
      std::vector<T> to_most(x.size() + 1, T(77)), to_mean = to_most;
      kernel::max_pool_forward<Arch>(images, g, x.data(), most.data());
      kernel::average_pool_forward<Arch>(images, g, x.data(), mean.data());
      kernel::max_pool_backward<Arch>(images, g, x.data(), dy.data(), to_most.data());
      kernel::average_pool_backward<Arch>(images, g, dy.data(), to_mean.data());
      std::vector<T> first(x.size() + 1), spread(x.size() + 1);
      first.back() = spread.back() = T(77);
      std::size_t wrong = 0;
      double off = 0;
      for_each_output(images, g, [&](std::size_t to, std::vector<std::size_t> const& seen) {
        std::size_t best = seen[0];
        T sum(0);
        for (std::size_t const at : seen) {
          if (x[at] > x[best]) best = at;
          sum += x[at];
          spread[at] += dy[to] / static_cast<T>(seen.size());
        }
        first[best] += dy[to];
        wrong += most[to] != x[best];
        off = std::fmax(
            off, static_cast<double>(std::abs(mean[to] - sum / static_cast<T>(seen.size()))));
      });
      for (std::size_t i = 0; i < spread.size(); ++i)
        off = std::fmax(off, static_cast<double>(std::abs(to_mean[i] - spread[i])));
      CHECK(wrong == 0);
      CHECK(off < 1e-5);
      CHECK(to_most == first);
      CHECK(most.back() == T(77));
      CHECK(mean.back() == T(77));
    }
}

TEST_CASE("pool: a NaN is the largest, wherever it stands") {
  kernel::pool_geometry const g{window_axis::valid(1, 1), window_axis::valid(3, 3), 1};
  for (std::size_t at = 0; at < 3; ++at) {
    std::vector<float> x{1, 2, 3}, dx(3);
    x[at] = std::numeric_limits<float>::quiet_NaN();
    float y = 0;
    float const dy = 1;
    kernel::max_pool_forward(1, g, x.data(), &y);
    CHECK(std::isnan(y));
    kernel::max_pool_backward(1, g, x.data(), &dy, dx.data());
    CHECK(dx == std::vector<float>(3));
  }
}

TEST_CASE("the mean of a whole image keeps its digits") {
  using halo::kernel::window_axis;
  for (auto const& [y, x] : {std::pair{window_axis::valid(112, 112), window_axis::valid(112, 112)},
                             std::pair{window_axis{}, window_axis::valid(12544, 12544)}}) {
    halo::kernel::pool_geometry const g{y, x, 5};
    std::vector<float> const image(g.input_size(), 0.1F);
    std::vector<float> mean(g.output_size());
    halo::kernel::average_pool_forward(1, g, image.data(), mean.data());
    for (float const m : mean) CHECK(std::abs(m / 0.1F - 1) < 2e-6F);
  }
}

}  // namespace kernel_pool_test
