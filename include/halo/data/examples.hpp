// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/io/memory.hpp>
#include <halo/tensor/array.hpp>

namespace halo::data {

/// Examples and what is to be said of each: a class or numbers.
template <class Target>
struct basic_dataset {
  /// Whether targets are labels.
  static constexpr bool labelled = std::same_as<Target, std::int32_t>;
  static_assert(labelled || std::same_as<Target, float>,
                "halo: data: targets are std::int32_t labels or float numbers");

  tensor::array<float, 2> x;                  ///< [rows, features]
  tensor::array<Target, labelled ? 1 : 2> y;  ///< [rows] labels, or [rows, targets]
  std::size_t classes = 0;                    ///< 0 <= label < classes; 0 without labels
  /// Where each row comes from: a person, a device, a day. Empty, or one number a row.
  std::vector<std::int32_t> domains = {};
  /// How much each row counts, at least 0: weighted_batches draws by it. Empty, or one a row.
  std::vector<float> weights = {};

  [[nodiscard]] std::size_t rows() const noexcept { return x.shape()[0]; }
  [[nodiscard]] std::size_t features() const noexcept { return x.shape()[1]; }
  /// Numbers that y has for each row.
  [[nodiscard]] std::size_t targets() const noexcept {
    if constexpr (labelled) {
      return 1;
    } else {
      return y.shape()[1];
    }
  }
};

/// Labelled examples: x [rows, features], y [rows] with 0 <= y < classes.
using dataset = basic_dataset<std::int32_t>;

/// Examples with numbers to be met: x [rows, features], y [rows, targets], as nn::mean_square takes
/// them.
using regression = basic_dataset<float>;

/// Looks whether there is a target, or a row of them, for every row of x, and a domain and a weight
/// where there are some.
/// @throws halo::error naming `who` where there are more or fewer
template <class Target>
void expect_whole(basic_dataset<Target> const& d, std::string_view who) {
  auto const expect_rows = [&](std::string_view of, std::size_t found) {
    if (found != d.rows())
      fail(who, "rows of " + std::string(of), std::to_string(d.rows()) + " as x has",
           std::to_string(found));
  };
  expect_rows("y", d.y.shape()[0]);
  if (!d.domains.empty()) expect_rows("domains", d.domains.size());
  if (!d.weights.empty()) expect_rows("weights", d.weights.size());
}
/// The same, and whether every label is a class.
inline void expect_labels(dataset const& d, std::string_view who) {
  expect_whole(d, who);
  for (std::size_t i = 0; i < d.rows(); ++i) {
    std::int32_t const label = d.y.data()[i];
    if (label < 0 || static_cast<std::size_t>(label) >= d.classes)
      fail(who, "label of row " + std::to_string(i),
           "at least 0 and below " + std::to_string(d.classes), std::to_string(label));
  }
}

namespace detail {
/// Bytes of so many rows of numbers and targets of four bytes.
/// @throws halo::error where they have no number
[[nodiscard]] inline std::size_t bytes_of(std::size_t rows, std::size_t features,
                                          std::size_t targets) {
  constexpr std::size_t most = std::numeric_limits<std::ptrdiff_t>::max() / sizeof(float);
  if (features > most - targets || (features + targets > 0 && rows > most / (features + targets)))
    fail("data", std::to_string(rows) + " rows",
         "at most " + std::to_string(most) + " numbers in all",
         std::to_string(features) + " features and " + std::to_string(targets) + " targets each");
  return rows * (features + targets) * sizeof(float);
}
}  // namespace detail

/// A dataset of this size whose values are yet to be written; halo::error where there is no memory
/// for them.
[[nodiscard]] inline dataset make_dataset(std::size_t rows, std::size_t features,
                                          std::size_t classes) {
  std::size_t const bytes = detail::bytes_of(rows, features, 1);
  return io::with_memory("data", std::to_string(rows) + " rows", bytes, [&] {
    return dataset{tensor::array<float, 2>::from_shape({rows, features}),
                   tensor::array<std::int32_t, 1>::from_shape({rows}), classes};
  });
}

/// A regression of this size whose values are yet to be written; halo::error where there is no
/// memory for them.
[[nodiscard]] inline regression make_regression(std::size_t rows, std::size_t features,
                                                std::size_t targets) {
  std::size_t const bytes = detail::bytes_of(rows, features, targets);
  return io::with_memory("data", std::to_string(rows) + " rows", bytes, [&] {
    return regression{tensor::array<float, 2>::from_shape({rows, features}),
                      tensor::array<float, 2>::from_shape({rows, targets}), 0};
  });
}

}  // namespace halo::data

#include <halo/macros_back.hpp>
