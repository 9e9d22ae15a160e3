// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/pointer.hpp>

#include <doctest/doctest.h>

#include <type_traits>

namespace simd_pointer_test {

namespace simd = halo::simd;

static_assert(std::is_same_v<simd::scalar_of<float const*>, float>);
static_assert(std::is_same_v<simd::element_of<double*>, double>);
static_assert(std::is_same_v<simd::const_of<float*>, float const*>);
static_assert(std::is_same_v<simd::mutable_of<float const*>, float*>);
static_assert(std::is_same_v<simd::pointer_traits<float const*>::register_of<simd::scalar>,
                             simd::batch<float, simd::scalar>>);

namespace {

/// As much of a dual number as broadcast knows.
struct pair {
  float value;
  float tangent;
};
struct pair_register {
  simd::batch<float> value;
  simd::batch<float> tangent;
  pair_register(simd::batch<float> v, simd::batch<float> t) : value(v), tangent(t) {}
};

}  // namespace

TEST_CASE("elements of plain pointers") {
  double x[3] = {1, 2, 3};
  simd::write_element(x, 1, 7);
  CHECK(x[1] == 7);
  CHECK(simd::read_element(x, 2) == 3);
  CHECK(simd::read_element(static_cast<double const*>(x), 0) == 1);
  CHECK(simd::values_of(x) == x);
}

TEST_CASE("broadcast fills numbers and pairs into all lanes") {
  using V = simd::batch<float>;
  CHECK(simd::broadcast<V>(2.5F).get(V::size - 1) == 2.5F);
  auto const both = simd::broadcast<pair_register>(pair{1.0F, 2.0F});
  CHECK(both.value.get(V::size - 1) == 1.0F);
  CHECK(both.tangent.get(0) == 2.0F);
}

}  // namespace simd_pointer_test
