// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/dropout.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <ratio>
#include <vector>

#include <halo/autodiff/planar.hpp>

#include "../support/network.hpp"

namespace nn_dropout_test {

using namespace halo;
using autodiff::planar;
using support::draw;

namespace {

using X = shape<50>;
constexpr std::size_t rows = 800, n = rows * X::size;
constexpr nn::pass training{
    .rows = rows, .capacity = rows, .training = true, .noise = seed{11}, .step = 4, .index = 2};

template <class L>
std::vector<float> forward(nn::pass const& p, std::vector<float> const& x) {
  std::vector<float> y(x.size());
  float* const nowhere = nullptr;
  L::template forward<X>(p, x.data(), x.data(), y.data(), nowhere);
  return y;
}
std::size_t zeros(std::vector<float> const& y) {
  std::size_t count = 0;
  for (float const e : y) count += e == 0 ? 1U : 0U;
  return count;
}

}  // namespace

TEST_CASE_TEMPLATE("dropout: drops at its rate and scales what it keeps", L,
                   nn::dropout<std::ratio<1, 10>>, nn::dropout<>, nn::dropout<std::ratio<9, 10>>) {
  double const rate = L::rate;
  CAPTURE(rate);
  auto const y = forward<L>(training, std::vector<float>(n, 2.0F));
  double const deviation = std::sqrt(static_cast<double>(n) * rate * (1 - rate));
  CHECK(std::abs(static_cast<double>(zeros(y)) - static_cast<double>(n) * rate) < 4 * deviation);
  float const kept = 2 * static_cast<float>(1 / (1 - rate));
  for (float const e : y) CHECK((e == 0 || e == kept));
  // Neighbours are independent: pairs of zeros occur as often as two draws say.
  std::size_t pairs = 0;
  for (std::size_t i = 0; i + 1 < n; i += 2) pairs += y[i] == 0 && y[i + 1] == 0 ? 1U : 0U;
  double const half = static_cast<double>(n / 2), both = rate * rate;
  CHECK(std::abs(static_cast<double>(pairs) - half * both) <
        4 * std::sqrt(half * both * (1 - both)));
}

TEST_CASE("dropout: the pattern is a function of seed, layer and step") {
  using L = nn::dropout<>;
  std::vector<float> const ones(n, 1.0F);
  auto const y = forward<L>(training, ones);
  CHECK(forward<L>(training, ones) == y);
  nn::pass other = training;
  other.step = 5;
  auto const next = forward<L>(other, ones);
  CHECK(next != y);
  std::size_t agree = 0;
  for (std::size_t i = 0; i < n; ++i) agree += next[i] == y[i] ? 1U : 0U;
  CHECK(std::abs(static_cast<double>(agree) - 0.5 * n) < 4 * std::sqrt(0.25 * n));
  other = training;
  other.index = 3;
  CHECK(forward<L>(other, ones) != y);
  other = training;
  other.noise = seed{12};
  CHECK(forward<L>(other, ones) != y);
  other = training;  // fewer examples see the same beginning
  other.rows = 7;
  std::vector<float> const few = forward<L>(other, std::vector<float>(7 * X::size, 1.0F));
  CHECK(few == std::vector<float>(y.begin(), y.begin() + 7 * X::size));
}

TEST_CASE("dropout: backward drops what forward dropped") {
  using L = nn::dropout<std::ratio<1, 4>>;
  auto const x = draw<float>(n, 1), dy = draw<float>(n, 2);
  auto const y = forward<L>(training, x);
  std::vector<float> dx(n), in_place = dy, given = dy;
  nn::backward_arguments<float*> a{};
  a.dy = given.data();
  a.dx = dx.data();
  L::backward<X>(training, a);
  for (std::size_t i = 0; i < n; ++i) CHECK(dx[i] == (y[i] == 0 ? 0 : dy[i] * (1 / 0.75F)));
  a.dy = a.dx = in_place.data();
  L::backward<X>(training, a);
  CHECK(in_place == dx);
  a.dy = a.dx = nullptr;
  L::backward<X>(training, a);  // nobody asks
}

TEST_CASE("dropout: outside training, and at rate 0, it is the identity") {
  auto const x = draw<float>(n, 3);
  nn::pass resting = training;
  resting.training = false;
  CHECK(forward<nn::dropout<>>(resting, x) == x);
  CHECK(forward<nn::dropout<std::ratio<0>>>(training, x) == x);
  std::vector<float> y = x;
  float const* const in_place = y.data();
  nn::dropout<>::forward<X>(resting, in_place, in_place, y.data(), y.data());
  CHECK(y == x);
}

TEST_CASE("dropout: values and tangents of planes fall together") {
  using L = nn::dropout<>;
  auto const x = draw<float>(n, 4), v = draw<float>(n, 5);
  std::vector<float> y(n), w(n);
  planar<float> const nothing;
  L::forward<X>(training, planar<float const>(), planar<float const>(x.data(), v.data()),
                planar<float>(y.data(), w.data()), nothing);
  CHECK(y == forward<L>(training, x));
  CHECK(w == forward<L>(training, v));
}

TEST_CASE("dropout: rows that run forward again meet the pattern they had") {
  using L = nn::dropout<>;
  auto const x = draw<float>(n, 6);
  auto const y = forward<L>(training, x);
  std::size_t const width = X::size;
  REQUIRE(n / width >= 4);
  std::vector<std::uint32_t> const kept{1, 3};
  std::vector<float> some(2 * width), again(2 * width);
  for (std::size_t i = 0; i < some.size(); ++i) some[i] = x[kept[i / width] * width + i % width];
  nn::pass p = training;
  p.rows = 2;
  p.source = kept.data();
  L::forward<X>(p, static_cast<float const*>(nullptr), static_cast<float const*>(some.data()),
                again.data(), again.data());
  for (std::size_t i = 0; i < again.size(); ++i)
    CHECK(again[i] == y[kept[i / width] * width + i % width]);
}

}  // namespace nn_dropout_test
