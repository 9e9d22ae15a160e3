// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/linear.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <halo/kernel/activation.hpp>

#include "../support/network.hpp"

namespace nn_linear_test {

using namespace halo;
using support::draw;

namespace {

/// Everything around one linear layer.
template <class T, std::size_t In, std::size_t Out>
struct bench {
  using layer = nn::linear<In, Out>;
  using X = shape<In>;
  std::size_t rows;
  std::vector<T> theta = draw<T>(In * Out + Out, 1), x = draw<T>(rows * In, 2);
  std::vector<T> dy = draw<T>(rows * Out, 3), y = std::vector<T>(rows * Out);
  std::vector<T> dx = std::vector<T>(rows * In), gradient = std::vector<T>(In * Out + Out);
  nn::pass pass{.rows = rows, .capacity = rows};

  void forward() {
    T* const nothing = nullptr;
    layer::template forward<X>(pass, static_cast<T const*>(theta.data()),
                               static_cast<T const*>(x.data()), y.data(), nothing);
  }
  T backward(bool with_gradient, bool with_input) {
    nn::backward_arguments<T*> a{};
    a.theta = theta.data();
    a.x = x.data();
    a.dy = dy.data();
    a.dx = with_input ? dx.data() : nullptr;
    a.gradient = with_gradient ? gradient.data() : nullptr;
    return layer::template backward<X>(pass, a);
  }
};

template <class T>
double near = std::is_same_v<T, float> ? 1e-4 : 1e-12;

template <class T, std::size_t In, std::size_t Out>
void check_linear(std::size_t rows) {
  CAPTURE(rows);
  bench<T, In, Out> b{rows};
  b.forward();
  T const bound = b.backward(true, true);
  T most(0);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < Out; ++j) {
      double sum = static_cast<double>(b.theta[In * Out + j]);
      for (std::size_t k = 0; k < In; ++k)
        sum += static_cast<double>(b.x[i * In + k]) * static_cast<double>(b.theta[k * Out + j]);
      CHECK(std::abs(static_cast<double>(b.y[i * Out + j]) - sum) < near<T>);
    }
    for (std::size_t k = 0; k < In; ++k) {
      double sum = 0;
      for (std::size_t j = 0; j < Out; ++j)
        sum += static_cast<double>(b.dy[i * Out + j]) * static_cast<double>(b.theta[k * Out + j]);
      CHECK(std::abs(static_cast<double>(b.dx[i * In + k]) - sum) < near<T>);
    }
  }
  for (std::size_t k = 0; k <= In; ++k) {  // row In is the bias: its input is 1
    for (std::size_t j = 0; j < Out; ++j) {
      double sum = 0;
      for (std::size_t i = 0; i < rows; ++i)
        sum += static_cast<double>(b.dy[i * Out + j]) *
               (k < In ? static_cast<double>(b.x[i * In + k]) : 1.0);
      CHECK(std::abs(static_cast<double>(b.gradient[k * Out + j]) - sum) < near<T>);
      most = std::max(most, std::abs(b.gradient[k * Out + j]));
    }
  }
  CHECK(bound >= most);
  CHECK(std::isfinite(bound));

  bench<T, In, Out> half{rows};
  CHECK(half.backward(false, true) == T(0));
  CHECK(half.dx == b.dx);
  CHECK(half.gradient == std::vector<T>(In * Out + Out));
  half.dx.assign(rows * In, T(5));
  CHECK(half.backward(true, false) == bound);
  CHECK(half.gradient == b.gradient);
  CHECK(half.dx == std::vector<T>(rows * In, T(5)));
}

}  // namespace

TEST_CASE_TEMPLATE("linear: forward and backward are those of plain loops", T, float, double) {
  for (std::size_t const rows : {0U, 1U, 2U, 9U, 33U}) {
    check_linear<T, 1, 1>(rows);
    check_linear<T, 3, 17>(rows);
    check_linear<T, 40, 21>(rows);  // few rows: bound from x and dy; many: from the gradient
  }
}

TEST_CASE("linear: without bias it is the same as with zeros, bit for bit") {
  using bare = nn::linear<40, 21, false>;
  static_assert(bare::tensors<shape<40>>.size() == 1);
  for (std::size_t const rows : {1U, 9U, 33U}) {
    CAPTURE(rows);
    bench<float, 40, 21> zeros{rows};
    std::fill_n(zeros.theta.end() - 21, 21, 0.0F);
    zeros.forward();
    zeros.backward(true, true);
    std::vector<float> const theta(zeros.theta.begin(), zeros.theta.end() - 21);
    std::vector<float> y(rows * 21), dx(rows * 40), gradient(40 * 21), nothing;
    bare::forward<shape<40>>(zeros.pass, theta.data(), static_cast<float const*>(zeros.x.data()),
                             y.data(), nothing.data());
    nn::backward_arguments<float*> a{};
    a.theta = theta.data();
    a.x = zeros.x.data();
    a.dy = zeros.dy.data();
    a.dx = dx.data();
    a.gradient = gradient.data();
    float const bound = bare::backward<shape<40>>(zeros.pass, a);
    CHECK(y == zeros.y);
    CHECK(dx == zeros.dx);
    CHECK(std::equal(gradient.begin(), gradient.end(), zeros.gradient.begin()));
    for (float const g : gradient) CHECK(std::abs(g) <= bound);
  }
}

TEST_CASE("linear: an activation applied at once is the one applied after") {
  bench<float, 40, 21> b{9};
  b.forward();
  std::vector<float> after(b.y.size()), at_once(b.y.size());
  kernel::activation_forward(kernel::tanh{}, b.y.size(), b.y.data(), after.data());
  nn::linear<40, 21>::forward_activated<shape<40>>(
      b.pass, static_cast<float const*>(b.theta.data()), static_cast<float const*>(b.x.data()),
      at_once.data(), kernel::tanh{});
  CHECK(at_once == after);
}

TEST_CASE("linear: what is not finite is never bounded") {
  float const inf = std::numeric_limits<float>::infinity();
  for (std::size_t const rows : {1U, 33U}) {  // either way of bounding
    for (float const bad : {std::nanf(""), inf, -inf}) {
      CAPTURE(rows);
      CAPTURE(bad);
      bench<float, 40, 21> b{rows};
      b.dy.back() = bad;
      CHECK_FALSE(b.backward(true, false) <= std::numeric_limits<float>::max());
      bench<float, 40, 21> c{rows};
      c.x.back() = bad;
      CHECK_FALSE(c.backward(true, false) <= std::numeric_limits<float>::max());
    }
  }
}

}  // namespace nn_linear_test
