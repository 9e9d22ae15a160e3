// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/safetensors_places.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <string>
#include <vector>

#include "../support/data.hpp"

namespace io_safetensors_places_test {

using namespace halo;
using io::dtype;
using io::extents;
using io::detail::safetensors_places;

namespace {

/// The places of a file with so many bytes of data.
safetensors_places places_in(std::size_t size) {
  safetensors_places places("a.safetensors");
  places.expect(size);
  return places;
}

template <class Call>
std::string says(Call&& call) {
  return support::message_of<error>(call);
}

}  // namespace

TEST_CASE("safetensors_places: tensors by name, their bytes by place, whatever the order") {
  auto places = places_in(7);
  places.add("z", dtype::u8, {1, 2}, 0, 2);
  places.add("none", dtype::f64, {0, 4}, 2, 2);
  places.add("a", dtype::u16, {2}, 3, 7);
  places.add("m", dtype::boolean, {}, 2, 3);
  CHECK(places.count() == 4);
  std::vector<io::tensor_view> tensors = places.sorted();
  REQUIRE(tensors.size() == 4);
  CHECK(tensors[0].name == "a");
  CHECK(tensors[1].name == "m");
  CHECK(tensors[2].name == "none");
  CHECK(tensors[3].name == "z");
  CHECK(tensors[3].shape == extents{1, 2});
  for (auto const& t : tensors) CHECK(t.bytes.empty());

  std::array<std::byte, 7> data{};
  for (std::size_t i = 0; i < 7; ++i) data[i] = static_cast<std::byte>(i + 1);
  places.fill(tensors, data);
  CHECK(tensors[3].bytes.data() == data.data());
  CHECK(tensors[3].bytes.size() == 2);
  CHECK(tensors[2].bytes.empty());
  CHECK(tensors[1].bytes[0] == std::byte{3});
  CHECK(tensors[0].size() == 2);
  if constexpr (std::endian::native == std::endian::little)
    CHECK(tensors[0].bytes[0] == std::byte{4});
  else
    CHECK(tensors[0].bytes[0] == std::byte{5});
}

TEST_CASE("safetensors_places: no tensor claims what is not there or not what it needs") {
  auto places = places_in(8);
  CHECK(says([&] { places.add("w", dtype::f32, {2}, 8, 0); }) ==
        "safetensors: a.safetensors: tensor 'w': expected offsets in ascending order, found 8 to "
        "0");
  CHECK(says([&] { places.add("w", dtype::f32, {3}, 0, 8); }) ==
        "safetensors: a.safetensors: tensor 'w': expected 12 bytes for F32 [3], found 0 to 8");
  CHECK(support::contains(says([&] {
                            places.add("w", dtype::u8, {~std::size_t{0}, 2}, 0, 8);
                          }),
                          "expected far too many bytes for U8"));
  CHECK(places.count() == 0);
}

TEST_CASE("safetensors_places: every byte and every name belong to one tensor") {
  auto const sorted = [](auto&& add) {
    return says([&] {
      auto places = places_in(8);
      add(places);
      static_cast<void>(places.sorted());
    });
  };
  auto const file = std::string("safetensors: a.safetensors: ");
  CHECK(sorted([](safetensors_places& p) { p.add("w", dtype::u8, {8}, 0, 8); }) == "no error");
  CHECK(sorted([](safetensors_places&) {}) == file + "data: expected 0 bytes, found 8");
  CHECK(sorted([](safetensors_places& p) { p.add("w", dtype::u8, {7}, 0, 7); }) ==
        file + "data: expected 7 bytes, found 8");
  CHECK(sorted([](safetensors_places& p) { p.add("w", dtype::u8, {9}, 0, 9); }) ==
        file + "data: expected 9 bytes, found 8: the file is cut");
  CHECK(sorted([](safetensors_places& p) { p.add("w", dtype::u8, {7}, 1, 8); }) ==
        file + "tensor 'w': expected data from offset 0, found 1, a hole");
  CHECK(sorted([](safetensors_places& p) {
          p.add("b", dtype::u8, {5}, 3, 8);
          p.add("a", dtype::u8, {4}, 0, 4);
        }) == file + "tensor 'b': expected data from offset 4, found 3, an overlap");
  CHECK(sorted([](safetensors_places& p) {
          p.add("a", dtype::u8, {4}, 0, 4);
          p.add("a", dtype::u8, {4}, 4, 8);
        }) == file + "header: expected every name once, found 'a' twice");
}

}  // namespace io_safetensors_places_test
