// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include <halo/core/parameter_table.hpp>
#include <halo/core/random.hpp>

namespace halo::task {

/// Which examples a mini-batch comes from.
enum class part : unsigned char { train, held_out };

/// A problem that optimizers are trained on: parameters with a layout, a start, and mini-batches
/// that are named by a number, so that any of them can be had again.
///
/// P::layout, P::scalar
/// p.start(seed, theta)                              draws initial parameters
/// p.value_and_gradient(part, draw, theta, g)        loss of mini-batch `draw`; g may be null
/// p.hessian_vector_product(draw, theta, v, product) of a training mini-batch: H·v
/// p.rows()                                          training examples
template <class P>
concept task = parameter_layout<typename P::layout> &&
               requires(P& p, seed s, std::uint64_t draw, typename P::scalar* x,
                        typename P::scalar const* theta) {
                 p.start(s, x);
                 {
                   p.value_and_gradient(part::train, draw, theta, x)
                 } -> std::convertible_to<double>;
                 p.hessian_vector_product(draw, theta, theta, x);
                 { p.rows() } -> std::convertible_to<std::size_t>;
               };

}  // namespace halo::task
