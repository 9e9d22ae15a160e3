// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/tape.hpp>

#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <halo/autodiff/variable.hpp>
#include <support/allocation.hpp>

namespace autodiff_tape_test {

using halo::autodiff::tape;
using halo::autodiff::variable;
using halo::autodiff::when_full;

TEST_CASE("each record passes its adjoint on") {
  tape<double> t(16);
  auto const a = t.input();
  auto const b = t.input();
  auto const c = t.input();
  auto const adjoints_after = [&](tape<double>::node y, double da, double db, double dc) {
    t.zero_adjoints();
    t.seed(y, 2.0);
    t.sweep();
    CHECK(t.adjoint(a) == 2 * da);
    CHECK(t.adjoint(b) == 2 * db);
    CHECK(t.adjoint(c) == 2 * dc);
  };
  adjoints_after(t.copy(a), 1, 0, 0);
  adjoints_after(t.negation(b), 0, -1, 0);
  adjoints_after(t.sum(a, c), 1, 0, 1);
  adjoints_after(t.sum(a, a), 2, 0, 0);
  adjoints_after(t.difference(a, b), 1, -1, 0);
  adjoints_after(t.unary(b, 3.0), 0, 3, 0);
  adjoints_after(t.binary(a, 3.0, b, 5.0), 3, 5, 0);
  adjoints_after(t.binary(a, 3.0, a, 5.0), 8, 0, 0);
  adjoints_after(t.binary_plus(a, 3.0, b, 5.0, c), 3, 5, 1);
  adjoints_after(t.binary(a, 3.0, tape<double>::constant, 5.0), 3, 0, 0);
  CHECK(t.size() == 13);
}

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

namespace {

/// (p, q) = (a·b, a/b), in one primitive with a context.
struct product_and_quotient {
  int* backwards;
  static void pass_back(void const* context, double const* x, double const* y_adjoint,
                        double* x_adjoint) {
    ++*static_cast<product_and_quotient const*>(context)->backwards;
    x_adjoint[0] = y_adjoint[0] * x[1] + y_adjoint[1] / x[1];
    x_adjoint[1] = y_adjoint[0] * x[0] - y_adjoint[1] * x[0] / (x[1] * x[1]);
  }
};

}  // namespace

TEST_CASE("a user's primitive with several inputs and outputs") {
  tape<double> t(16, 4);
  int backwards = 0;
  product_and_quotient const rule{&backwards};
  variable<double> const a(t, 3.0), b(t, 2.0);
  variable<double> const x[2] = {a, b};
  auto const [first, values] = t.primitive(&product_and_quotient::pass_back, &rule, x, 2, 2);
  variable<double> const p(&t, values[0] * values[1], first);
  variable<double> const q(&t, values[0] / values[1], first + 1);
  variable<double> const y = p * 10.0 + q * a;
  backward(y);
  CHECK(y.value() == 60.0 + 4.5);
  CHECK(a.adjoint() == doctest::Approx(10 * 2 + 2 * 3.0 / 2));
  CHECK(b.adjoint() == doctest::Approx(10 * 3 - 9.0 / 4));
  CHECK(backwards == 1);
  variable<double> const constants[2] = {3.0, b};  // what flows to a constant is not seen
  auto const [again, same] = t.primitive(&product_and_quotient::pass_back, &rule, constants, 2, 2);
  backward(variable<double>(&t, same[0] * same[1], again));
  CHECK(b.adjoint() == 3.0);
}

}  // namespace autodiff_tape_test
