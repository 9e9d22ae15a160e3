// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <halo/core/cost.hpp>
#include <halo/nn/cost.hpp>

namespace halo::energy {

/// What a pass is for.
enum class way : unsigned char {
  forward,     ///< through a layer
  back,        ///< what dL/dx and dL/dθ of a layer share
  to_data,     ///< dL/dx beside it
  to_weights,  ///< dL/dθ beside it
  loss,        ///< the loss and its gradient
  optimizer,   ///< the step of the parameters
};

/// One pass of a step: what a model of energy is asked about.
struct pass {
  energy::way way = way::forward;  ///< what it is for
  cost taken{};                    ///< what it takes, of all its examples
  nn::layer_product product{};     ///< of the layer; none of loss and optimizer
  std::size_t rows = 0;            ///< examples
  bool first = false;              ///< of the layer whose input is the network's
};

/// A model of a machine: m.joules(pass), never negative, and a word for it.
template <class M>
concept model = std::is_nothrow_move_constructible_v<M> && requires(M const& m, pass const& p) {
  { m.joules(p) } -> std::convertible_to<double>;
  { M::name } -> std::convertible_to<char const*>;
};

}  // namespace halo::energy
