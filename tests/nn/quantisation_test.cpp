// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/quantisation.hpp>

#include <doctest/doctest.h>

#include <cstddef>

#include <halo/core/record.hpp>

namespace nn_quantisation_test {

using namespace halo;

TEST_CASE("quantisation: defaults are those of the paper, and fit") {
  constexpr nn::quantisation q{};
  static_assert(q.weight_bits == 8 && q.input_bits == 8 && q.bits_fit() && q.share_fits());
  static_assert(!nn::quantisation{.weight_bits = 1}.bits_fit());
  static_assert(!nn::quantisation{.weight_bits = 9}.bits_fit());
  static_assert(!nn::quantisation{.input_bits = 1}.bits_fit());
  static_assert(!nn::quantisation{.input_bits = 9}.bits_fit());
  static_assert(!nn::quantisation{.newest_percent = 0}.share_fits());
  static_assert(!nn::quantisation{.newest_percent = 101}.share_fits());
}

TEST_CASE("quantisation: says all its fields") {
  constexpr nn::quantisation q{};
  std::size_t fields = 0;
  walk(q, [&](field_path const&, auto const& field) {
    CHECK(field.kind == field_kind::constant);
    ++fields;
  });
  CHECK(fields == 7);
  auto const [a, b, c, d, e, f, g] = q;  // which are all
  static_cast<void>(a), static_cast<void>(b), static_cast<void>(c), static_cast<void>(d);
  static_cast<void>(e), static_cast<void>(f), static_cast<void>(g);
}

}  // namespace nn_quantisation_test
