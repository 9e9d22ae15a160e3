// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/drawn_batches.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../support/data.hpp"

namespace data_drawn_batches_test {

using namespace halo;

namespace {

/// Always the last row of those that there were.
struct last_row {
  static constexpr char const* name = "last_row";
  static constexpr std::uint64_t stream = 1;
  std::uint32_t row = 0;
  void prepare(data::regression const& from) { row = static_cast<std::uint32_t>(from.rows() - 1); }
  [[nodiscard]] std::uint32_t draw(generator& g) const noexcept {
    static_cast<void>(g.bits());
    return row;
  }
};
using last_batches = data::detail::drawn_batches<last_row, float>;

data::regression numbers(std::size_t rows) {
  data::regression d = data::make_regression(rows, 2, 3);
  for (std::size_t i = 0; i < d.x.size(); ++i) d.x.data()[i] = static_cast<float>(i);
  for (std::size_t i = 0; i < d.y.size(); ++i) d.y.data()[i] = -static_cast<float>(i);
  return d;
}

}  // namespace

TEST_CASE("drawn_batches: rows and all their targets, as the rule says, also of a set that grew") {
  data::regression d = numbers(2);
  last_batches stream(d, 3, seed{1});
  auto b = stream.next(2);
  CHECK(b.rows() == 2);
  CHECK(b.x(1, 0) == 2);
  CHECK(std::vector<float>(b.y.begin(), b.y.end()) == std::vector<float>{-3, -4, -5, -3, -4, -5});
  d = numbers(4);
  auto const more = stream.next();
  CHECK(more.rows() == 3);
  CHECK(more.x(0, 0) == 6);
  d = data::make_regression(1, 2, 1);
  CHECK(support::message_of<error>([&] { static_cast<void>(stream.next()); }) ==
        "last_row: targets: expected 3, found 1");
  d = data::make_regression(0, 2, 3);
  CHECK(support::message_of<error>([&] { static_cast<void>(stream.next()); }) ==
        "last_row: rows: expected at least 1, found 0");
}

}  // namespace data_drawn_batches_test
