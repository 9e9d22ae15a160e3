// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The networks that nn's tests run, each as a type of halo and in words for the plain loops.

#include <ratio>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/dropout.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/sequential.hpp>

#include "network.hpp"

namespace support {

namespace nn = halo::nn;

struct small_case {
  using network = nn::sequential<nn::linear<5, 4>, nn::tanh, nn::linear<4, 3>>;
  static plain_network plain() { return {5, {{"linear", 4}, {"tanh"}, {"linear", 3}}}; }
};

/// Sizes just over a register; relu in place behind each linear.
struct wide_case {
  using network =
      nn::sequential<nn::linear<37, 33>, nn::relu, nn::linear<33, 17>, nn::relu, nn::linear<17, 5>>;
  static plain_network plain() {
    return {37, {{"linear", 33}, {"relu"}, {"linear", 17}, {"relu"}, {"linear", 5}}};
  }
};

/// An activation that keeps its input, dropout behind activations, a lone output.
struct mixed_case {
  using network = nn::sequential<nn::linear<6, 5>, nn::relu, nn::linear<5, 7>, nn::gelu,
                                 nn::dropout<std::ratio<1, 4>>, nn::linear<7, 4>, nn::softplus,
                                 nn::dropout<>, nn::linear<4, 3>, nn::elu, nn::linear<3, 1>>;
  static plain_network plain() {
    return {6,
            {{"linear", 5},
             {"relu"},
             {"linear", 7},
             {"gelu"},
             {"dropout", 0, 0.25},
             {"linear", 4},
             {"softplus"},
             {"dropout", 0, 0.5},
             {"linear", 3},
             {"elu"},
             {"linear", 1}}};
  }
};

/// Begins and ends without parameters; activations one behind the other; two linears in a row.
struct odd_case {
  using network =
      nn::sequential<halo::shape<6>, nn::dropout<std::ratio<1, 10>>, nn::tanh, nn::linear<6, 5>,
                     nn::linear<5, 4>, nn::sigmoid, nn::gelu, nn::leaky_relu, nn::dropout<>,
                     nn::linear<4, 2>, nn::tanh, nn::leaky_relu>;
  static plain_network plain() {
    return {6,
            {{"dropout", 0, 0.1},
             {"tanh"},
             {"linear", 5},
             {"linear", 4},
             {"sigmoid"},
             {"gelu"},
             {"leaky relu"},
             {"dropout", 0, 0.5},
             {"linear", 2},
             {"tanh"},
             {"leaky relu"}}};
  }
};

/// Normalised first, between linear and relu, and behind an activation that keeps its output.
struct norm_case {
  using network =
      nn::sequential<halo::shape<6>, nn::layer_norm, nn::linear<6, 9>, nn::layer_norm, nn::relu,
                     nn::linear<9, 7>, nn::tanh, nn::layer_norm, nn::linear<7, 3>>;
  static plain_network plain() {
    return {6,
            {{"layer norm"},
             {"linear", 9},
             {"layer norm"},
             {"relu"},
             {"linear", 7},
             {"tanh"},
             {"layer norm"},
             {"linear", 3}}};
  }
};

/// One network run on vectors: forward, loss and backward with everything it needs.
template <class Case, class T, std::size_t Capacity>
struct runner {
  using network = typename Case::network;
  nn::pass pass{.training = true, .noise = halo::seed{5}, .step = 9};
  nn::workspace<network, T, Capacity> work;

  std::vector<T> forward(std::vector<T> const& theta, std::vector<T> const& x) {
    nn::pass p = pass;
    p.rows = x.size() / network::inputs;
    p.capacity = Capacity;
    T const* const y = network::template forward<T*>(p, theta.data(), x.data(), work.arena.data());
    return {y, y + p.rows * network::outputs};
  }
  /// backward after forward, from a given dL/dy, into `gradient` as it stands
  void backward(std::vector<T> const& theta, std::vector<T> const& x, std::vector<T> dy,
                std::vector<T>& gradient, halo::layer_mask mask = halo::layer_mask::all()) {
    nn::pass p = pass;
    p.rows = x.size() / network::inputs;
    p.capacity = Capacity;
    p.layers = mask;
    network::template backward<T*>(p, theta.data(), x.data(), work.arena.data(), dy.data(),
                                   gradient.data());
  }
};

}  // namespace support
