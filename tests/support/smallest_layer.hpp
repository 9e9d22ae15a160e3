// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/nn/sequential.hpp>

namespace support {

/// The smallest layer there is, for those that get one thing wrong.
struct smallest_layer : halo::nn::stateless_layer {
  static constexpr char const* kind = "smallest";
  template <class X>
  static constexpr bool accepts = X::rank == 1;
  template <class X>
  using output = X;
  static constexpr bool elementwise = false, needs_input = true, needs_output = false;
  template <class X, class C, class P>
  static void forward(halo::nn::pass const&, C, C, P, P) noexcept {}
  template <class X, class P>
  static void backward(halo::nn::pass const&, halo::nn::backward_arguments<P> const&) noexcept {}
};

}  // namespace support
