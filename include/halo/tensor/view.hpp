// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

#include <halo/core/assert.hpp>
#include <halo/core/shape.hpp>
#include <halo/tensor/array.hpp>
#include <halo/tensor/xt.hpp>

namespace halo::tensor {

/// An xtensor over memory that somebody else owns: Rank axes, row-major; T may be const.
///
/// Valid as long as the memory is. Making, copying and reading one allocates nothing. A copy of
/// the view refers to the same elements; assigning an xtensor expression writes them.
template <class T, std::size_t Rank>
using array_view = xt::xtensor_adaptor<
    xt::xbuffer_adaptor<T*, xt::no_ownership, std::allocator<std::remove_const_t<T>>>, Rank,
    xt::layout_type::row_major>;

/// View of the elements at data; there are as many as the extents multiply to.
template <class T, std::size_t Rank>
[[nodiscard]] array_view<T, Rank> view(T* data, std::array<std::size_t, Rank> const& extents) {
  std::size_t size = 1;
  for (std::size_t extent : extents) size *= extent;
  using storage = typename array_view<T, Rank>::storage_type;
  return array_view<T, Rank>(storage(data, size), extents);
}

/// View of a span; its size is the product of the extents.
template <class T, std::size_t N, std::size_t Rank>
[[nodiscard]] array_view<T, Rank> view(std::span<T, N> data,
                                       std::array<std::size_t, Rank> const& extents) {
  array_view<T, Rank> result = view(data.data(), extents);
  HALO_EXPECTS(result.size() == data.size(), "tensor::view: the span has the size of the shape");
  return result;
}

/// View of a span with a shape that the compiler knows.
template <class T, std::size_t N, std::size_t... Extents>
[[nodiscard]] array_view<T, sizeof...(Extents)> view(std::span<T, N> data, shape<Extents...>) {
  static_assert(N == std::dynamic_extent || N == shape<Extents...>::size,
                "halo: tensor::view: the span has the size of the shape");
  return view(data, shape<Extents...>::extents);
}

/// View of `count` examples of a static shape, one after the other: [count, Extents...].
template <class T, std::size_t N, std::size_t... Extents>
[[nodiscard]] array_view<T, 1 + sizeof...(Extents)> view(std::span<T, N> data, std::size_t count,
                                                         shape<Extents...>) {
  return view(data, std::array<std::size_t, 1 + sizeof...(Extents)>{count, Extents...});
}

/// View of a whole container, without copying.
template <class T, std::size_t Rank>
[[nodiscard]] array_view<T, Rank> view(array<T, Rank>& x) {
  return view(x.data(), x.shape());
}
template <class T, std::size_t Rank>
[[nodiscard]] array_view<T const, Rank> view(array<T, Rank> const& x) {
  return view(static_cast<T const*>(x.data()), x.shape());
}

}  // namespace halo::tensor
