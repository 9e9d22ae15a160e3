// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/gru.hpp>

#include <doctest/doctest.h>

#include <cstddef>

#include "../support/recurrent_kernel.hpp"

namespace kernel_gru_test {

namespace {

using namespace halo;
using kernel::recurrent_geometry;

struct gru {
  static std::size_t parameters(recurrent_geometry const& g) {
    return (g.inputs + g.units + 1) * 3 * g.units + g.units;
  }
  static std::size_t memory(recurrent_geometry const& g) { return kernel::gru_memory::size(g); }
  static std::size_t scratch(recurrent_geometry const& g) { return kernel::gru_scratch(g); }
  template <class T>
  static void forward(std::size_t rows, recurrent_geometry const& g, T const* x, T const* theta,
                      T* y, T* memory) {
    kernel::gru_forward<simd::default_arch, T*>(rows, g, x, theta, y, memory);
  }
  template <class T>
  static void backward(std::size_t rows, recurrent_geometry const& g, T const* theta, T* memory,
                       T const* dy, T* dx, T* gradient, T* scratch) {
    kernel::gru_backward<simd::default_arch, T*>(rows, g, theta, memory, dy, dx, gradient, scratch);
  }
  static constexpr support::plain_cell cell = support::plain_gru;
  static std::size_t width(recurrent_geometry const& g) { return g.units; }
};

}  // namespace

TEST_CASE("gru: forward as a plain loop, in double and in float") { support::check_forward<gru>(); }
TEST_CASE("gru: backward as finite differences of the plain loop, gradients cut where told") {
  support::check_backward<gru>();
}
TEST_CASE("gru: what is left out of backward changes no bit of the rest") {
  support::check_parts<gru>();
}
TEST_CASE("gru: NaN in one example is NaN in its output and in no other") {
  support::check_nan<gru>();
}

}  // namespace kernel_gru_test
