// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>

#include <halo/adapt/refusal.hpp>

// Spans, tensors and single numbers that an adapter is handed, as elements one after the other.

namespace halo::adapt {

/// Anything with elements in memory and a shape: an xtensor container or view.
template <class X>
concept tensor_like = requires(X const& x) {
  x.data();
  x.shape();
  x.dimension();
  x.size();
};

namespace detail {

/// Whether the elements lie one after the other, the last axis fastest.
template <tensor_like X>
[[nodiscard]] bool contiguous(X const& x) noexcept {
  if constexpr (requires { x.strides(); }) {
    std::size_t step = 1;
    for (std::size_t i = x.dimension(); i-- > 0;) {
      auto const extent = static_cast<std::size_t>(x.shape()[i]);
      if (extent != 1 && static_cast<std::size_t>(x.strides()[i]) != step) return false;
      step *= extent;
    }
  }
  return true;
}

/// Elements one after the other, or why there are none.
template <class T>
struct elements {
  std::span<T const> values;
  refusal no{};
};

/// A span, or what converts to one, as it is; or a single element.
template <class T, class X>
[[nodiscard]] elements<T> flat(X const& x, char const*, std::size_t) noexcept {
  constexpr bool fits = std::is_convertible_v<X const&, std::span<T const>> || std::same_as<X, T>;
  static_assert(fits,
                "halo: adapter: the elements are not of the type that the network or its loss "
                "takes (float examples; int32 labels of data::dataset or float targets of "
                "data::regression)");
  if constexpr (std::same_as<X, T>)
    return {{&x, 1}};
  else if constexpr (fits)
    return {x};
  return {};
}

/// The elements of a tensor whose examples have `size` of them: [rows, ...], or one example.
template <class T, tensor_like X>
[[nodiscard]] elements<T> flat(X const& x, char const* name, std::size_t size) noexcept {
  static_assert(std::same_as<std::remove_cvref_t<decltype(*x.data())>, T>,
                "halo: adapter: the tensor's element type is not the one the network or its loss "
                "takes (float examples; int32 labels or float targets)");
  std::size_t const rows = x.dimension() == 0 ? 1 : static_cast<std::size_t>(x.shape()[0]);
  if (x.size() != size && x.size() != rows * size) {
    return {{},
            {misfit::tensor_shape, name, rows, static_cast<double>(size),
             static_cast<double>(x.size())}};
  }
  if (x.size() != 0 && !contiguous(x)) return {{}, {misfit::strides, name}};
  std::size_t offset = 0;
  if constexpr (requires { x.data_offset(); }) offset = static_cast<std::size_t>(x.data_offset());
  return {{x.data() + offset, x.size()}};
}

/// Whether a tensor with as many axes behind its rows as an example of shape S has them in the same
/// order: [3, 28, 28] are no examples of shape<28, 28, 3>. Extents of 1 do not count.
template <class S, tensor_like X>
[[nodiscard]] refusal check_axes(X const& x) noexcept {
  constexpr char const* axis[] = {"x, axis 0", "x, axis 1", "x, axis 2", "x, axis 3", "x, axis 4"};
  constexpr auto is_long = [](std::size_t extent) { return extent != 1; };
  constexpr auto axes = std::count_if(S::extents.begin(), S::extents.end(), is_long);
  std::size_t const first = x.size() == S::size ? 0 : 1;  // an example alone may have no rows
  std::size_t const behind = static_cast<std::size_t>(x.dimension());
  std::ptrdiff_t found = 0;
  for (std::size_t i = first; i < behind; ++i) found += is_long(x.shape()[i]) ? 1 : 0;
  if (axes < 2 || found != axes || x.size() == 0) return {};
  auto wanted = S::extents.begin();
  for (std::size_t i = first; i < behind; ++i) {
    auto const extent = static_cast<std::size_t>(x.shape()[i]);
    if (!is_long(extent)) continue;
    wanted = std::find_if(wanted, S::extents.end(), is_long);
    if (*wanted != extent)
      return {misfit::count, axis[std::min<std::size_t>(i, 4)], 0, static_cast<double>(*wanted),
              static_cast<double>(extent)};
    ++wanted;
  }
  return {};
}

/// The elements of examples of a network.
template <class Network, class X>
[[nodiscard]] elements<float> flat_examples(X const& x) noexcept {
  elements<float> e = flat<float>(x, "x", Network::inputs);
  if constexpr (tensor_like<X> && requires { typename Network::input; })
    if (!e.no) e.no = check_axes<typename Network::input>(x);
  return e;
}

}  // namespace detail
}  // namespace halo::adapt
