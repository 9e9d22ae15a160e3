// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/any_visitor.hpp>

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <string>
#include <type_traits>

namespace meta_any_visitor_test {

using namespace halo;

namespace {

/// A value behind a virtual function.
struct base {
  virtual ~base() = default;
  virtual void describe(recorder<meta::any_visitor> const& f) = 0;
};
struct derived final : base {
  std::array<double, 2> x{1, 2};
  std::uint64_t n = 3;
  int resumes = 0;
  struct inner_part {
    int* resumes;
    static constexpr void record(auto&, auto&&) {}
    void restored() const noexcept { ++*resumes; }
  };
  void describe(recorder<meta::any_visitor> const& f) override {
    f.constant("kind", "derived");
    f.per_problem("x", std::span(x), allowed::non_negative());
    f.number("n", n);
    inner_part part{&resumes};
    f.part("inner", part);
  }
};
struct holder {
  base* of;
  static void record(auto& self, auto&& f) {
    meta::any_visitor visitor(f.visitor());
    self.of->describe(recorder<meta::any_visitor>(visitor, f.inside()));
  }
};

struct leaving {
  void operator()(field_path const&, auto const&) const {}
  void leave(auto&) const noexcept {}
};

}  // namespace

TEST_CASE("any_visitor: hands on every field with its type, path and range") {
  derived value;
  holder of{&value};
  std::string seen;
  walk(of, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
    seen += path.name;
    if constexpr (recorded_field<T>::is_text)
      seen.append("=").append(field.values.begin(), field.values.end());
    if constexpr (std::is_same_v<T, double>) {
      CHECK(field.range == allowed::non_negative());
      field.values[1] = 7;
    }
    seen += ' ';
  });
  CHECK(seen == "kind=derived x n ");
  CHECK(value.x[1] == 7);
  CHECK(value.resumes == 0);
}

TEST_CASE("any_visitor: parts are left where the visitor wants to know") {
  derived value;
  holder of{&value};
  walk(of, leaving{});
  CHECK(value.resumes == 1);
}

}  // namespace meta_any_visitor_test
