// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: a layer with template arguments says which, so that no run goes on under
#include <halo/nn/sequential.hpp>

using namespace halo;

template <int Power>
struct power : nn::stateless_layer {
  static constexpr char const* kind = "power";
  template <class X>
  static constexpr bool accepts = true;
  template <class X>
  using output = X;
  static constexpr bool elementwise = false, needs_input = true, needs_output = false;
  template <class X, class C, class P>
  static void forward(nn::pass const&, C, C, P, P) noexcept {}
  template <class X, class P>
  static void backward(nn::pass const&, nn::backward_arguments<P> const&) noexcept {}
};

struct ignore {
  void constant(auto const&...) const {}
  template <class V>
  void part(auto const&...) const {
    V::describe(*this);
  }
};

int main() { nn::sequential<shape<3>, power<2>>::describe(ignore{}); }
