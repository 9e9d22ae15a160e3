// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/planar_conv2d.hpp>

#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include "support/conv2d.hpp"

namespace autodiff_planar_conv2d_test {

using halo::autodiff::dual;
using halo::autodiff::planar;
using halo::kernel::start;

namespace {

/// Integers: products and sums are exact.
struct numbers {
  std::vector<float> value, tangent;
  bool constant;

  numbers(std::size_t size, bool without_tangent, std::uint64_t stream)
      : value(support::integers<float>(size, stream)),
        tangent(support::integers<float>(size, stream + 1)),
        constant(without_tangent) {}
  planar<float const> read() const { return {value.data(), constant ? nullptr : tangent.data()}; }
  planar<float> write() { return {value.data(), tangent.data()}; }
  dual<double> at(std::size_t i) const {
    return {static_cast<double>(value[i]), constant ? 0.0 : static_cast<double>(tangent[i])};
  }
};

/// max(x, 0) · x
struct gated {
  template <class V>
  V operator()(V x) const noexcept {
    return max(x, V(0)) * x;
  }
};

void check(numbers const& got, std::vector<dual<double>> const& expected) {
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    wrong += static_cast<double>(got.value[i]) != expected[i].value;
    wrong += static_cast<double>(got.tangent[i]) != expected[i].tangent;
  }
  CHECK(wrong == 0);
}

/// What a target of n elements starts from.
std::vector<dual<double>> begin(numbers const& before, start from, numbers const& bias) {
  std::vector<dual<double>> sums;
  for (std::size_t i = 0; i < before.value.size(); ++i) {
    if (from == start::zero) sums.push_back(0.0);
    if (from == start::target) sums.push_back(before.at(i));
    if (from == start::bias) sums.push_back(bias.at(i % bias.value.size()));
  }
  return sums;
}

}  // namespace

TEST_CASE("planar_conv2d: sums of products of dual numbers, whatever has no tangent") {
  support::geometry const shapes[] = {
      {support::axis::same(5, 3), support::axis::same(6, 2), 2, 5},
      {support::axis::valid(7, 3, 2), support::axis::same(6, 3, 2, 2), 4, 18, 2}};
  for (auto const& g : shapes)
    for (bool const constant_a : {false, true})
      for (bool const constant_b : {false, true})
        for (bool const constant_bias : {false, true})
          for (start const from : {start::zero, start::target, start::bias}) {
            CAPTURE(constant_a);
            CAPTURE(constant_b);
            CAPTURE(static_cast<int>(from));
            std::size_t const images = 2;
            numbers const bias(g.out, constant_bias, 9);
            numbers const x(images * g.input_size(), constant_a, 1), w(g.weights(), constant_b, 3);
            numbers const dy(images * g.output_size(), constant_a, 5);

            numbers y(images * g.output_size(), false, 7), active = y;
            auto sums = begin(y, from, bias);
            support::for_each_product(images, g, [&](std::size_t i, std::size_t k, std::size_t o) {
              sums[o] += x.at(i) * w.at(k);
            });
            conv2d_forward(images, g, x.read(), w.read(), y.write(), from, bias.read());
            check(y, sums);
            for (auto& s : sums) s = gated{}(s);
            conv2d_forward(images, g, x.read(), w.read(), active.write(), from, bias.read(),
                           gated{});
            check(active, sums);
            if (from == start::bias) continue;

            numbers dx(images * g.input_size(), false, 11);
            sums = begin(dx, from, bias);
            support::for_each_product(images, g, [&](std::size_t i, std::size_t k, std::size_t o) {
              sums[i] += dy.at(o) * w.at(k);
            });
            conv2d_backward_data(images, g, dy.read(), w.read(), dx.write(), from);
            check(dx, sums);

            numbers dw(g.weights(), false, 13);
            numbers const other(images * g.output_size(), constant_b, 15);
            sums = begin(dw, from, bias);
            support::for_each_product(images, g, [&](std::size_t i, std::size_t k, std::size_t o) {
              sums[k] += x.at(i) * other.at(o);
            });
            conv2d_backward_weights(images, g, x.read(), other.read(), dw.write(), from);
            check(dw, sums);
          }
}

}  // namespace autodiff_planar_conv2d_test
