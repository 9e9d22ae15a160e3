// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/scalar_gradient.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <halo/autodiff/check.hpp>

#include "../support/numbers.hpp"
#include "../support/small_program.hpp"

namespace learned_scalar_gradient_test {

namespace {

using namespace halo;
/// The same that decides late; only its scalar parts run here.
struct P : support::small_program {
  template <class R, class Z>
  static void settle(R const& r, auto const& f, Z const* tensor, Z const* global, Z* chosen) {
    mix(r, tensor[0] * tensor[1], global[0] * f.loss, global[1], chosen);
  }
};
using pair = std::array<double, 2>;
constexpr std::size_t weights = P::table.size;

/// Where the pairs behind the weights begin.
constexpr std::size_t first = weights, second = weights + 2, third = weights + 4;
constexpr pair a{0.7, -1.3}, b{-0.4, 0.9};  // adjoints of what a part writes

learned::facts<double> told() {
  learned::facts<double> f;
  f.loss = 0.6;
  return f;
}
double dot(pair const& x, double const* y) { return x[0] * y[0] + x[1] * y[1]; }
void put(pair const& x, double* to) { std::copy(x.begin(), x.end(), to); }

/// value(reader, numbers) against gradient(way back, numbers, adjoints of numbers).
template <class Value, class Gradient>
void agrees(std::size_t pairs, Value value, Gradient gradient) {
  auto const at = support::numbers<double>(weights + 2 * pairs, 60 + pairs, 0.9);
  auto const report = autodiff::check_gradient(
      [&](std::span<double const> x) {
        return value(learned::plain_reader<double, double>(x.data(), nullptr), x.data());
      },
      [&](std::span<double const> x, std::span<double> to) {
        std::fill(to.begin(), to.end(), 0.0);
        learned::scalar_gradient<P, double> back;
        gradient(back, x.data(), to.data());
        std::copy(back.weights.begin(), back.weights.end(), to.begin());
      },
      at);
  CAPTURE(report.index);
  CAPTURE(report.given);
  CAPTURE(report.expected);
  CHECK(report.checked == at.size());
  CHECK(report.passed);
}

}  // namespace

TEST_CASE("the way back through survey agrees with differences") {
  agrees(
      2,
      [](auto const& r, double const* x) {
        pair overview;
        P::survey(r, told(), x + first, x + second, overview.data());
        return dot(a, overview.data()) + dot(b, x + second);
      },
      [](auto& back, double const* x, double* to) {
        put(b, to + second);        // added to
        put({77, 77}, to + first);  // written
        back.survey(x, told(), x + first, x + second, a.data(), to + first, to + second);
      });
}

TEST_CASE("the way back through prepare agrees with differences") {
  agrees(
      3,
      [](auto const& r, double const* x) {
        pair context;
        P::prepare(r, told(), x + first, x + second, x + third, context.data());
        return dot(a, context.data()) + dot(b, x + first) + dot(a, x + second) + dot(b, x + third);
      },
      [](auto& back, double const* x, double* to) {
        put(b, to + first);
        put(a, to + second);
        put(b, to + third);
        back.prepare(x, told(), x + first, x + second, x + third, a.data(), to + first, to + second,
                     to + third);
      });
}

TEST_CASE("the way back through decide agrees with differences") {
  agrees(
      3,
      [](auto const& r, double const* x) {
        pair tensor{x[second], x[second + 1]}, decision;
        P::decide(r, told(), x + first, tensor.data(), x + third, decision.data());
        return dot(a, decision.data()) + dot(b, tensor.data()) + dot(a, x + third);
      },
      [](auto& back, double const* x, double* to) {
        put({77, 77}, to + first);
        put(b, to + second);
        put(a, to + third);
        back.decide(x, told(), x + first, x + second, x + third, a.data(), to + second, to + first,
                    to + third);
      });
}

TEST_CASE("the way back through settle agrees with differences") {
  agrees(
      2,
      [](auto const& r, double const* x) {
        pair decision;
        P::settle(r, told(), x + first, x + second, decision.data());
        return dot(a, decision.data()) + dot(b, x + first) + dot(a, x + second);
      },
      [](auto& back, double const* x, double* to) {
        put(b, to + first);
        put(a, to + second);
        back.settle(x, told(), x + first, x + second, a.data(), to + first, to + second);
      });
}

TEST_CASE("the way back through conclude agrees with differences") {
  agrees(
      3,
      [](auto const& r, double const* x) {
        pair global{x[third], x[third + 1]};
        P::conclude(r, told(), x + first, x + second, global.data());
        return dot(a, global.data());
      },
      [](auto& back, double const* x, double* to) {
        put({77, 77}, to + first);
        put({77, 77}, to + second);
        put(a, to + third);
        back.conclude(x, told(), x + first, x + second, x + third, to + third, to + first,
                      to + second);
      });
}

TEST_CASE("the way back to the weights of a run's first numbers agrees with differences") {
  agrees(
      0,
      [](auto const& r, double const*) {
        std::array<double, 3> coordinate;
        pair tensor, global;
        P::initial(r, told(), coordinate.data(), tensor.data(), global.data());
        return 0.3 * coordinate[0] - coordinate[1] + 2 * coordinate[2] + dot(a, tensor.data()) +
               dot(b, global.data());
      },
      [](auto& back, double const* x, double*) {
        std::array<double, 3> const c{0.3, -1, 2};
        back.initial(x, told(), c.data(), a.data(), b.data());
      });
}

TEST_CASE("numbers on a tape are seeded, and written or added where they go") {
  autodiff::tape<double> tape;
  pair const x{2, 3}, adjoints{5, 7};
  learned::taped_numbers<double, 2> const numbers(tape, x.data());
  numbers.seed(tape, adjoints.data());
  tape.sweep();
  pair to{100, 200};
  numbers.add_adjoints(to.data());
  CHECK(to == pair{105, 207});
  numbers.write_adjoints(to.data());
  CHECK(to == adjoints);
  CHECK(numbers.data()[1].value() == 3);
}

}  // namespace learned_scalar_gradient_test
