// SPDX-License-Identifier: BSD-3-Clause
#include <halo/tensor/factory.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <type_traits>

namespace tensor_factory_test {

using namespace halo;

TEST_CASE("factory: shapes in braces, as std::array and as a type") {
  auto const a = tensor::zeros<float>({2, 3});
  static_assert(std::is_same_v<std::remove_const_t<decltype(a)>, tensor::array<float, 2>>);
  CHECK(a.shape()[1] == 3);
  for (float x : tensor::elements(a)) CHECK(x == 0.0F);
  auto const b = tensor::ones<double>(std::array<std::size_t, 3>{2, 1, 2});
  CHECK(b.size() == 4);
  for (double x : tensor::elements(b)) CHECK(x == 1.0);
  auto const c = tensor::full(shape<5>{}, -3);
  CHECK(c.size() == 5);
  for (int x : tensor::elements(c)) CHECK(x == -3);
  CHECK(tensor::zeros<float>({0, 4}).size() == 0);
}

TEST_CASE("factory: random arrays are drawn once, in row-major order, from the seed") {
  generator g(seed{11});
  auto const a = tensor::uniform<float>({20, 50}, g);
  generator again(seed{11});
  for (float x : tensor::elements(a)) {
    CHECK(x == again.uniform());
    CHECK(x >= 0.0F);
    CHECK(x < 1.0F);
  }
  float const first = a(3, 4);
  CHECK(a(3, 4) == first);  // a lazy generator would draw again
  auto const b = tensor::uniform<float>({20, 50}, g);
  CHECK(tensor::elements(b)[0] != tensor::elements(a)[0]);
}

TEST_CASE("factory: ranges and moments") {
  generator g(seed{12}, 3);
  auto const u = tensor::uniform<double>({4000}, g, -2.0, 6.0);
  double sum = 0;
  for (double x : tensor::elements(u)) {
    CHECK(x >= -2.0);
    CHECK(x < 6.0);
    sum += x;
  }
  CHECK(sum / 4000 == doctest::Approx(2.0).epsilon(0.1));  // five standard errors are 0.18

  auto const z = tensor::normal<float>(shape<100, 100>{}, g, 3.0F, 0.5F);
  double mean = 0;
  double square = 0;
  for (float x : tensor::elements(z)) {
    mean += x / 10000.0;
    square += double(x) * x / 10000.0;
  }
  CHECK(mean == doctest::Approx(3.0).epsilon(0.01));
  CHECK(std::sqrt(square - mean * mean) == doctest::Approx(0.5).epsilon(0.05));
}

}  // namespace tensor_factory_test
