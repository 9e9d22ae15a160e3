// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/tape.hpp>

#include <cstddef>
#include <string>

#include <doctest/doctest.h>

#include <halo/autodiff/variable.hpp>
#include <support/allocation.hpp>

namespace autodiff_tape_test {

using halo::autodiff::tape;
using halo::autodiff::variable;
using halo::autodiff::when_full;

TEST_CASE("a million nodes in a row need no stack") {
  std::size_t const depth = 1000000;
  tape<double> t(depth + 1);
  variable<double> const x(t, 0.5);
  variable<double> y = x;
  for (std::size_t i = 0; i < depth; ++i) y = y * 1.0000001;
  CHECK(t.size() == depth + 1);
  backward(y);
  CHECK(x.adjoint() == doctest::Approx(1.10517091).epsilon(1e-7));  // e^0.1
}

TEST_CASE("a full tape says so and keeps what it holds") {
  tape<double> t(2);
  CHECK(t.capacity() == 2);
  variable<double> const x(t, 3.0);
  variable<double> const y = x * x;
  std::string message;
  try {
    static_cast<void>(y * x);
  } catch (halo::error const& e) {
    message = e.what();
  }
  CHECK(message ==
        "tape: node 3: expected room for one more node, found a full tape of 2 nodes, 0 operands");
  backward(y);
  CHECK(x.adjoint() == 6.0);
  CHECK_THROWS_AS(t.reserve(std::size_t{1} << 33U, 0), halo::error);
  t.reserve(3, 0);
  variable<double> const z = y * x;
  backward(z);
  CHECK(x.adjoint() == 27.0);
}

TEST_CASE("a growing tape keeps nodes, adjoints and operands") {
  tape<double> t(1, 0, when_full::grow);
  variable<double> const x(t, 1.0);
  variable<double> y = x;
  for (int i = 0; i < 100; ++i) {
    variable<double> const operands[2] = {y, x};
    double const derivatives[2] = {1.0, 1.0};
    y = variable<double>::record_many(t, y.value() + x.value(), operands, derivatives);
  }
  CHECK(y.value() == 101.0);
  backward(y);
  CHECK(x.adjoint() == 101.0);
  CHECK(t.operand_capacity() >= 200);
}

TEST_CASE("rewind forgets the later nodes; the earlier ones collect from every sweep") {
  tape<double> t(8);
  variable<double> const w(t, 2.0);  // a parameter all tiles share
  auto const before = t.checkpoint();
  double expected = 0;
  for (int tile = 1; tile <= 5; ++tile) {
    variable<double> const x(t, tile);
    variable<double> const y = w * x * x;
    t.seed(y.node(), 1.0);
    t.sweep(before);
    CHECK(x.adjoint() == 2 * 2.0 * tile);
    expected += tile * tile;
    t.rewind(before);
    CHECK(t.size() == 1);
  }
  CHECK(w.adjoint() == expected);
  t.clear();
  CHECK(t.size() == 0);
}

TEST_CASE("a tape in use again allocates nothing") {
  if (!support::allocations_are_counted()) {
    MESSAGE("skipped: allocations are not counted under this sanitizer");
    return;
  }
  tape<double> t(128, 10);
  auto const run = [&t] {
    t.clear();
    variable<double> const x(t, 0.3), z(t, 0.7);
    variable<double> y = x;
    for (int i = 0; i < 20; ++i) y = exp(-y * z) + fma(x, y, z);
    variable<double> const operands[2] = {y, x};
    double const derivatives[2] = {1.0, 2.0};
    backward(variable<double>::record_many(t, 0.0, operands, derivatives));
  };
  CHECK(support::allocations_of([] { tape<double> local(4); }) > 0);
  CHECK(support::allocations_of([&] {
          for (int i = 0; i < 10; ++i) run();
        }) == 0);
}

}  // namespace autodiff_tape_test
