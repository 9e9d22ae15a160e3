// SPDX-License-Identifier: BSD-3-Clause
// What values and devices weigh.
#include <cstddef>
#include <type_traits>

#include <halo/adapt/adapter.hpp>
#include <halo/autodiff/dual.hpp>
#include <halo/autodiff/planar.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/sgd.hpp>

using namespace halo;

namespace {

static_assert(sizeof(layer_mask) == 16 && sizeof(seed) == 8 && sizeof(generator) == 24);
static_assert(std::is_trivially_copyable_v<layer_mask> && std::is_trivially_copyable_v<generator>);
static_assert(sizeof(autodiff::dual<float>) == 2 * sizeof(float));
static_assert(sizeof(autodiff::planar<float>) == 2 * sizeof(float*));
static_assert(sizeof(aligned_array<float, 16>) == 64 && alignof(aligned_array<float, 1>) == 64);

using network = nn::sequential<nn::linear<128, 64>, nn::relu, nn::linear<64, 6>>;
constexpr std::size_t lines(std::size_t floats) { return (floats * sizeof(float) + 63) / 64 * 64; }
constexpr std::size_t work = lines(network::arena_size(64)) + lines(network::outputs * 64);

// Parameters, gradient, state, workspace, a table of layer probabilities, and what counts, guards
// and freezes.
using plain = adapt::adapter<network, nn::cross_entropy, optim::sgd, 64>;
static_assert(sizeof(plain) >= 2 * lines(network::parameters) + work);
static_assert(sizeof(plain) <=
              2 * lines(network::parameters) + work + sizeof(optim::selection) + 320);
using adam = adapt::adapter<network, nn::cross_entropy, optim::adam, 64>;
static_assert(sizeof(adam) >= 4 * lines(network::parameters) + work);
static_assert(sizeof(adam) <=
              4 * lines(network::parameters) + work + sizeof(optim::selection) + 320);
static_assert(sizeof(adam) < 256 * 1024);  // as README says

}  // namespace
