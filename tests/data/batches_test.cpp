// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/batches.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include <halo/core/record.hpp>
#include <halo/io/recorded_file.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace data_batches_test {

using namespace halo;

namespace {

data::dataset numbered(std::size_t rows) {
  data::dataset d = data::make_dataset(rows, 3, 5);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < 3; ++j) d.x(i, j) = static_cast<float>(3 * i + j);
    d.y(i) = static_cast<std::int32_t>(i % 5);
  }
  return d;
}

// Row numbers in the order in which one walk gives them; checks that the rows are whole.
std::vector<std::size_t> walk(data::batches<>& source, std::vector<std::size_t>* sizes = nullptr) {
  std::vector<std::size_t> seen;
  for (auto [x, y] : source) {
    if (sizes != nullptr) sizes->push_back(y.size());
    CHECK(x.shape()[0] == y.size());
    CHECK(x.shape()[1] == 3);
    for (std::size_t i = 0; i < y.size(); ++i) {
      auto const row = static_cast<std::size_t>(x(i, 0)) / 3;
      CHECK(x(i, 2) == static_cast<float>(3 * row + 2));
      CHECK(y[i] == static_cast<std::int32_t>(row % 5));
      seen.push_back(row);
    }
  }
  return seen;
}

bool is_permutation(std::vector<std::size_t> rows, std::size_t n) {
  std::vector<bool> seen(n);
  for (std::size_t r : rows) {
    if (r >= n || seen[r]) return false;
    seen[r] = true;
  }
  return rows.size() == n;
}

}  // namespace

TEST_CASE("batches: an epoch has every row once, epochs differ, seeds decide") {
  data::dataset const d = numbered(50);
  data::batches source(d, 8, seed{1});
  CHECK(source.per_epoch() == 7);
  std::vector<std::size_t> sizes;
  auto const first = walk(source, &sizes);
  CHECK(sizes == std::vector<std::size_t>{8, 8, 8, 8, 8, 8, 2});
  CHECK(is_permutation(first, 50));
  auto const second = walk(source);
  CHECK(source.epoch() == 1);
  CHECK(is_permutation(second, 50));
  CHECK(first != second);

  data::batches again(d, 8, seed{1});
  CHECK(walk(again) == first);
  CHECK(walk(again) == second);
  data::batches other(d, 8, seed{2});
  CHECK(walk(other) != first);
  again.seek(1);
  CHECK(walk(again) == second);
}

TEST_CASE("batches: rows in the order of the dataset, epoch after epoch") {
  data::dataset d = data::make_dataset(5, 1, 1);
  for (std::size_t i = 0; i < 5; ++i) d.x(i, 0) = static_cast<float>(i), d.y(i) = 0;
  data::batches stream(d, 2, seed{1}, data::remainder::keep, data::row_order::sequential);
  std::vector<float> seen;
  for (int k = 0; k < 5; ++k) {
    auto const b = stream.next();
    for (std::size_t r = 0; r < b.rows(); ++r) seen.push_back(b.x(r, 0));
  }
  CHECK(seen == std::vector<float>{0, 1, 2, 3, 4, 0, 1, 2, 3});
}

TEST_CASE("batches: dropping the remainder") {
  data::dataset const d = numbered(50);
  data::batches source(d, 8, seed{1}, data::remainder::drop);
  CHECK(source.per_epoch() == 6);
  std::vector<std::size_t> sizes;
  CHECK(walk(source, &sizes).size() == 48);
  CHECK(sizes == std::vector<std::size_t>(6, 8));
}

TEST_CASE("batches: sizes around the number of rows") {
  for (std::size_t rows : {1U, 2U, 7U, 8U, 9U, 16U}) {
    data::dataset const d = numbered(rows);
    for (std::size_t size : {1U, 7U, 8U, 100U}) {
      data::batches source(d, size, seed{4});
      CHECK(is_permutation(walk(source), rows));
    }
  }
}

TEST_CASE("batches: next() runs through epoch after epoch in the order of the walks") {
  data::dataset const d = numbered(10);
  data::batches walks(d, 4, seed{6});
  std::vector<std::size_t> expected = walk(walks);
  for (std::size_t row : walk(walks)) expected.push_back(row);
  data::batches source(d, 4, seed{6});
  std::vector<std::size_t> seen;
  while (seen.size() < 20) {
    data::batch<> const b = source.next();
    CHECK((b.rows() == 4 || b.rows() == 2));
    for (std::size_t i = 0; i < b.rows(); ++i)
      seen.push_back(static_cast<std::size_t>(b.x(i, 0)) / 3);
  }
  CHECK(seen == expected);
}

TEST_CASE("batches: leaving a walk early starts the next epoch") {
  data::dataset const d = numbered(10);
  data::batches source(d, 4, seed{6});
  for (auto const& b : source) {
    CHECK(b.rows() == 4);
    break;
  }
  CHECK(source.epoch() == 0);
  CHECK(is_permutation(walk(source), 10));
  CHECK(source.epoch() == 1);
}

TEST_CASE("batches: a batch is made in place, from memory allocated once") {
  data::dataset const d = numbered(20);
  data::batches source(d, 8, seed{6});
  data::batch<> const a = source.next();
  float const* const where = a.x.data();
  CHECK(reinterpret_cast<std::uintptr_t>(where) % alignment == 0);
  for (int i = 0; i < 10; ++i) CHECK(source.next().x.data() == where);
}

TEST_CASE("batches: a temporary dataset does not compile, a temporary walk works") {
  static_assert(!std::is_constructible_v<data::batches<>, data::dataset, std::size_t, seed>);
  static_assert(std::is_constructible_v<data::batches<>, data::dataset const&, std::size_t, seed>);
  data::dataset const d = numbered(5);
  std::size_t rows = 0;
  for (auto [x, y] : data::batches(d, 2, seed{1})) rows += y.size() * x.shape()[1] / 3;
  CHECK(rows == 5);
}

TEST_CASE("batches: sizes that make no sense") {
  data::dataset const d = numbered(5);
  data::dataset const none;
  auto const says = [](auto&& call) { return support::message_of<error>(call); };
  CHECK(says([&] { data::batches b(d, 0, seed{1}); }) ==
        "batches: size: expected at least 1, found 0");
  CHECK(says([&] { data::batches b(none, 4, seed{1}); }) ==
        "batches: rows: expected at least 1, found 0");
  CHECK(says([&] { data::batches b(d, 6, seed{1}, data::remainder::drop); }) ==
        "batches: rows: expected at least 6, found 5");
}

TEST_CASE("batches: sizes that change from one to the next, every row once an epoch all the same") {
  data::dataset const d = numbered(50);
  for (auto const policy : {data::remainder::keep, data::remainder::drop}) {
    data::batches source(d, 16, seed{1}, policy), order(d, 1, seed{1}, policy);
    std::size_t const asked[] = {3, 16, 40, 1, 0, 9};  // at most 16, at least 1
    std::vector<std::size_t> seen;
    for (std::size_t i = 0; i < 40; ++i) {
      std::size_t const n = asked[i % 6] > 16 ? 16 : asked[i % 6] == 0 ? 1 : asked[i % 6];
      std::size_t const left = 50 - seen.size();
      bool const fits = left >= n || (policy == data::remainder::keep && left > 0);
      if (!fits) {
        if (policy == data::remainder::keep) CHECK(is_permutation(seen, 50));
        for (std::size_t skipped = 0; skipped < left; ++skipped) order.next();
        seen.clear();
      }
      data::batch<> const b = source.next(asked[i % 6]);
      CHECK(b.rows() == (fits ? std::min(n, left) : n));
      for (std::size_t r = 0; r < b.rows(); ++r) {
        CHECK(b.x(r, 0) == order.next().x(0, 0));
        seen.push_back(static_cast<std::size_t>(b.x(r, 0)) / 3);
      }
    }
    CHECK(source.epoch() >= 3);
  }
}

TEST_CASE("batches: rows that a dataset gains take part from the next epoch on") {
  data::dataset d = numbered(10);
  data::batches stream(d, 16, seed{3});
  CHECK(stream.next(4).rows() == 4);
  CHECK(stream.rows() == 10);
  d = numbered(40);
  CHECK(stream.rows() == 40);
  CHECK(stream.next().rows() == 6);  // the epoch goes on with the rows it began with
  std::vector<std::size_t> seen;
  for (int i = 0; i < 3; ++i) {
    data::batch<> const b = stream.next();
    CHECK(stream.epoch() == 1);
    for (std::size_t r = 0; r < b.rows(); ++r) {
      CHECK(b.y[r] == static_cast<std::int32_t>(static_cast<std::size_t>(b.x(r, 0)) / 3 % 5));
      seen.push_back(static_cast<std::size_t>(b.x(r, 0)) / 3);
    }
  }
  CHECK(is_permutation(seen, 40));
  CHECK(stream.per_epoch() == 3);
}

TEST_CASE("batches: where a dataset loses rows the next epoch begins, of those that are left") {
  for (auto const policy : {data::remainder::keep, data::remainder::drop}) {
    data::dataset d = numbered(50);
    data::batches stream(d, 8, seed{3}, policy);
    CHECK(stream.next().rows() == 8);
    d = numbered(16);
    auto const whole = walk(stream);
    CHECK(stream.epoch() == 1);
    CHECK(is_permutation(whole, 16));
    for (auto [x, y] : stream) {
      CHECK(y.size() == 8);
      d = numbered(9);  // within a walk: it ends, or its batch was the last
    }
    CHECK(stream.next().rows() == 8);
    CHECK(stream.epoch() == 3);
    d = numbered(0);
    CHECK(support::message_of<error>([&] { static_cast<void>(stream.next()); }) ==
          "batches: rows: expected at least " +
              std::string(policy == data::remainder::drop ? "8" : "1") + ", found 0");
  }
}

TEST_CASE("batches: a dataset with other features than at the beginning is refused") {
  data::dataset d = numbered(10);
  data::batches stream(d, 4, seed{3});
  d = data::make_dataset(10, 4, 5);
  CHECK(support::message_of<error>([&] { static_cast<void>(stream.next()); }) ==
        "batches: dataset: expected 3 features and 1 targets, found 4 and 1");
}

namespace {

/// The state of a recordable value as numbers, in the order of its record.
template <class V>
std::vector<std::uint64_t> state_of(V const& value) {
  std::vector<std::uint64_t> state;
  halo::walk(value, [&](field_path const&, auto field) {
    if (field.is_state()) state.push_back(static_cast<std::uint64_t>(field.values[0]));
  });
  return state;
}
template <class V>
void set_state(V& value, std::vector<std::uint64_t> const& state) {
  std::size_t at = 0;
  halo::walk(value, [&]<class T>(field_path const&, recorded_field<T> field) {
    if constexpr (!std::is_const_v<T>)
      if (field.is_state()) field.values[0] = static_cast<T>(state[at++]);
  });
}

std::vector<float> firsts(data::batch<> const& b) {
  std::vector<float> values;
  for (std::size_t i = 0; i < b.rows(); ++i) values.push_back(b.x(i, 0));
  return values;
}

}  // namespace

TEST_CASE(
    "batches: a stream that is resumed gives what it would have given, by hand and by record") {
  data::dataset const d = numbered(50);
  std::size_t const asked[] = {3, 16, 7, 1, 9, 16, 16, 2};
  for (auto const policy : {data::remainder::keep, data::remainder::drop}) {
    data::batches whole(d, 16, seed{5}, policy);
    for (std::size_t i = 0; i < 60; ++i) {
      data::batches recorded(d, 16, seed{5}, policy);
      set_state(recorded, state_of(whole));
      data::batches by_hand(d, 16, seed{5}, policy);
      by_hand.seek(whole.epoch(), whole.position());
      std::size_t const n = asked[i % 8];
      auto const expected = firsts(whole.next(n));
      CHECK(firsts(recorded.next(n)) == expected);
      CHECK(firsts(by_hand.next(n)) == expected);
      CHECK(state_of(recorded) == state_of(whole));
    }
    CHECK(whole.epoch() > 5);
  }
}

TEST_CASE("batches: any numbers for a state are safe, and lead on") {
  data::dataset const d = numbered(20);
  constexpr std::uint64_t most = static_cast<std::uint64_t>(-1);
  for (std::uint64_t const position :
       {std::uint64_t{0}, std::uint64_t{19}, std::uint64_t{20}, most})
    for (std::uint64_t const rows : {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{21}, most}) {
      data::batches stream(d, 8, seed{5});
      set_state(stream, {most, position, rows, 1});
      for (int i = 0; i < 6; ++i) {
        auto const b = stream.next();
        CHECK(b.rows() > 0);
        for (std::size_t r = 0; r < b.rows(); ++r) CHECK(b.x(r, 0) < 60.0F);
      }
    }
}

TEST_CASE("batches: what the run chose is an option, where it stands is state") {
  data::dataset const d = numbered(20);
  data::batches const stream(d, 8, seed{5}, data::remainder::drop);
  std::vector<std::string> options;
  halo::walk(stream, [&](field_path const& path, auto field) {
    if (field.kind == field_kind::option) options.emplace_back(path.name);
  });
  CHECK(options == std::vector<std::string>{"seed", "size", "remainder", "order"});
  CHECK(state_of(stream) == std::vector<std::uint64_t>{0, 0, 20, 0});
}

TEST_CASE("batches: a file holds where a stream stands, and refuses another stream") {
  support::folder f;
  data::dataset const d = numbered(50);
  io::record_format const kind{"stream", "a stream of mini-batches"};
  data::batches whole(d, 16, seed{5});
  for (int i = 0; i < 9; ++i) static_cast<void>(whole.next(5));
  io::save_record(f / "stream", whole, kind);
  data::batches resumed(d, 16, seed{5});
  io::load_record(f / "stream", resumed, kind);
  for (int i = 0; i < 20; ++i) CHECK(firsts(resumed.next(7)) == firsts(whole.next(7)));
  data::batches other(d, 16, seed{6});
  CHECK(support::contains(
      support::message_of<error>([&] { io::load_record(f / "stream", other, kind); }), "seed"));
  data::batches smaller(d, 8, seed{5});
  CHECK(support::contains(
      support::message_of<error>([&] { io::load_record(f / "stream", smaller, kind); }), "size"));
}

}  // namespace data_batches_test
