// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/recorded_field.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace core_recorded_field_test {

using namespace halo;

TEST_CASE("recorded_field: a path hands out its names, outermost first, without empty ones") {
  field_path const whole{nullptr, ""};
  field_path const optimizer{&whole, "optimizer"};
  field_path const wrapper{&optimizer, ""};
  field_path const rate{&wrapper, "rate"};
  auto const text_of = [](field_path const& path) {
    std::string text;
    path.each([&](std::string_view name) { text.append(name).append("/"); });
    return text;
  };
  CHECK(text_of(rate) == "optimizer/rate/");
  CHECK(text_of(wrapper) == "optimizer/");
  CHECK(text_of(whole).empty());
  static_assert([] {
    field_path const outer{nullptr, "a"};
    field_path const inner{&outer, "bc"};
    std::size_t letters = 0;
    inner.each([&](std::string_view name) { letters += name.size(); });
    return letters;
  }() == 3);
}

TEST_CASE("recorded_field: steps change the state, and neither constants nor options") {
  float value = 1;
  auto const is_state = [&](field_kind kind) {
    return recorded_field<float>{kind, std::span(&value, 1)}.is_state();
  };
  CHECK_FALSE(is_state(field_kind::constant));
  CHECK_FALSE(is_state(field_kind::option));
  CHECK(is_state(field_kind::number));
  CHECK(is_state(field_kind::per_parameter));
  CHECK(is_state(field_kind::per_tensor));
  CHECK(is_state(field_kind::per_problem));
}

TEST_CASE("recorded_field: one range for all elements, or one for each") {
  std::array<double, 3> values{};
  recorded_field<double> field{field_kind::per_problem, std::span(values), allowed::share()};
  for (std::size_t i = 0; i < 3; ++i) CHECK(field.range_at(i) == allowed::share());
  field.range_of = [](std::size_t i) {
    return i == 1 ? allowed::positive() : allowed::at_least(static_cast<double>(i));
  };
  CHECK(field.range_at(0) == allowed::at_least(0));
  CHECK(field.range_at(1) == allowed::positive());
  CHECK(field.range_at(2) == allowed::at_least(2));
}

TEST_CASE("recorded_field: letters are a text, whoever may write them") {
  static_assert(recorded_field<char const>::is_text);
  static_assert(recorded_field<char>::is_text);
  static_assert(!recorded_field<unsigned char const>::is_text);
  static_assert(std::is_same_v<recorded_field<float const>::value_type, float>);
  recorded_field<char const> const name{field_kind::constant, std::string_view("adam")};
  CHECK(name.values.size() == 4);
  CHECK(name.shape.empty());
}

}  // namespace core_recorded_field_test
