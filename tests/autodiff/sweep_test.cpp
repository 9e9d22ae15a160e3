// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/sweep.hpp>

#include <doctest/doctest.h>

#include <halo/autodiff/tape.hpp>
#include <halo/autodiff/variable.hpp>

namespace autodiff_sweep_test {

using halo::autodiff::tape;
using halo::autodiff::variable;
namespace detail = halo::autodiff::detail;

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

TEST_CASE("a sweep ends where it is told to, and reads the slopes from behind") {
  using detail::node_kind;
  detail::node_record const nodes[5] = {{node_kind::input, 0, 0, 0},
                                        {node_kind::input, 0, 0, 0},
                                        {node_kind::unary, 1, 0, 0},   // 3 · node 1
                                        {node_kind::binary, 1, 2, 0},  // 5 · node 1 + 7 · node 2
                                        {node_kind::sum, 3, 1, 0}};
  double const slopes[3] = {3, 5, 7};
  double adjoints[5] = {0, 0, 0, 0, 1};
  detail::sweep<double> back{.nodes = nodes,
                             .adjoints = adjoints,
                             .slope = slopes + 3,
                             .links = nullptr,
                             .saved = nullptr,
                             .passed = nullptr,
                             .primitives = nullptr};
  back.run(5, 3);
  CHECK(adjoints[1] == 1 + 5);
  CHECK(adjoints[2] == 7);
  CHECK(back.slope == slopes + 1);
  back.run(3, 1);
  CHECK(adjoints[1] == 1 + 5 + 3 * 7);
  CHECK(back.slope == slopes);
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

}  // namespace autodiff_sweep_test
