// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/concepts.hpp>

#include <doctest/doctest.h>

namespace core_concepts_test {

namespace {
template <class T>
constexpr bool stored() {
  return false;
}
template <halo::floating T>
constexpr bool stored() {
  return true;
}
}  // namespace

TEST_CASE_TEMPLATE("concepts: a network is stored in float or double", T, float, double) {
  CHECK(stored<T>());
}

TEST_CASE_TEMPLATE("concepts: and in nothing else", T, int, bool, long double, float const, float&,
                   float*) {
  CHECK_FALSE(stored<T>());
}

}  // namespace core_concepts_test
