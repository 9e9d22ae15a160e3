// SPDX-License-Identifier: BSD-3-Clause
#include <halo/tensor/view.hpp>

#include <doctest/doctest.h>

#include <array>
#include <type_traits>
#include <vector>

namespace tensor_view_test {

using namespace halo;

TEST_CASE("view: reads and writes the owner's elements") {
  std::vector<float> memory{1, 2, 3, 4, 5, 6};
  auto v = tensor::view(std::span(memory), std::array<std::size_t, 2>{2, 3});
  static_assert(std::is_same_v<decltype(v), tensor::array_view<float, 2>>);
  static_assert(tensor::dense<decltype(v)>);
  CHECK(v.data() == memory.data());
  CHECK(v(1, 0) == 4.0F);
  v(1, 0) = 40.0F;
  CHECK(memory[3] == 40.0F);
  CHECK(tensor::row(v, 1)[0] == 40.0F);

  tensor::array<float, 2> const doubled = 2.0F * v;
  xt::noalias(v) = doubled;
  CHECK(memory[5] == 12.0F);
}

TEST_CASE("view: const elements") {
  std::vector<double> const memory{1, 2, 3, 4};
  auto const v = tensor::view(std::span(memory), std::array<std::size_t, 2>{2, 2});
  static_assert(
      std::is_same_v<std::remove_const_t<decltype(v)>, tensor::array_view<double const, 2>>);
  static_assert(std::is_same_v<decltype(tensor::row(v, 0)), std::span<double const>>);
  CHECK(v(1, 1) == 4.0);
  tensor::array<double, 2> const copy = v;
  CHECK(copy(1, 0) == 3.0);
  CHECK(copy.data() != memory.data());
}

TEST_CASE("view: static shapes, with and without a batch axis") {
  std::array<float, 12> memory{};
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  auto const image = tensor::view(std::span(memory), shape<3, 4>{});
  CHECK(image.shape()[0] == 3);
  CHECK(image(2, 3) == 11.0F);
  auto const batch = tensor::view(std::span<float const>(memory), 3, shape<2, 2>{});
  CHECK(batch.dimension() == 3);
  CHECK(batch(2, 1, 0) == 10.0F);
}

TEST_CASE("view: nothing to look at") {
  auto const none = tensor::view(std::span<float>(), std::array<std::size_t, 2>{0, 5});
  CHECK(none.size() == 0);
  CHECK(tensor::elements(none).empty());
}

TEST_CASE("view: of a whole container") {
  tensor::array<int, 2> x{{1, 2}, {3, 4}};
  auto v = tensor::view(x);
  v(0, 1) = 20;
  CHECK(x(0, 1) == 20);
  auto const& fixed = x;
  auto const w = tensor::view(fixed);
  static_assert(std::is_same_v<std::remove_const_t<decltype(w)>, tensor::array_view<int const, 2>>);
  CHECK(w.data() == x.data());
}

TEST_CASE("view: a copy refers to the same elements") {
  std::array<float, 4> memory{1, 2, 3, 4};
  auto const v = tensor::view(std::span(memory), shape<4>{});
  auto w = v;
  w(0) = 9.0F;
  CHECK(memory[0] == 9.0F);
  CHECK(w.data() == memory.data());
}

}  // namespace tensor_view_test
