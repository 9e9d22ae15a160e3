// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
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
  expect_labels(d, "split");
  std::vector<row_numbers> members(d.classes);
  for (std::size_t i = 0; i < d.rows(); ++i)
    members[static_cast<std::size_t>(d.y.data()[i])].push_back(static_cast<std::uint32_t>(i));
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

/// The rows of some domains for the test, those of all others for training: is what was learned
/// of some people, devices or days true of others?
///
/// halo::error when rows have no domains, or no row has one of those listed.
[[nodiscard]] inline row_split domain_rows(std::span<std::int32_t const> domains,
                                           std::span<std::int32_t const> tested) {
  std::vector<bool> is_tested(domains.size());
  for (std::uint32_t const row : rows_where(domains, tested)) is_tested[row] = true;
  row_split result = detail::collect(is_tested);
  if (result.test.empty()) fail("split", "domains", "rows of the domains that are listed", "none");
  return result;
}

/// Draws whole domains for the test, in an order drawn from the seed, until round(test_fraction ·
/// rows) rows or more are there.
///
/// halo::error when the fraction is not in [0, 1], or rows have no domains.
[[nodiscard]] inline row_split domain_rows(std::span<std::int32_t const> domains,
                                           double test_fraction, seed s) {
  detail::check_fraction(test_fraction);
  if (domains.empty()) fail("split", "domains", "one a row", "none");
  std::vector<std::int32_t> all(domains.begin(), domains.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  row_numbers order(all.size());
  generator(s).permutation(order);
  std::size_t const wanted = detail::share(test_fraction, domains.size());
  std::vector<bool> tested(domains.size());
  std::size_t count = 0;
  for (std::size_t k = 0; count < wanted; ++k) {
    for (std::size_t i = 0; i < domains.size(); ++i) {
      if (domains[i] == all[order[k]]) tested[i] = true, ++count;
    }
  }
  return detail::collect(tested);
}

/// The first rows for training, the last round(test_fraction · rows) for the test: where rows are
/// in the order of time, is what was learned true later?
///
/// halo::error when the fraction is not in [0, 1].
[[nodiscard]] inline row_split last_rows(std::size_t rows, double test_fraction) {
  detail::check_fraction(test_fraction);
  std::vector<bool> tested(rows);
  for (std::size_t i = rows - detail::share(test_fraction, rows); i < rows; ++i) tested[i] = true;
  return detail::collect(tested);
}

/// Both sides of a split by row numbers, domains and weights included.
template <class Target>
[[nodiscard]] basic_split<Target> split(basic_dataset<Target> const& d, row_split const& rows) {
  return {select(d, rows.train), select(d, rows.test)};
}

/// Both sides of domain_rows as datasets: domain_split(d, {7, 8}) tests on these.
template <class Target>
[[nodiscard]] basic_split<Target> domain_split(basic_dataset<Target> const& d,
                                               std::initializer_list<std::int32_t> tested) {
  return split(d, domain_rows(d.domains, std::span(tested.begin(), tested.size())));
}
template <class Target>
[[nodiscard]] basic_split<Target> domain_split(basic_dataset<Target> const& d, double test_fraction,
                                               seed s) {
  return split(d, domain_rows(d.domains, test_fraction, s));
}

/// Both sides of last_rows as datasets.
template <class Target>
[[nodiscard]] basic_split<Target> time_split(basic_dataset<Target> const& d, double test_fraction) {
  return split(d, last_rows(d.rows(), test_fraction));
}

/// Both sides of random_rows as datasets.
template <class Target>
[[nodiscard]] basic_split<Target> random_split(basic_dataset<Target> const& d, double test_fraction,
                                               seed s) {
  return split(d, random_rows(d.rows(), test_fraction, s));
}

/// Both sides of stratified_rows as datasets.
[[nodiscard]] inline dataset_split stratified_split(dataset const& d, double test_fraction,
                                                    seed s) {
  return split(d, stratified_rows(d, test_fraction, s));
}

}  // namespace halo::data

#include <halo/macros_back.hpp>
