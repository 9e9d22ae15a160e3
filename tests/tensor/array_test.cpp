// SPDX-License-Identifier: BSD-3-Clause
#include <halo/tensor/array.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace tensor_array_test {

using namespace halo;

namespace {

bool aligned(void const* p) { return reinterpret_cast<std::uintptr_t>(p) % alignment == 0; }

}  // namespace

TEST_CASE("array: the allocator is part of the type, so flags cannot change it") {
  static_assert(std::is_same_v<tensor::array<float, 2>::allocator_type, tensor::allocator<float>>);
  static_assert(std::is_same_v<tensor::array<double, 1>::value_type, double>);
  static_assert(tensor::dense<tensor::array<float, 2>>);
  static_assert(tensor::dense<tensor::array<float, 2> const>);
  static_assert(!tensor::dense<int>);
}

TEST_CASE("array: memory is aligned to a cache line for every size") {
  for (std::size_t n : {0U, 1U, 3U, 15U, 16U, 17U, 1000U}) {
    auto const a = tensor::array<float, 1>::from_shape({n});
    auto const b = tensor::array<std::int32_t, 2>::from_shape({n, std::size_t{3}});
    CHECK(a.size() == n);
    CHECK(b.size() == 3 * n);
    if (n != 0) CHECK(aligned(a.data()));
    if (n != 0) CHECK(aligned(b.data()));
  }
}

#if defined(__SANITIZE_ADDRESS__)
#  define SANITIZED_ALLOCATION 1  // the sanitizer ends the program instead of throwing
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define SANITIZED_ALLOCATION 1
#  endif
#endif
#if !defined(SANITIZED_ALLOCATION)
TEST_CASE("array: an impossible size is refused, not wrapped around") {
  tensor::allocator<double> memory;
  CHECK_THROWS_AS(static_cast<void>(memory.allocate(static_cast<std::size_t>(-1) / 4)),
                  std::bad_alloc);
}
#endif

TEST_CASE("array: rows are contiguous spans in row-major order") {
  tensor::array<float, 2> x{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11, 12}};
  CHECK(x.shape()[0] == 4);
  CHECK(x(2, 1) == 8.0F);
  auto second = tensor::row(x, 1);
  static_assert(std::is_same_v<decltype(second), std::span<float>>);
  CHECK(second.size() == 3);
  CHECK(second[2] == 6.0F);
  second[2] = -6.0F;
  CHECK(x(1, 2) == -6.0F);

  auto const& fixed = x;
  auto middle = tensor::rows(fixed, 1, 2);
  static_assert(std::is_same_v<decltype(middle), std::span<float const>>);
  CHECK(middle.size() == 6);
  CHECK(middle.front() == 4.0F);
  CHECK(middle.back() == 9.0F);
  CHECK(tensor::rows(fixed, 4, 0).empty());
  CHECK(tensor::elements(fixed).size() == 12);
  CHECK(tensor::elements(fixed)[3] == 4.0F);
}

TEST_CASE("array: rows of other ranks") {
  tensor::array<int, 1> line{5, 6, 7};
  CHECK(tensor::row(line, 2).size() == 1);
  CHECK(tensor::row(line, 2)[0] == 7);
  auto image = tensor::array<int, 3>::from_shape({2, 3, 4});
  for (std::size_t i = 0; i < image.size(); ++i) image.data()[i] = static_cast<int>(i);
  CHECK(tensor::row(image, 1).size() == 12);
  CHECK(tensor::row(image, 1)[0] == image(1, 0, 0));
  auto const nothing = tensor::array<float, 2>::from_shape({0, 7});
  CHECK(tensor::elements(nothing).empty());
  CHECK(tensor::rows(nothing, 0, 0).empty());
}

TEST_CASE("array: arithmetic, copy and move are xtensor's") {
  tensor::array<double, 2> a{{1, 2}, {3, 4}};
  tensor::array<double, 2> b = 2.0 * a + 1.0;
  CHECK(b(1, 1) == 9.0);
  tensor::array<double, 2> c = b;
  c(0, 0) = 0.0;
  CHECK(b(0, 0) == 3.0);
  double const* where = c.data();
  tensor::array<double, 2> const d = std::move(c);
  CHECK(d.data() == where);
}

}  // namespace tensor_array_test
