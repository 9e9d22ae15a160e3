// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/hardest_rows.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "../support/network.hpp"

namespace nn_hardest_rows_test {

using namespace halo;

namespace {

/// The hardest rows by sorting all of them.
template <class T>
std::vector<std::uint32_t> by_sorting(std::vector<T> const& losses, std::size_t k) {
  std::vector<std::uint32_t> rows(losses.size());
  std::iota(rows.begin(), rows.end(), 0U);
  std::sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
    return losses[a] != losses[b] ? losses[a] > losses[b] : a < b;
  });
  rows.resize(k);
  std::sort(rows.begin(), rows.end());
  return rows;
}

template <class T>
std::vector<std::uint32_t> found(std::vector<T> const& losses, std::size_t k) {
  std::vector<T> sorted(losses.size());
  std::vector<std::uint32_t> rows(k);
  nn::hardest_rows(losses.size(), k, losses.data(), sorted.data(), rows.data());
  return rows;
}

/// Of random losses and of some with many equals, every number of rows.
template <class T>
void check_rows() {
  for (std::size_t n = 1; n < 40; ++n) {
    CAPTURE(n);
    std::vector<T> const losses = support::draw<T>(n, n);
    std::vector<T> ties = losses;  // few different values
    for (T& l : ties) l = std::round(l);
    for (std::size_t k = 1; k <= n; ++k) {
      CAPTURE(k);
      CHECK(found(losses, k) == by_sorting(losses, k));
      CHECK(found(ties, k) == by_sorting(ties, k));
      CHECK(found(std::vector<T>(n, T(0)), k) == by_sorting(std::vector<T>(n, T(0)), k));
    }
  }
}

}  // namespace

TEST_CASE("hardest_rows: those of the largest losses, in their order, of equals the first") {
  check_rows<float>();
  check_rows<double>();
}

}  // namespace nn_hardest_rows_test
