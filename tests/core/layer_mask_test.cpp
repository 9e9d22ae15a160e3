// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/layer_mask.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

using namespace halo;

static_assert(sizeof(layer_mask) == 8);
static_assert(layer_mask{}.empty());
static_assert(layer_mask::all(3).bits() == 0b111);

TEST_CASE("layer_mask: all selects the lowest layers, up to a full word") {
  for (std::size_t layers = 0; layers <= 64; ++layers) {
    CAPTURE(layers);
    layer_mask const m = layer_mask::all(layers);
    CHECK(m.count() == layers);
    for (std::size_t j = 0; j < 70; ++j) CHECK(m[j] == (j < layers));
  }
  CHECK(layer_mask::all() == layer_mask(~std::uint64_t{0}));
  CHECK(layer_mask::all(100) == layer_mask::all());
}

TEST_CASE("layer_mask: set, unset and only touch one layer") {
  layer_mask m;
  for (std::size_t j = 0; j < 64; ++j) {
    CAPTURE(j);
    CHECK(layer_mask::only(j).bits() == std::uint64_t{1} << j);
    m.set(j);
    CHECK(m == layer_mask::all(j + 1));
  }
  m.set(63, false);
  CHECK(m == layer_mask::all(63));
  m.set(63, false);
  m.set(5);
  CHECK(m == layer_mask::all(63));
}

TEST_CASE("layer_mask: lowest is where backward ends") {
  CHECK(layer_mask{}.lowest() == 64);
  CHECK(layer_mask(0b101000).lowest() == 3);
  CHECK(layer_mask::only(63).lowest() == 63);
  CHECK(layer_mask::all(9).lowest() == 0);
}

TEST_CASE("layer_mask: and, or and equality are those of sets") {
  layer_mask const a(0b1100), b(0b1010);
  CHECK((a & b) == layer_mask(0b1000));
  CHECK((a | b) == layer_mask(0b1110));
  CHECK((a & layer_mask{}).empty());
  CHECK((a | layer_mask{}) == a);
  CHECK_FALSE(a == b);
}

TEST_CASE("layer_mask: the upper layers") {
  for (std::size_t layers = 0; layers <= 64; ++layers) {
    for (std::size_t depth = 0; depth <= 66; ++depth) {
      CAPTURE(layers);
      CAPTURE(depth);
      layer_mask const m = layer_mask::top(depth, layers);
      bool right = true;
      for (std::size_t j = 0; j < 64; ++j) {
        right = right && m[j] == (j < layers && j + depth >= layers);
      }
      CHECK(right);
    }
  }
}

TEST_CASE("layer_mask: a part of the layers, numbered anew") {
  layer_mask const m(0b1011'0110);
  CHECK(m.slice(0, 4) == layer_mask(0b0110));
  CHECK(m.slice(4, 4) == layer_mask(0b1011));
  CHECK(m.slice(2, 3) == layer_mask(0b101));
  CHECK(m.slice(3, 0).empty());
  CHECK(m.slice(64, 2).empty());
  CHECK(layer_mask::all().slice(60, 10) == layer_mask(0b1111));
}
