// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/shape.hpp>
#include <halo/nn/block.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/parts_of_block.hpp>
#include <halo/nn/recomputed.hpp>
#include <halo/nn/sequential.hpp>

namespace halo::nn {

namespace detail {

template <std::size_t... Extents, class... L>
block<0, shape<Extents...>, L...> block_of(sequential<shape<Extents...>, L...> const*);

}  // namespace detail

/// The gradient of a network that is never there as a whole: after a backward pass that leaves
/// what it takes in the arena, whoever wants a part of it asks.
///
/// A layer hands out parts if it has
///     L::gradient_bound<X>(pass, backward_arguments)   a bound on its gradient
///     L::gradient_part<X>(pass, backward_arguments, tensor, begin, count, to)
/// such as linear; its dy is kept. Of others the gradient is kept: a convolution's is a fraction of
/// its dy. Elements have the bits that Network::backward gives them.
template <class Network>
class gradient_parts {
  using parts = detail::parts_of_block<decltype(detail::block_of(static_cast<Network*>(nullptr))),
                                       detail::recomputes<Network>()>;

 public:
  /// Whether some layer can be asked.
  static constexpr bool possible = parts::possible;
  /// Most elements that are asked for at a time.
  static constexpr std::size_t most = 256;
  /// Elements of an arena in which forward and this backward run.
  [[nodiscard]] static constexpr std::size_t arena_size(std::size_t capacity) noexcept {
    return parts::arena_size(capacity);
  }

  /// Network::forward, in this arena.
  static float* forward(pass const& p, float const* theta, float const* x, float* arena) noexcept {
    return parts::forward({parts::with_room(p, arena), theta, x, arena, nullptr});
  }

  /// After forward with the same pass, parameters, input and arena, which must stay as they are
  /// while parts are asked for; but of a tensor that was asked for last the parameters may change.
  /// @param dy  [rows, outputs] dL/d output
  /// @param to  `most` elements: where the parts are put
  gradient_parts(pass const& p, float const* theta, float const* x, float* arena, float const* dy,
                 float* to) noexcept
      : memory_{parts::with_room(p, arena), theta, x, arena, dy},
        to_(to),
        bound_(parts::run(memory_)) {}

  /// A bound on the magnitude of the gradient of the layers that learn; infinity or NaN if not
  /// known to be finite.
  [[nodiscard]] float bound() const noexcept { return bound_; }

  /// Elements begin ... begin + count of tensor i, until the next call.
  /// @pre count is at most `most`, and the tensor's layer is one that learns
  [[nodiscard]] float const* operator()(std::size_t i, std::size_t begin,
                                        std::size_t count) const noexcept {
    return parts::part(memory_, i, begin, count, to_);
  }

 private:
  typename parts::memory memory_;
  float* to_;
  float bound_;
};

}  // namespace halo::nn
