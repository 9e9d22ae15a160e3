// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/tensor_view.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../support/data.hpp"

namespace io_tensor_view_test {

using namespace halo;

TEST_CASE("dtype: names, sizes, C++ types") {
  static_assert(io::dtype_of<float>() == io::dtype::f32);
  static_assert(io::dtype_of<double>() == io::dtype::f64);
  static_assert(io::dtype_of<bool>() == io::dtype::boolean);
  static_assert(io::dtype_of<std::int8_t>() == io::dtype::i8);
  static_assert(io::dtype_of<std::uint8_t>() == io::dtype::u8);
  static_assert(io::dtype_of<std::int16_t>() == io::dtype::i16);
  static_assert(io::dtype_of<std::uint16_t>() == io::dtype::u16);
  static_assert(io::dtype_of<std::int32_t>() == io::dtype::i32);
  static_assert(io::dtype_of<std::uint32_t>() == io::dtype::u32);
  static_assert(io::dtype_of<std::int64_t>() == io::dtype::i64);
  static_assert(io::dtype_of<std::uint64_t>() == io::dtype::u64);
  static_assert(io::dtype_of<long long>() == io::dtype::i64);
  CHECK(io::name_of(io::dtype::bf16) == "BF16");
  CHECK(io::size_of(io::dtype::bf16) == 2);
  CHECK(io::name_of(io::dtype::u64) == "U64");
  CHECK(io::size_of(io::dtype::u64) == 8);
  CHECK(io::name_of(io::dtype::boolean) == "BOOL");
}

TEST_CASE("extents: sizes, overflow, too many axes") {
  io::extents const shape{3, 4};
  CHECK(shape.rank() == 2);
  CHECK(shape[1] == 4);
  CHECK(shape == io::extents(std::array<std::size_t, 2>{3, 4}));
  CHECK_FALSE(shape == io::extents{3, 4, 1});
  CHECK(io::to_string(shape) == "[3, 4]");
  CHECK(io::to_string(io::extents{}) == "[]");
  CHECK(shape.bytes(io::dtype::f64) == 96);
  CHECK(io::extents{}.bytes(io::dtype::f32) == 4);
  CHECK(io::extents{0, 9}.bytes(io::dtype::f32) == 0);
  std::size_t const big = std::size_t{1} << 32U;
  CHECK_FALSE(io::extents{big, big}.bytes(io::dtype::u8).has_value());
  CHECK_FALSE(io::extents{big, big / 4}.bytes(io::dtype::f32).has_value());
  CHECK(io::extents{big, big / 4}.bytes(io::dtype::i16).has_value());
  CHECK_FALSE(io::extents{big, big, 0}.bytes(io::dtype::u8).has_value());
  io::extents full{1, 2, 3, 4, 5, 6, 7, 8};
  CHECK(
      support::contains(support::message_of<error>([&] { full.push_back(9); }), "at most 8 axes"));
}

TEST_CASE("tensor_view: typed access is checked") {
  tensor::array<float, 2> const w{{1, 2, 3}, {4, 5, 6}};
  io::tensor_view const t = io::as_tensor("w", w);
  CHECK(t.type == io::dtype::f32);
  CHECK(t.shape == io::extents{2, 3});
  CHECK(t.size() == 6);
  CHECK(t.as<float>().data() == w.data());
  auto const says = [](auto&& call) { return support::message_of<error>(call); };
  CHECK(says([&] { static_cast<void>(t.as<std::int32_t>()); }) ==
        "tensor: w: expected I32, found F32");
  std::vector<float> copy(6);
  t.copy_to(std::span(copy));
  CHECK(copy[5] == 6.0F);
  std::vector<float> few(5);
  CHECK(says([&] { t.copy_to(std::span(few)); }) == "tensor: w: expected 5 elements, found 6");
  CHECK(io::to_array<float, 2>(t) == w);
  CHECK(says([&] { static_cast<void>(io::to_array<float, 1>(t)); }) ==
        "tensor: w: expected rank 1, found [2, 3]");
  CHECK(says([&] { static_cast<void>(io::to_array<double, 2>(t)); }) ==
        "tensor: w: expected F64, found F32");
}

TEST_CASE("tensor_view: unaligned elements are copied, never pointed at") {
  std::array<std::byte, 13> memory{};
  float const values[] = {1.5F, -2.5F, 3.5F};
  std::memcpy(memory.data() + 1, values, sizeof values);
  io::tensor_view const t{"u", io::dtype::f32, {3}, std::span(memory).subspan(1)};
  std::array<float, 3> copy{};
  t.copy_to(std::span<float>(copy));
  CHECK(copy[2] == 3.5F);
  CHECK(t.finite());
  if (reinterpret_cast<std::uintptr_t>(memory.data() + 1) % alignof(float) != 0) {
    CHECK(support::contains(support::message_of<error>([&] { static_cast<void>(t.as<float>()); }),
                            "expected aligned elements"));
  }
}

TEST_CASE("tensor_view: BOOL holds 0 and 1") {
  std::array<std::byte, 3> memory{std::byte{1}, std::byte{0}, std::byte{1}};
  io::tensor_view const t{"b", io::dtype::boolean, {3}, memory};
  std::array<bool, 3> copy{};
  t.copy_to(std::span<bool>(copy));
  CHECK(copy == std::array<bool, 3>{true, false, true});
  memory[1] = std::byte{2};
  CHECK(support::message_of<error>([&] { t.copy_to(std::span<bool>(copy)); }) ==
        "tensor: b: expected 0 or 1, found 2");
}

TEST_CASE("tensor_view: finite") {
  double const infinite[] = {1.0, -std::numeric_limits<double>::infinity()};
  float const missing[] = {std::numeric_limits<float>::quiet_NaN()};
  std::int32_t const whole[] = {-1};
  CHECK_FALSE(io::as_tensor("a", std::span(infinite), {2}).finite());
  CHECK_FALSE(io::as_tensor("a", std::span(missing), {1}).finite());
  CHECK(io::as_tensor("a", std::span(infinite).first(1), {1}).finite());
  CHECK(io::as_tensor("a", std::span(whole), {1}).finite());
}

TEST_CASE("reverse_elements: the other byte order") {
  std::array<std::uint8_t, 8> memory{1, 2, 3, 4, 5, 6, 7, 8};
  auto const bytes = std::as_writable_bytes(std::span(memory));
  io::detail::reverse_elements(bytes, 4);
  CHECK(memory == std::array<std::uint8_t, 8>{4, 3, 2, 1, 8, 7, 6, 5});
  io::detail::reverse_elements(bytes, 1);
  CHECK(memory == std::array<std::uint8_t, 8>{4, 3, 2, 1, 8, 7, 6, 5});
  io::detail::reverse_elements(bytes, 8);
  CHECK(memory == std::array<std::uint8_t, 8>{5, 6, 7, 8, 1, 2, 3, 4});
}

}  // namespace io_tensor_view_test
