// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/record.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "support/unrecorded.hpp"

namespace core_record_test {

using namespace halo;

namespace {

enum class colour : unsigned char { red, green };

struct inner {
  float rate = 0.5F;
  std::array<double, 2> shares{0.25, 0.75};
  static constexpr void record(auto& self, auto&& f) {
    f.option("rate", self.rate, allowed::positive());
    f.options("shares", std::span(self.shares), allowed::share());
  }
};

struct outer {
  inner part{};
  std::array<float, 3> mean{1, 2, 3};
  std::uint64_t steps = 7;
  colour paint = colour::green;
  bool on = true;
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "outer");
    f.constant("stride", 2);
    f.part("inner", self.part);
    f.per_parameter("mean", std::span(self.mean));
    f.number("steps", self.steps);
    f.number("paint", self.paint);
    f.option("on", self.on);
  }
};

struct forgetful : outer {
  int forgotten = 3;
};

struct kernel_shape {
  static constexpr void describe(auto&& f) { f.constant("extent", 3); }
};

std::string text_of(field_path const& path) {
  std::string text;
  path.each([&](std::string_view name) { (text += text.empty() ? "" : ".") += name; });
  return text;
}

struct bowl {
  std::array<float, 3> theta{1, 2, 3};
  inner rule{};
  static constexpr void record(auto& self, auto&& f) {
    f.template tensors<flat_layout<3>>(std::span(self.theta));
    f.per_problem("v", std::span(self.theta), allowed::non_negative());
    f.part("", self.rule);
  }
};

struct visitor {
  std::vector<std::string> names;
  int left = 0;
  void operator()(field_path const& path, auto const& field) {
    names.push_back(text_of(path) + (field.shape.size() == 1 ? " [3]" : ""));
    CHECK((text_of(path) != "v" || field.range == allowed::non_negative()));
  }
  void leave(inner const&) { left += 1; }
  void leave(bowl const&) { left += 10; }
};

static_assert(recordable<outer> && recordable<outer const> && !recordable<int>);

}  // namespace

TEST_CASE("record: every field once, in its order, behind the names of its parts") {
  std::vector<std::string> names;
  outer const value;
  walk(value, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
    static_assert(std::is_const_v<T>);
    names.push_back(text_of(path) + ' ' + std::to_string(static_cast<int>(field.kind)) + ' ' +
                    std::to_string(field.values.size()));
  });
  CHECK(names == std::vector<std::string>{"name 0 5", "stride 0 1", "inner.rate 1 1",
                                          "inner.shares 1 2", "mean 3 3", "steps 2 1", "paint 2 1",
                                          "on 1 1"});
}

TEST_CASE("record: state can be written through it, options and constants cannot") {
  outer value;
  walk(value, []<class T>(field_path const& path, recorded_field<T> const& field) {
    CHECK(field.is_state() == !std::is_const_v<T>);
    if constexpr (!std::is_const_v<T>) {
      if (path.name == "paint") {
        field.values[0] = T(0);
      } else {
        for (T& x : field.values) x = T(9);
      }
    }
  });
  CHECK(value.mean == std::array<float, 3>{9, 9, 9});
  CHECK(value.steps == 9);
  CHECK(value.paint == colour::red);
  CHECK(value.part.rate == 0.5F);
  CHECK(value.on);
}

TEST_CASE("record: a type describes itself by its constants") {
  int seen = 0;
  walk_type<kernel_shape>([&](field_path const& path, auto const& field) {
    CHECK(path.name == "extent");
    CHECK(static_cast<int>(field.values[0]) == 3);
    ++seen;
  });
  CHECK(seen == 1);
}

TEST_CASE("record: tensors of a layout by name and shape, ranges of the state, parts left behind") {
  visitor seen;
  bowl const value;
  walk(value, seen);
  CHECK(seen.names == std::vector<std::string>{"theta [3]", "v", "rate", "shares"});
  CHECK(seen.left == 11);
}

TEST_CASE("record: a member that is not recorded is found") {
  CHECK(support::unrecorded_bytes(outer{}) == support::no_unrecorded_bytes);
  CHECK(support::unrecorded_bytes(inner{}) == support::no_unrecorded_bytes);
#if defined(__GNUC__) && !defined(__clang__)
  CHECK(support::unrecorded_bytes(forgetful{}) > 0);
#endif
}

}  // namespace core_record_test
