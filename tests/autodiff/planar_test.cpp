// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/planar.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <halo/core/random.hpp>
#include <halo/kernel/activation.hpp>
#include <halo/kernel/bias.hpp>
#include <halo/kernel/mean_square.hpp>
#include <halo/kernel/softmax.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

namespace autodiff_planar_test {

namespace simd = halo::simd;
using halo::autodiff::dual;
using halo::autodiff::planar;
using halo::autodiff::planes;

static_assert(std::is_same_v<halo::autodiff::storage<float, 7>, halo::aligned_array<float, 7>>);
static_assert(std::is_same_v<halo::autodiff::storage<dual<float>, 7>, planes<float, 7>>);
static_assert(std::is_convertible_v<planar<float>, planar<float const>>);
static_assert(!std::is_convertible_v<planar<float const>, planar<float>>);
static_assert(std::is_same_v<simd::const_of<planar<float>>, planar<float const>>);
static_assert(std::is_same_v<simd::mutable_of<planar<float const>>, planar<float>>);
static_assert(std::is_same_v<simd::scalar_of<planar<double const>>, double>);
static_assert(std::is_same_v<simd::element_of<planar<double const>>, dual<double>>);

TEST_CASE("planes start at zero, aligned, and are read and written as dual numbers") {
  planes<float, 5> storage;
  planar<float> const p = storage.data();
  CHECK(reinterpret_cast<std::uintptr_t>(p.value) % halo::alignment == 0);
  CHECK(reinterpret_cast<std::uintptr_t>(p.tangent) % halo::alignment == 0);
  for (std::size_t i = 0; i < storage.size(); ++i) {
    CHECK(read_element(p, i).value == 0.0F);
    CHECK(read_element(p, i).tangent == 0.0F);
  }
  write_element(p, 3, dual<float>(2.0F, 0.5F));
  auto const& frozen = storage;
  planar<float const> const q = frozen.data() + 3;
  CHECK(read_element(q, 0).value == 2.0F);
  CHECK(read_element(q, 0).tangent == 0.5F);
  CHECK(q == planar<float const>(p + 3));
}

TEST_CASE("a null tangent is zero and stays null") {
  float const data[3] = {1.0F, 2.0F, 3.0F};
  planar<float const> p(data, nullptr);
  CHECK(p != nullptr);
  CHECK(static_cast<bool>(p));
  p += 1;
  CHECK(p.value == data + 1);
  CHECK(p.tangent == nullptr);
  CHECK(read_element(p, 1).value == 3.0F);
  CHECK(read_element(p, 1).tangent == 0.0F);
  CHECK(planar<float const>() == nullptr);
  CHECK(!planar<float>(nullptr));
}

TEST_CASE_TEMPLATE("chunks load and store both planes, whatever the size", T, float, double) {
  constexpr std::size_t most = 67;
  for (std::size_t n : {0UL, 1UL, 7UL, 8UL, 9UL, 16UL, 17UL, 64UL, 65UL}) {
    CAPTURE(n);
    planes<T, most> x, y;
    for (std::size_t i = 0; i < most; ++i)
      write_element(x.data(), i, dual<T>(static_cast<T>(i) + T(1), static_cast<T>(i) * T(0.5)));
    planar<T const> const from = x.data();
    planar<T> const to = y.data();
    simd::for_each_chunk<T>(n, [=](auto chunk) { chunk.store(to, chunk.load(from) * T(2)); });
    for (std::size_t i = 0; i < most; ++i) {
      CHECK(read_element(to, i).value == (i < n ? 2 * from.value[i] : T(0)));
      CHECK(read_element(to, i).tangent == (i < n ? 2 * from.tangent[i] : T(0)));
    }
    planar<T const> const constant(from.value, nullptr);
    simd::for_each_chunk<T>(n, [=](auto chunk) { chunk.store(to, chunk.load(constant)); });
    for (std::size_t i = 0; i < n; ++i) CHECK(read_element(to, i).tangent == T(0));
  }
}

namespace {

/// Runs kernel(planar in, planar out) on x + εv and compares the tangents of the n outputs with
/// central differences of its values.
template <class Kernel>
void check_kernel(std::size_t inputs, std::size_t outputs, Kernel kernel) {
  halo::generator random(halo::seed{5});
  std::vector<double> x(inputs), v(inputs), y(outputs), dy(outputs), above(outputs), below(outputs),
      ignored(outputs);
  for (double& e : x) e = static_cast<double>(random.normal());
  for (double& e : v) e = static_cast<double>(random.normal());
  kernel(planar<double const>(x.data(), v.data()), planar<double>(y.data(), dy.data()));
  double const h = 1e-5;
  auto const moved = [&](double by, std::vector<double>& out) {
    std::vector<double> at = x;
    for (std::size_t i = 0; i < inputs; ++i) at[i] += by * v[i];
    kernel(planar<double const>(at.data(), nullptr), planar<double>(out.data(), ignored.data()));
  };
  moved(h, above);
  moved(-h, below);
  for (std::size_t i = 0; i < outputs; ++i) {
    CAPTURE(i);
    CHECK(dy[i] == doctest::Approx((above[i] - below[i]) / (2 * h)).epsilon(1e-7));
  }
}

}  // namespace

TEST_CASE("kernels written for registers differentiate on planes") {
  namespace kernel = halo::kernel;
  constexpr std::size_t n = 37;
  auto const activation = [](auto f) {
    check_kernel(n, n, [f](auto x, auto y) { kernel::activation_forward(f, n, x, y); });
    check_kernel(n, n, [f](planar<double const> x, planar<double> y) {
      kernel::activation_backward(f, n, x, x, y);
    });
  };
  activation(kernel::relu{});
  activation(kernel::leaky_relu{});
  activation(kernel::tanh{});
  activation(kernel::sigmoid{});
  activation(kernel::elu{});
  activation(kernel::softplus{});
  activation(kernel::gelu{});
  check_kernel(20, 5, [](auto x, auto y) { kernel::column_sum(4, 5, x, y); });
  for (std::size_t classes : {3UL, 21UL}) {  // few and many
    std::vector<std::int32_t> const labels{2, 0, 1};
    check_kernel(3 * classes, 3 * classes,
                 [&](auto x, auto y) { kernel::softmax(3, classes, x, y); });
    check_kernel(3 * classes, 3 * classes + 1, [&](auto x, planar<double> y) {
      write_element(y, 3 * classes, kernel::softmax_cross_entropy(3, classes, x, labels.data(), y));
    });
  }
  std::vector<double> const target(6, 0.25);
  check_kernel(6, 7, [&](auto x, planar<double> y) {
    write_element(y, 6, kernel::mean_square(2, 3, x, target.data(), y));
  });
}

TEST_CASE("planar: elements are read and assigned by index, values and tangents alike") {
  std::vector<double> value{1, 2, 3}, tangent{0.5, -1, 4};
  planar<double> const p(value.data(), tangent.data());
  planar<double const> const constants(value.data(), nullptr);
  static_assert(std::is_same_v<decltype(constants[0]), dual<double>>);
  CHECK(constants[1].value == 2);
  CHECK(constants[1].tangent == 0);
  p[0] = p[1] * p[2];
  CHECK(value[0] == 6);
  CHECK(tangent[0] == 2 * 4 + -1 * 3);
  p[0] += constants[1] * 2;
  p[1] -= p[2];
  p[2] *= 2;
  p[2] /= simd::exp(dual<double>(0.0, 1.0));
  CHECK(value == std::vector<double>{10, -1, 6});
  CHECK(tangent == std::vector<double>{5, -5, 8 - 6});
  p[1] = p[2];  // an element, not a reference
  CHECK(value[1] == 6);
  CHECK(tangent[1] == 2);
  p[1] = 0;
  CHECK(value[1] == 0);
  CHECK(tangent[1] == 0);
  auto const both = simd::tanh(p[0]) + simd::sigmoid(p[0]) + simd::log(p[0]) + simd::asinh(p[0]);
  dual<double> const x(10, 5);
  CHECK(both.tangent == (tanh(x) + sigmoid(x) + log(x) + asinh(x)).tangent);
}

}  // namespace autodiff_planar_test
