// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/layer_mask.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

namespace core_layer_mask_test {

using namespace halo;

static_assert(sizeof(layer_mask) == 16);
static_assert(layer_mask{}.empty());
static_assert(layer_mask::all(3).bits() == 0b111);

TEST_CASE("layer_mask: all selects the lowest layers, up to two full words") {
  for (std::size_t layers = 0; layers <= 128; ++layers) {
    CAPTURE(layers);
    layer_mask const m = layer_mask::all(layers);
    CHECK(m.count() == layers);
    for (std::size_t j = 0; j < 140; ++j) CHECK(m[j] == (j < layers));
  }
  CHECK(layer_mask::all(64) == layer_mask(~std::uint64_t{0}));
  CHECK(layer_mask::all(200) == layer_mask::all());
}

TEST_CASE("layer_mask: set, unset and only touch one layer") {
  layer_mask m;
  for (std::size_t j = 0; j < 128; ++j) {
    CAPTURE(j);
    CHECK(layer_mask::only(j).bits(j / 64) == std::uint64_t{1} << (j % 64));
    CHECK(layer_mask::only(j).bits(1 - j / 64) == 0);
    m.set(j);
    CHECK(m == layer_mask::all(j + 1));
  }
  for (std::size_t const top : {127U, 126U}) {
    m.set(top, false);
    CHECK(m == layer_mask::all(top));
    m.set(top, false);
    m.set(5);
    CHECK(m == layer_mask::all(top));
  }
  m.set(63, false);
  CHECK(m.count() == 125);
  CHECK_FALSE(m[63]);
}

TEST_CASE("layer_mask: lowest is where backward ends") {
  CHECK(layer_mask{}.lowest() == layer_mask::capacity);
  CHECK(layer_mask(0b101000).lowest() == 3);
  for (std::size_t j = 0; j < 128; ++j) CHECK(layer_mask::top(128 - j, 128).lowest() == j);
  CHECK(layer_mask::all(9).lowest() == 0);
}

TEST_CASE("layer_mask: and, or and equality are those of sets") {
  layer_mask const a(0b1100), b(0b1010);
  CHECK((a & b) == layer_mask(0b1000));
  CHECK((a | b) == layer_mask(0b1110));
  CHECK((a & layer_mask{}).empty());
  CHECK((a | layer_mask{}) == a);
  CHECK_FALSE(a == b);
  layer_mask const c = layer_mask::only(100), d = layer_mask::top(28, 128);
  CHECK((c & d) == c);
  CHECK((c & a).empty());
  CHECK((c | a).count() == 3);
  CHECK_FALSE(c == layer_mask::only(36));
}

TEST_CASE("layer_mask: the upper layers") {
  for (std::size_t layers = 0; layers <= 128; ++layers) {
    for (std::size_t depth = 0; depth <= 130; ++depth) {
      CAPTURE(layers);
      CAPTURE(depth);
      layer_mask const m = layer_mask::top(depth, layers);
      bool right = true;
      for (std::size_t j = 0; j < 128; ++j) {
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
  CHECK(m.slice(128, 2).empty());
  CHECK(layer_mask::all().slice(124, 10) == layer_mask(0b1111));
  layer_mask wide;  // of no pattern
  for (std::size_t j = 0; j < 128; ++j) wide.set(j, (j * j + j / 3) % 5 < 2);
  for (std::size_t first = 0; first <= 130; ++first)
    for (std::size_t const layers : {0U, 1U, 3U, 63U, 64U, 65U, 128U, 200U}) {
      layer_mask const part = wide.slice(first, layers);
      bool right = true;
      for (std::size_t j = 0; j < 128; ++j)
        right = right && part[j] == (j < layers && wide[first + j]);
      CHECK(right);
    }
}

TEST_CASE("layer_mask: without others") {
  layer_mask const both = layer_mask::all(3) | layer_mask::only(100);
  CHECK(both.without(layer_mask(0b1010)) == (layer_mask(0b101) | layer_mask::only(100)));
  CHECK(both.without(layer_mask::only(100)) == layer_mask::all(3));
  CHECK(both.without(both).empty());
}

}  // namespace core_layer_mask_test
