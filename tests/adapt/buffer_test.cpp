// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/buffer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/adapt/run.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/partly_labelled.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/allocation.hpp"
#include "../support/data.hpp"
#include "../support/device.hpp"
#include "../support/unrecorded.hpp"

namespace adapt_buffer_test {

using namespace halo;
using adapt::keeping;
using support::bytes_of;
using support::message_of;

namespace {

using network = nn::sequential<nn::linear<2, 4>, nn::tanh, nn::linear<4, 2>>;
using buffer = adapt::buffer<network, 50>;

/// Row number i, which can be told from all others; its label.
std::array<float, 2> row(int i) { return {static_cast<float>(i), static_cast<float>(-i)}; }

void add(buffer& b, int first, int last, std::int32_t label) {
  for (int i = first; i < last; ++i) b.add(row(i), label);
}
/// Numbers of the rows of a mini-batch, sorted.
template <class Batch>
std::vector<int> numbers(Batch const& batch) {
  std::vector<int> all;
  for (std::size_t i = 0; i < batch.x.size(); i += 2) {
    CHECK(batch.x[i + 1] == -batch.x[i]);
    all.push_back(static_cast<int>(batch.x[i]));
  }
  std::ranges::sort(all);
  return all;
}
std::ptrdiff_t labelled(buffer const& b, std::int32_t label) {
  return std::ranges::count(b.all().y, label);
}

}  // namespace

TEST_CASE("buffer: a reservoir keeps every row that came with the same probability") {
  std::array<double, 10> kept{};  // of each tenth of 500 rows
  constexpr int runs = 200;
  for (std::uint64_t s = 0; s < runs; ++s) {
    buffer b({.seed = seed{s}});
    add(b, 0, 500, 0);
    CHECK(b.size() == 50);
    CHECK(b.offered() == 500);
    auto const all = numbers(b.all());
    CHECK(std::set<int>(all.begin(), all.end()).size() == 50);
    for (int const i : all) kept[static_cast<std::size_t>(i / 50)] += 1;
  }
  // 50 rows of a tenth, each kept with 1/10: mean 5 a run, variance about 4.5
  for (double const n : kept) CHECK(std::abs(n - 5 * runs) < 5 * std::sqrt(4.5 * runs));
}

TEST_CASE("buffer: balanced, a rare class is kept whole and then takes its half") {
  buffer b({.keeping = keeping::balanced});
  add(b, 0, 400, 0);
  CHECK(labelled(b, 0) == 50);
  add(b, 400, 412, 1);
  CHECK(labelled(b, 1) == 12);
  add(b, 500, 900, 0);
  CHECK(labelled(b, 1) == 12);
  add(b, 900, 1000, 1);
  CHECK(labelled(b, 0) == 25);
  CHECK(labelled(b, 1) == 25);
}

TEST_CASE("buffer: balanced, rows of a class are kept with the same probability") {
  std::array<double, 4> kept{};  // of each quarter of 200 rows of class 1
  constexpr int runs = 200;
  for (std::uint64_t s = 0; s < runs; ++s) {
    buffer b({.keeping = keeping::balanced, .seed = seed{s}});
    add(b, 1000, 1100, 0);
    for (int i = 0; i < 200; ++i) {
      b.add(row(i), 1);
      b.add(row(2000 + i), 0);
    }
    for (int const i : numbers(b.all()))
      if (i < 200) kept[static_cast<std::size_t>(i / 50)] += 1;
  }
  // half of the places: 25 of 200
  for (double const n : kept) CHECK(std::abs(n - 6.25 * runs) < 5 * std::sqrt(6.25 * runs));
}

TEST_CASE("buffer: newest keeps the last ones, whatever was drawn between") {
  buffer b({.keeping = keeping::newest});
  for (int i = 0; i < 300; ++i) {
    b.add(row(i), i % 2);
    if (i % 7 == 0) static_cast<void>(b.next(5));
  }
  auto const all = numbers(b.all());
  for (int i = 0; i < 50; ++i) CHECK(all[static_cast<std::size_t>(i)] == 250 + i);
}

TEST_CASE("buffer: mini-batches are rows that it holds, each once, and all come") {
  buffer b({.rows = 8});
  CHECK(b.next().x.empty());
  add(b, 0, 20, 1);
  add(b, 20, 40, 0);
  std::set<int> seen;
  for (int i = 0; i < 60; ++i) {
    auto const batch = b.next();
    CHECK(batch.y.size() == 8);
    auto const n = numbers(batch);
    CHECK(std::set<int>(n.begin(), n.end()).size() == 8);
    for (std::size_t k = 0; k < 8; ++k) CHECK(batch.y[k] == (batch.x[2 * k] < 20 ? 1 : 0));
    seen.insert(n.begin(), n.end());
  }
  CHECK(seen.size() == 40);
  CHECK(numbers(b.next(100)).size() == 40);
  CHECK(b.rows() == 40);
}

TEST_CASE("buffer: new rows beside old ones") {
  buffer b;
  add(b, 0, 30, 0);
  std::vector<float> const x{100, -100, 101, -101};
  std::vector<std::int32_t> const t{1, 1};
  auto const batch = b.mixed(x, t, 6);
  CHECK(batch.y.size() == 8);
  CHECK(batch.y[6] == 1);
  CHECK(batch.x[12] == 100);
  CHECK(numbers(batch)[5] < 30);
  CHECK(b.size() == 30);  // the new ones were not added
  CHECK(b.mixed(x, t, 0).y.size() == 2);
  buffer empty;
  CHECK(empty.mixed(x, t, 6).y.size() == 2);
  adapt::buffer<network, 4> full;
  for (int i = 0; i < 9; ++i) full.add(row(i), 0);
  CHECK(full.mixed(x, t, 9).y.size() == 6);
  adapt::buffer<network, 4, nn::cross_entropy, 1> narrow;
  CHECK(message_of<error>([&] { narrow.mixed(x, t, 1); }) ==
        "buffer: x: expected at most 1 examples, found 2");
}

TEST_CASE("buffer: a row and its target, in every call") {
  buffer b;
  CHECK_FALSE(b.try_add(row(1), 1));
  CHECK(b.try_add(row(2), 2).what == adapt::misfit::label);
  CHECK(b.size() == 1);
  CHECK(b.mixed(row(3), 0, 1).y.size() == 2);
  adapt::buffer<nn::sequential<nn::linear<2, 1>>, 4, nn::mean_square> of;
  of.add(row(1), 0.5F);
  CHECK(of.all().y[0] == 0.5F);
}

TEST_CASE("buffer: rows that do not fit change nothing") {
  buffer b;
  add(b, 0, 3, 0);
  auto const before = bytes_of(b);
  CHECK(message_of<error>([&] { b.add(row(3), 2); }) ==
        "buffer: label of example 0: expected 0 to 1, found 2");
  std::vector<float> x{1, 2, std::numeric_limits<float>::quiet_NaN(), 4};
  std::vector<std::int32_t> const t{0, 1};
  CHECK(b.try_add(x, t).what == adapt::misfit::not_finite);
  CHECK(b.try_add(std::span(x).first(3), t).what == adapt::misfit::example_size);
  CHECK(bytes_of(b) == before);
  CHECK(message_of<error>([] { buffer(adapt::buffer_options{.rows = 0}); }) ==
        "buffer: rows: expected a number of at least 1, found 0");
}

TEST_CASE("buffer: rows without a label are a class of their own, targets that are none refused") {
  adapt::buffer<network, 6, nn::partly_labelled<nn::cross_entropy>> b(
      {.keeping = keeping::balanced});
  for (int i = 0; i < 20; ++i) b.add(row(i), nn::no_label);
  for (int i = 20; i < 40; ++i) b.add(row(i), i % 2);
  for (std::int32_t const label : {-1, 0, 1}) CHECK(std::ranges::count(b.all().y, label) == 2);
  adapt::buffer<network, 6, nn::mean_square> numbers_of;
  std::vector<float> const t{1, std::numeric_limits<float>::quiet_NaN()};
  CHECK(numbers_of.try_add(row(1), t).what == adapt::misfit::not_finite);
}

TEST_CASE("buffer: holds and clear") {
  buffer b;
  add(b, 0, 3, 0);
  CHECK(b.holds(row(2)));
  CHECK_FALSE(b.holds(row(3)));
  b.clear();
  CHECK(b.size() == 0);
  CHECK_FALSE(b.holds(row(2)));
  add(b, 0, 99, 1);
  CHECK(b.size() == 50);
}

TEST_CASE("buffer: a run learns from it, allocates nothing, and resumes with the same bits") {
  using device = adapt::adapter<network, nn::cross_entropy, optim::adam, 16>;
  optim::adam const rule{{.rate = 1e-2F}};
  device whole(rule, seed{1}), first(rule, seed{1});
  buffer a({.keeping = keeping::balanced}), b({.keeping = keeping::balanced});
  auto const go = [](device& d, buffer& of, int from) {
    for (int i = from; i < from + 80; ++i) {
      of.add(std::array{static_cast<float>(i % 9) - 4, static_cast<float>(i % 5)},
             i % 9 > 4 ? 1 : 0);
      adapt::try_run(d, of, {.iterations = 2}, adapt::no_examples{});
    }
  };
  std::size_t const allocations =
      support::allocations_of([&] { go(whole, a, 0), go(whole, a, 80); });
  CHECK(allocations == 0);
  CHECK(whole.accuracy(a.all().x, a.all().y) > 0.9);
  go(first, b, 0);
  auto const bytes = adapt::write(first, b);
  device second(rule, seed{1});
  buffer c({.keeping = keeping::balanced});
  adapt::resume(bytes.span(), second, c);
  go(second, c, 80);
  CHECK(bytes_of(second) == bytes_of(whole));
  CHECK(bytes_of(c) == bytes_of(a));
  buffer other;
  CHECK(message_of<error>([&] { adapt::resume(bytes.span(), second, other); }) ==
        "checkpoint: memory: own: 0.keeping: expected 0, found 1");
}

TEST_CASE("buffer: the record leaves nothing out") {
  using regression = adapt::buffer<nn::sequential<nn::linear<16, 2>>, 4, nn::mean_square, 0>;
  auto const b = std::make_unique<regression>();
  CHECK(support::unrecorded_bytes(*b) == support::no_unrecorded_bytes);
  std::vector<float> const x(16, 1.0F), t{0.5F, -3};
  b->add(x, t);
  CHECK(std::ranges::equal(b->next().y, t));
}

}  // namespace adapt_buffer_test
