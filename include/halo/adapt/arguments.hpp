// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

#include <halo/core/error.hpp>

// What an adapter is handed, looked at before anything moves.

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

/// A span, or what converts to one, as it is.
template <class T, class X>
[[nodiscard]] std::span<T const> flat(X const& x, char const*, std::size_t) noexcept {
  return x;
}

/// The elements of a tensor whose examples have `size` of them: [rows, ...], or one example.
/// @throws halo::error where examples have another size, or elements do not lie side by side
template <class T, tensor_like X>
[[nodiscard]] std::span<T const> flat(X const& x, char const* name, std::size_t size) {
  static_assert(std::same_as<std::remove_cvref_t<decltype(*x.data())>, T>,
                "halo: adapter: the tensor's element type is not the one the network or its loss "
                "takes (float examples; int32 labels or float targets)");
  std::size_t const rows = x.dimension() == 0 ? 1 : static_cast<std::size_t>(x.shape()[0]);
  if (x.size() != size && x.size() != rows * size) {
    std::string found = "[";
    for (auto extent : x.shape()) found += (found.size() > 1 ? ", " : "") + std::to_string(extent);
    fail("adapter", name, "examples of " + std::to_string(size) + " numbers", found + ']');
  }
  if (x.size() != 0 && !contiguous(x)) {
    fail("adapter", name, "elements one after the other", "a view with other strides");
  }
  std::size_t offset = 0;
  if constexpr (requires { x.data_offset(); }) offset = static_cast<std::size_t>(x.data_offset());
  return {x.data() + offset, x.size()};
}

/// How many examples these are, at most `most`.
/// @throws halo::error for other numbers of elements, no or too many examples, labels outside the
///         outputs
template <class Network, class Loss>
[[nodiscard]] std::size_t checked_rows(std::span<float const> x,
                                       std::span<typename Loss::target const> t, std::size_t most) {
  std::size_t const rows = x.size() / Network::inputs;
  if (rows == 0 || x.size() != rows * Network::inputs) {
    fail("adapter", "x", "examples of " + std::to_string(Network::inputs) + " numbers",
         std::to_string(x.size()) + " numbers");
  }
  if (rows > most) {
    fail("adapter", "x", "at most " + std::to_string(most) + " examples", std::to_string(rows));
  }
  std::size_t const targets = rows * Loss::targets(Network::outputs);
  if (t.size() != targets) {
    fail("adapter", "targets",
         std::to_string(targets) + " for " + std::to_string(rows) + " examples",
         std::to_string(t.size()));
  }
  if constexpr (std::integral<typename Loss::target>) {
    for (std::size_t i = 0; i < t.size(); ++i) {
      if (t[i] < 0 || static_cast<std::size_t>(t[i]) >= Network::outputs) {
        fail("adapter", "label of example " + std::to_string(i),
             "0 to " + std::to_string(Network::outputs - 1), std::to_string(t[i]));
      }
    }
  }
  return rows;
}

/// @throws halo::error if there are not `size` parameters, followed or not by the network's running
///         statistics, or one is not finite
inline void check_parameters(std::span<float const> parameters, std::size_t size,
                             std::size_t statistics = 0, char const* what = "parameters") {
  if (parameters.size() != size && parameters.size() != size + statistics) {
    fail("adapter", what,
         std::to_string(size) +
             (statistics == 0 ? "" : " or, with statistics, " + std::to_string(size + statistics)) +
             " of this network",
         std::to_string(parameters.size()));
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!std::isfinite(parameters[i])) {
      fail("adapter", "parameter " + std::to_string(i), "a finite number",
           std::to_string(parameters[i]));
    }
  }
}

}  // namespace detail
}  // namespace halo::adapt
