// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/state_name.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string_view>

namespace io_state_name_test {

using halo::io::detail::compare_texts;
using halo::io::detail::name_order;
using halo::io::detail::state_name;

TEST_CASE("state_name: module, leaf, layer and rank") {
  constexpr state_name plain("layer1.0.bn.running_var");
  static_assert(plain.module == "layer1.0.bn" && plain.leaf == "running_var" && plain.rank == 5);
  constexpr state_name cell("rnn.weight_hh_l10");
  static_assert(cell.module == "rnn" && cell.layer == "10" && cell.rank == 1);
  constexpr state_name alone("bias");
  static_assert(alone.module.empty() && alone.leaf == "bias" && alone.rank == 2);
  static_assert(state_name("a.my_l").rank == state_name::unknown);
  CHECK(state_name("a.weight_l0").same_layer(state_name("a.bias_l0")));
  CHECK_FALSE(state_name("a.weight_l0").same_layer(state_name("a.weight_l1")));
}

TEST_CASE("state_name: numbers in texts by value") {
  CHECK(compare_texts("2", "10").order < 0);
  CHECK(compare_texts("2", "10").by_number);
  CHECK(compare_texts("a2b", "a02c").order < 0);
  CHECK_FALSE(compare_texts("a2b", "a02c").by_number);
  CHECK(compare_texts("a", "a.b").order < 0);
  CHECK(compare_texts("a01", "a1").order < 0);  // one of them is first, always the same
  CHECK(compare_texts("a1", "a1").order == 0);
}

TEST_CASE("state_name: an order by a list of words") {
  std::array<std::string_view, 4> const words{"stem", "block", "b", "a"};
  name_order const by(words);
  auto const first = [&](std::string_view x, std::string_view y) {
    auto const there = by.compare(x, y), back = by.compare(y, x);
    CHECK((there.order < 0) == (back.order > 0));
    return there.order < 0;
  };
  CHECK(first("stem.weight", "block1.a.weight"));
  CHECK(first("block2.a.weight", "block10.b.weight"));
  CHECK(first("block2.b.weight", "block2.a.weight"));
  CHECK(first("block2.a.0.weight", "block2.a.10.weight"));
  CHECK(first("block2.a.weight", "block2.a.bias"));
  CHECK(by.has("block7.a.3.weight"));
  CHECK(by.has("weight"));
  CHECK_FALSE(by.has("block7.c.weight"));
  CHECK_FALSE(by.has("block7.own"));
  CHECK(by.is_word_of("block", "block7.a.weight"));
  CHECK_FALSE(by.is_word_of("stem", "block7.a.weight"));
  CHECK(name_order().has("anything.own"));
}

}  // namespace io_state_name_test
