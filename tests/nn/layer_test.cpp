// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/layer.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>

namespace nn_layer_test {

using namespace halo;

namespace {

/// The smallest layer there is: what a user must write.
struct doubling : nn::stateless_layer {
  static constexpr char const* kind = "doubling";
  template <class X>
  static constexpr bool accepts = X::rank == 1;
  template <class X>
  using output = X;
  static constexpr bool elementwise = true, needs_input = false, needs_output = false;
  template <class X, class C, class P>
  static void forward(nn::pass const& p, C, C x, P y, P) noexcept {
    for (std::size_t i = 0; i < p.rows * X::size; ++i) y[i] = 2 * x[i];
  }
  template <class X, class P>
  static void backward(nn::pass const& p, nn::backward_arguments<P> const& a) noexcept {
    if (!a.dx) return;
    for (std::size_t i = 0; i < p.rows * X::size; ++i) a.dx[i] = 2 * a.dy[i];
  }
};
static_assert(nn::layer<doubling, shape<3>>);
static_assert(!nn::layer<doubling, shape<3, 1>>);  // it does not accept that
static_assert(!nn::layer<doubling, int>);

struct without_accepts : doubling {
  void accepts();
};
struct without_kind : doubling {
  void kind();
};
struct without_forward : doubling {
  void forward();
};
struct without_backward : doubling {
  void backward();
};
static_assert(!nn::layer<without_accepts, shape<3>> && !nn::layer<without_kind, shape<3>>);
static_assert(!nn::layer<without_forward, shape<3>> && !nn::layer<without_backward, shape<3>>);

struct owning : doubling {
  template <class X>
  static constexpr std::array<nn::tensor_spec, 3> tensors{
      nn::tensor_spec{"a", {X::size, 4, 0, 0}, 2, parameter_role::weight},
      nn::tensor_spec{"b", {2, 3, 5, 7}, 4, parameter_role::gain},
      nn::tensor_spec{"c", {}, 0, parameter_role::bias}};
};

}  // namespace

TEST_CASE("layer: a tensor counts the product of its extents, a number 1") {
  CHECK(owning::tensors<shape<3>>[0].count() == 12);
  CHECK(owning::tensors<shape<3>>[1].count() == 210);
  CHECK(owning::tensors<shape<3>>[2].count() == 1);
  CHECK(nn::parameter_count<owning, shape<3>>() == 223);
  CHECK(nn::parameter_count<owning, shape<10>>() == 251);
  CHECK(nn::parameter_count<doubling, shape<3>>() == 0);
}

TEST_CASE("layer: a stateless one has nothing to lay out") {
  CHECK(doubling::tensors<shape<3>>.empty());
  CHECK(doubling::memory<shape<3>> == 0);
  CHECK(doubling::operations<shape<3>> == 0);
}

}  // namespace nn_layer_test
