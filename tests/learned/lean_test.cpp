// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/lean.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <halo/learned/horizon_rule.hpp>

#include "../support/layouts.hpp"
#include "../support/optimizer_contract.hpp"

namespace learned_lean_test {

using namespace halo;

namespace {

using rule_type = learned::horizon_rule<>;
using eight = learned::lean<rule_type, learned::precision::eight_bits>;
using full = learned::lean<rule_type, learned::precision::full>;
using half = learned::lean<rule_type>;
using layout = support::three_layers<5, 3, 16, 33>;
static_assert(optim::optimizer<half, layout>);
static_assert(std::string_view(half::name) == "lean(horizon_rule)");

/// Where so many steps down a valley end, of layers of which the last may be drawn anew.
template <class O>
std::vector<float> end_of(O const& rule, std::vector<float> theta, layer_mask anew,
                          std::uint64_t steps) {
  auto s = std::make_unique<typename O::template state<layout, float>>(
      rule.template init<layout, float>());
  std::vector<float> g(layout::size);
  optim::step_context<float> c;
  c.horizon = steps;
  c.anew = anew;
  for (; c.elapsed < steps; ++c.elapsed) {
    c.loss = 0;
    for (std::size_t i = 0; i < g.size(); ++i) {
      float const off = theta[i] - std::sin(static_cast<float>(i));
      float const noise = 0.1F * std::cos(static_cast<float>(3 * i + 7 * c.elapsed));
      g[i] = (1 + static_cast<float>(i % 7)) * (off + noise);
      c.loss += static_cast<double>(off * off);
    }
    REQUIRE(rule.step(theta.data(), static_cast<float const*>(g.data()), *s, c) ==
            optim::status::done);
  }
  return theta;
}

std::string identity_of(half const& rule) {
  std::string all;
  walk(rule, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
    all += std::string(path.name) + "=";
    if constexpr (recorded_field<T>::is_text) all.append(field.values.data(), field.values.size());
    all += ";";
  });
  return all;
}

}  // namespace

TEST_CASE("lean: in full precision and from a given start it has the bits of the rule") {
  auto const start = contract::draw<float>(layout::size, 3);
  rule_type const rule;
  for (layer_mask const anew : {layer_mask{}, layer_mask::only(2), layer_mask::all(3)})
    CHECK(contract::same_bits(end_of(full(rule, start), start, anew, 40),
                              end_of(rule, start, anew, 40)));
  // without one nothing is pulled, but layers drawn anew are
  learned::horizon_rule<float, false> const unpulled{rule.values()};
  CHECK(contract::same_bits(end_of(full(rule), start, layer_mask::only(2), 40),
                            end_of(unpulled, start, layer_mask::only(2), 40)));
  CHECK_FALSE(contract::same_bits(end_of(full(rule), start, {}, 40), end_of(rule, start, {}, 40)));
}

TEST_CASE("lean: in 16 bits and in 8 it ends where the rule ends") {
  auto const start = contract::draw<float>(layout::size, 3);
  rule_type const rule;
  auto const apart = [&](std::vector<float> const& a, std::vector<float> const& b) {
    double square = 0, way = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      square += static_cast<double>((a[i] - b[i]) * (a[i] - b[i]));
      way += static_cast<double>((a[i] - start[i]) * (a[i] - start[i]));
    }
    return std::sqrt(square / way);
  };
  for (std::uint64_t const steps : {20U, 200U, 2000U}) {
    auto const a = end_of(rule, start, {}, steps);
    CAPTURE(steps);
    CHECK(apart(a, end_of(half(rule, start), start, {}, steps)) < 0.01);
    CHECK(apart(a, end_of(eight(rule, start), start, {}, steps)) < 0.1);
  }
}

TEST_CASE("lean: the start, the precision and the rule are its identity") {
  auto const start = contract::draw<float>(layout::size, 3);
  auto other = start;
  other.back() += 1;
  rule_type const rule;
  CHECK(identity_of(half(rule, start)) == identity_of(half(rule, std::vector(start))));
  CHECK(identity_of(half(rule, start)) != identity_of(half(rule, other)));
  CHECK(identity_of(half(rule, start)) != identity_of(half(rule)));
  CHECK(identity_of(half(rule)) !=
        identity_of(half(rule_type(std::vector(rule_type::weights, 0.1F)))));
}

TEST_CASE("lean: some layers are forgotten, others not") {
  half const rule;
  auto s = rule.init<layout>();
  auto theta = contract::draw<float>(layout::size, 3), g = contract::draw<float>(layout::size, 4);
  auto const fresh = contract::bytes_of_layer<layout>(s, 1);
  REQUIRE(rule.step(theta.data(), static_cast<float const*>(g.data()), s) == optim::status::done);
  auto const kept = contract::bytes_of_layer<layout>(s, 2);
  rule.forget(s, layer_mask::only(1), static_cast<float const*>(theta.data()));
  CHECK(contract::bytes_of_layer<layout>(s, 1) == fresh);
  CHECK(contract::bytes_of_layer<layout>(s, 2) == kept);
}

TEST_CASE("lean: keeps the contract of optimizers") {
  contract::keeps_the_contract<half, layout, float>();
  contract::keeps_the_contract<eight, layout, float>();
}

TEST_CASE("lean: keeps it in full precision, in double, too") {
  contract::keeps_the_contract<full, support::three_layers<9, 1, 8, 3>, double>();
}

}  // namespace learned_lean_test
