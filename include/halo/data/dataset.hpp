// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/data/examples.hpp>
#include <halo/io/memory.hpp>
#include <halo/tensor/array.hpp>

namespace halo::data {

/// Numbers of the rows to take, in the order to take them; a row may occur more than once.
using row_numbers = std::vector<std::uint32_t>;

namespace detail {

/// Room for so many rows like those of another dataset.
template <class Target>
[[nodiscard]] basic_dataset<Target> room_for(std::size_t rows, basic_dataset<Target> const& like) {
  if constexpr (basic_dataset<Target>::labelled) {
    return make_dataset(rows, like.features(), like.classes);
  } else {
    return make_regression(rows, like.features(), like.targets());
  }
}

/// The domains or weights of some rows; none where there are none.
template <class T>
[[nodiscard]] std::vector<T> marks_of(std::vector<T> const& from, [[maybe_unused]] std::size_t rows,
                                      std::span<std::uint32_t const> numbers) {
  std::vector<T> result;
  if (from.empty()) return result;
  HALO_EXPECTS(from.size() == rows, "data: domains and weights are none, or one a row");
  result.reserve(numbers.size());
  for (std::uint32_t const row : numbers) result.push_back(from[row]);
  return result;
}

/// Those of one set, then those of another.
template <class T>
[[nodiscard]] std::vector<T> joined_marks(std::vector<T> const& a, std::vector<T> const& b,
                                          bool both_have_rows, std::string_view what) {
  if (both_have_rows && a.empty() != b.empty())
    fail("concatenate", what, "in both or in none", a.empty() ? "in the second" : "in the first");
  std::vector<T> result(a);
  result.insert(result.end(), b.begin(), b.end());
  return result;
}

}  // namespace detail

/// Copies rows into x [numbers.size(), features] and y [numbers.size(), targets]. Allocates
/// nothing.
template <class Target>
void gather(basic_dataset<Target> const& from, std::span<std::uint32_t const> numbers,
            std::span<float> x, std::span<std::type_identity_t<Target>> y) noexcept {
  std::size_t const features = from.features();
  std::size_t const targets = from.targets();
  HALO_EXPECTS(x.size() == numbers.size() * features && y.size() == numbers.size() * targets,
               "data::gather: the targets have room for exactly these rows");
  float* to = x.data();
  Target* answers = y.data();
  for (std::size_t i = 0; i < numbers.size(); ++i, to += features, answers += targets) {
    HALO_EXPECTS(numbers[i] < from.rows(), "data::gather: the dataset has this row");
    std::copy_n(from.x.data() + numbers[i] * features, features, to);
    std::copy_n(from.y.data() + numbers[i] * targets, targets, answers);
  }
}

/// These rows, copied, with their domains and weights.
template <class Target>
[[nodiscard]] basic_dataset<Target> select(basic_dataset<Target> const& from,
                                           std::span<std::uint32_t const> numbers) {
  expect_whole(from, "select");
  for (std::uint32_t const n : numbers) {
    if (n >= from.rows())
      fail("select", "row", "below " + std::to_string(from.rows()), std::to_string(n));
  }
  auto result = detail::room_for(numbers.size(), from);
  gather(from, numbers, tensor::elements(result.x), tensor::elements(result.y));
  result.domains = detail::marks_of(from.domains, from.rows(), numbers);
  result.weights = detail::marks_of(from.weights, from.rows(), numbers);
  return result;
}

/// Numbers of the rows whose mark (label, batch number, ...) is one of those wanted, ascending.
[[nodiscard]] inline row_numbers rows_where(std::span<std::int32_t const> marks,
                                            std::span<std::int32_t const> wanted) {
  row_numbers found;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (std::find(wanted.begin(), wanted.end(), marks[i]) != wanted.end()) {
      found.push_back(static_cast<std::uint32_t>(i));
    }
  }
  return found;
}
[[nodiscard]] inline row_numbers rows_where(std::span<std::int32_t const> marks,
                                            std::initializer_list<std::int32_t> wanted) {
  return rows_where(marks, std::span(wanted.begin(), wanted.size()));
}

/// The rows of some classes as a problem of its own: the first label listed becomes 0, the second
/// 1, and so on; rows keep their order.
///
/// halo::error when no row has one of the labels, or a label is listed twice.
[[nodiscard]] inline dataset select_classes(dataset const& from,
                                            std::span<std::int32_t const> labels) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    auto const first = std::find(labels.begin(), labels.end(), labels[i]);
    if (first != labels.begin() + static_cast<std::ptrdiff_t>(i)) {
      fail("select_classes", "labels", "every label once", std::to_string(labels[i]) + " twice");
    }
  }
  expect_whole(from, "select_classes");
  std::span<std::int32_t const> const all(from.y.data(), from.y.size());
  dataset result = select(from, rows_where(all, labels));
  if (result.rows() == 0)
    fail("select_classes", "labels", "at least one row with one of them", "none");
  for (std::int32_t& y : tensor::elements(result.y)) {
    y = static_cast<std::int32_t>(std::find(labels.begin(), labels.end(), y) - labels.begin());
  }
  result.classes = labels.size();
  return result;
}
[[nodiscard]] inline dataset select_classes(dataset const& from,
                                            std::initializer_list<std::int32_t> labels) {
  return select_classes(from, std::span(labels.begin(), labels.size()));
}

/// The rows of a, then those of b.
///
/// halo::error when the numbers of features or targets differ, or one has domains or weights and
/// the other has not. The labels keep their numbers; classes is the larger of the two.
template <class Target>
[[nodiscard]] basic_dataset<Target> concatenate(basic_dataset<Target> const& a,
                                                basic_dataset<Target> const& b) {
  if (a.features() != b.features()) {
    fail("concatenate", "features", std::to_string(a.features()), std::to_string(b.features()));
  }
  if (a.targets() != b.targets()) {
    fail("concatenate", "targets", std::to_string(a.targets()), std::to_string(b.targets()));
  }
  bool const rows = a.rows() > 0 && b.rows() > 0;
  auto domains = detail::joined_marks(a.domains, b.domains, rows, "domains");
  auto weights = detail::joined_marks(a.weights, b.weights, rows, "weights");
  expect_whole(a, "concatenate"), expect_whole(b, "concatenate");
  auto result = detail::room_for(a.rows() + b.rows(), a);
  result.domains = std::move(domains);
  result.weights = std::move(weights);
  result.classes = std::max(a.classes, b.classes);
  std::copy_n(b.x.data(), b.x.size(), std::copy_n(a.x.data(), a.x.size(), result.x.data()));
  std::copy_n(b.y.data(), b.y.size(), std::copy_n(a.y.data(), a.y.size(), result.y.data()));
  return result;
}

/// Each example, rows by columns numbers, transposed: windows of recognised activities, 128 moments
/// of 9 channels, become 9 channels of 128 moments.
///
/// halo::error when an example has another number of features.
template <class Target>
[[nodiscard]] basic_dataset<Target> transposed(basic_dataset<Target> const& from, std::size_t rows,
                                               std::size_t columns) {
  if (from.features() != rows * columns) {
    fail("transposed", "features", std::to_string(rows) + " times " + std::to_string(columns),
         std::to_string(from.features()));
  }
  basic_dataset<Target> result = from;
  for (std::size_t i = 0; i < from.rows(); ++i) {
    float const* const x = from.x.data() + i * from.features();
    float* const to = result.x.data() + i * from.features();
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) to[c * rows + r] = x[r * columns + c];
  }
  return result;
}

/// How many rows each class has.
[[nodiscard]] inline std::vector<std::size_t> rows_per_class(dataset const& d) {
  expect_labels(d, "rows_per_class");
  std::vector<std::size_t> counts(d.classes);
  for (std::int32_t y : tensor::elements(d.y)) ++counts[static_cast<std::size_t>(y)];
  return counts;
}

}  // namespace halo::data

#include <halo/macros_back.hpp>
