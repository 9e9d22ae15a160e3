// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/data/dataset.hpp>

namespace halo::data {

/// The numbers of the rows on each side of a split, ascending.
struct row_split {
  row_numbers train;  ///< rows to learn from
  row_numbers test;   ///< the others
};

/// Both sides of a split dataset.
template <class Target>
struct basic_split {
  basic_dataset<Target> train;  ///< examples to learn from
  basic_dataset<Target> test;   ///< the others
};
using dataset_split = basic_split<std::int32_t>;
using regression_split = basic_split<float>;

namespace detail {

inline void check_fraction(double fraction) {
  if (!(fraction >= 0.0 && fraction <= 1.0)) {
    fail("split", "test_fraction", "a number from 0 to 1", std::to_string(fraction));
  }
}

[[nodiscard]] inline std::size_t share(double fraction, std::size_t rows) noexcept {
  return static_cast<std::size_t>(fraction * static_cast<double>(rows) + 0.5);
}

[[nodiscard]] inline row_split collect(std::vector<bool> const& tested) {
  row_split result;
  for (std::size_t i = 0; i < tested.size(); ++i) {
    (tested[i] ? result.test : result.train).push_back(static_cast<std::uint32_t>(i));
  }
  return result;
}

}  // namespace detail

/// Draws round(test_fraction · rows) test rows without replacement; the others are for training.
///
/// Both sides keep the order of the rows. The same seed gives the same split everywhere.
/// halo::error when the fraction is not in [0, 1].
[[nodiscard]] inline row_split random_rows(std::size_t rows, double test_fraction, seed s) {
  detail::check_fraction(test_fraction);
  row_numbers order(rows);
  generator(s).permutation(order);
  std::vector<bool> tested(rows);
  std::size_t const count = detail::share(test_fraction, rows);
  for (std::size_t i = 0; i < count; ++i) tested[order[i]] = true;
  return detail::collect(tested);
}

namespace detail {

/// Draws some of the rows of every class, count(n) of its n.
template <class Count>
[[nodiscard]] std::vector<bool> drawn_rows(dataset const& d, seed s, Count const& count) {
  std::vector<row_numbers> members(d.classes);
  for (std::size_t i = 0; i < d.rows(); ++i) {
    auto const label = static_cast<std::size_t>(d.y.data()[i]);
    HALO_EXPECTS(label < d.classes, "data: every label is below the number of classes");
    members[label].push_back(static_cast<std::uint32_t>(i));
  }
  std::vector<bool> drawn(d.rows());
  row_numbers order;
  for (std::size_t c = 0; c < d.classes; ++c) {
    order.resize(members[c].size());
    generator(s, c).permutation(order);
    std::size_t const some = count(order.size());
    for (std::size_t i = 0; i < some; ++i) drawn[members[c][order[i]]] = true;
  }
  return drawn;
}

}  // namespace detail

/// Draws round(test_fraction · n) of the n rows of every class, so that both sides have the classes
/// in the proportions of the whole.
///
/// Class c draws from stream c of the seed: rows of one class never change the split of another. A
/// class with fewer than 1 / (2 · test_fraction) rows has none on the test side.
/// halo::error when the fraction is not in [0, 1].
[[nodiscard]] inline row_split stratified_rows(dataset const& d, double test_fraction, seed s) {
  detail::check_fraction(test_fraction);
  return detail::collect(detail::drawn_rows(
      d, s, [&](std::size_t rows) { return detail::share(test_fraction, rows); }));
}

/// Draws so many rows of every class, or all where it has fewer: what a device was told.
///
/// They keep the order of the rows; class c draws from stream c of the seed.
[[nodiscard]] inline dataset few_of_each_class(dataset const& d, std::size_t rows, seed s) {
  auto const drawn = detail::drawn_rows(d, s, [&](std::size_t all) { return std::min(rows, all); });
  return select(d, detail::collect(drawn).test);
}

/// Both sides of random_rows as datasets.
template <class Target>
[[nodiscard]] basic_split<Target> random_split(basic_dataset<Target> const& d, double test_fraction,
                                               seed s) {
  row_split const rows = random_rows(d.rows(), test_fraction, s);
  return {select(d, rows.train), select(d, rows.test)};
}

/// Both sides of stratified_rows as datasets.
[[nodiscard]] inline dataset_split stratified_split(dataset const& d, double test_fraction,
                                                    seed s) {
  row_split const rows = stratified_rows(d, test_fraction, s);
  return {select(d, rows.train), select(d, rows.test)};
}

}  // namespace halo::data
