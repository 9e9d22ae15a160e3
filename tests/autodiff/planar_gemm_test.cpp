// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/planar_gemm.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <halo/core/random.hpp>

namespace autodiff_planar_gemm_test {

using halo::autodiff::dual;
using halo::autodiff::planar;
using halo::kernel::operand;
using halo::kernel::start;

namespace {

template <class T>
struct matrix {
  std::vector<T> value, tangent;
  bool constant;

  matrix(std::size_t size, bool without_tangent, halo::generator& random)
      : value(size), tangent(size), constant(without_tangent) {
    for (T& e : value) e = static_cast<T>(random.normal());
    for (T& e : tangent) e = static_cast<T>(random.normal());
  }
  planar<T const> read() const { return {value.data(), constant ? nullptr : tangent.data()}; }
  planar<T> write() { return {value.data(), tangent.data()}; }
};

struct shape {
  std::size_t m, n, k;
};

struct doubled_tanh {
  template <class V>
  V operator()(V x) const noexcept {
    return tanh(x) * 2;
  }
};

template <class T>
void check_product(shape s, bool transpose_a, bool transpose_b, bool constant_a, bool constant_b,
                   bool constant_bias, start from, bool activated) {
  halo::generator random(halo::seed{11}, s.m * 100 + s.n * 10 + s.k);
  std::size_t const pad = 3;
  std::size_t const a_stride = (transpose_a ? s.m : s.k) + pad;
  std::size_t const b_stride = (transpose_b ? s.k : s.n) + pad;
  std::size_t const c_stride = s.n + pad;
  matrix<T> const a((transpose_a ? s.k : s.m) * a_stride, constant_a, random);
  matrix<T> const b((transpose_b ? s.n : s.k) * b_stride, constant_b, random);
  matrix<T> const bias(s.n, constant_bias, random);
  matrix<T> c(s.m * c_stride, false, random);
  matrix<T> const before = c;
  using gemm_operand = operand<planar<T const>>;
  gemm_operand const left{a.read(), a_stride, transpose_a};
  gemm_operand const right{b.read(), b_stride, transpose_b};
  if (activated)
    gemm(s.m, s.n, s.k, left, right, c.write(), c_stride, from, bias.read(), doubled_tanh{});
  else
    gemm(s.m, s.n, s.k, left, right, c.write(), c_stride, from, bias.read());

  T const tolerance = T(8) * std::numeric_limits<T>::epsilon() * static_cast<T>(s.k + 1);
  for (std::size_t i = 0; i < s.m; ++i) {
    for (std::size_t j = 0; j < c_stride; ++j) {
      dual<T> expected = read_element(const_cast<matrix<T>&>(before).write(), i * c_stride + j);
      if (j < s.n) {
        if (from == start::zero) expected = dual<T>(T(0));
        if (from == start::bias) expected = read_element(bias.read(), j);
        for (std::size_t l = 0; l < s.k; ++l)
          expected += read_element(a.read(), transpose_a ? l * a_stride + i : i * a_stride + l) *
                      read_element(b.read(), transpose_b ? j * b_stride + l : l * b_stride + j);
        if (activated) expected = tanh(expected) * 2;
      }
      dual<T> const found = read_element(c.write(), i * c_stride + j);
      CHECK(std::abs(found.value - expected.value) <= tolerance * (1 + std::abs(expected.value)));
      CHECK(std::abs(found.tangent - expected.tangent) <=
            4 * tolerance * (1 + std::abs(expected.tangent)));
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("the product of dual matrices, every variant", T, float, double) {
  for (shape const s : {shape{1, 1, 1}, shape{3, 5, 4}, shape{17, 33, 9}}) {
    for (unsigned bits = 0; bits < 64; ++bits) {
      auto const bit = [bits](unsigned i) { return ((bits >> i) & 1U) != 0; };
      CAPTURE(s.m);
      CAPTURE(bits);
      for (start const from : {start::zero, start::target, start::bias})
        check_product<T>(s, bit(0), bit(1), bit(2), bit(3), bit(4), from, bit(5));
    }
  }
}

TEST_CASE("a sum without terms is where it starts") {
  double c[2] = {5, 6}, c_tangent[2] = {7, 8};
  double const bias[2] = {1, 2}, bias_tangent[2] = {3, 4};
  operand<planar<double const>> const nothing{{c, c_tangent}, 1};
  gemm(1, 2, 0, nothing, nothing, planar<double>(c, c_tangent), 2, start::target);
  CHECK(c[1] == 6);
  CHECK(c_tangent[1] == 8);
  gemm(1, 2, 0, nothing, nothing, planar<double>(c, c_tangent), 2, start::bias,
       planar<double const>(bias, bias_tangent));
  CHECK(c[1] == 2);
  CHECK(c_tangent[1] == 4);
  gemm(1, 2, 0, nothing, nothing, planar<double>(c, c_tangent), 2);
  CHECK(c[0] == 0);
  CHECK(c_tangent[0] == 0);
}

}  // namespace autodiff_planar_gemm_test
