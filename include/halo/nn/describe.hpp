// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <halo/core/shape.hpp>
#include <halo/nn/window.hpp>

// How a network says in constants (core/record.hpp) what it computes: kind, output and template
// arguments of each layer, under its position, so that no run goes on under another one.

namespace halo::nn::detail {

/// Digits that end at the end of an array.
struct digits {
  std::array<char, 20> text{};
  std::size_t first = text.size();
  constexpr explicit digits(std::size_t n) noexcept {
    do text[--first] = static_cast<char>('0' + n % 10);
    while ((n /= 10) > 0);
  }
  [[nodiscard]] constexpr std::string_view view() const noexcept {
    return {text.data() + first, text.size() - first};
  }
};

/// The extents of a shape: "28x28x1".
template <class X>
inline constexpr auto extents_text = [] {
  struct {
    std::array<char, 21 * X::rank + 1> text{};
    std::size_t size = 0;
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {text.data(), size}; }
  } t;
  for (std::size_t i = 0; i < X::rank; ++i) {
    if (i > 0) t.text[t.size++] = 'x';
    digits const extent(X::extents[i]);
    for (char const c : extent.view()) t.text[t.size++] = c;
  }
  return t;
}();

/// Height and width of a window.
struct described_window {
  std::size_t height, width;
  static constexpr void record(auto& self, auto&& f) {
    f.constant("height", self.height);
    f.constant("width", self.width);
  }
};
constexpr void describe_window(std::string_view name, window w, auto&& f) {
  described_window const both{w.height, w.width};
  f.part(name, both);
}

/// A fraction by its two numbers.
template <class Ratio>
struct described_ratio {
  static constexpr void describe(auto&& f) {
    f.constant("num", static_cast<std::int64_t>(Ratio::num));
    f.constant("den", static_cast<std::int64_t>(Ratio::den));
  }
};

/// Whether the name of a type shows template arguments.
template <class L>
[[nodiscard]] consteval bool has_arguments() {
  std::string_view const name = __PRETTY_FUNCTION__;
  return name.find('<', name.find("L = ")) != std::string_view::npos;
}

/// What layer L on examples of shape X says of itself.
template <class L, class X>
struct described_layer {
  static constexpr void describe(auto&& f) {
    constexpr auto output = extents_text<typename L::template output<X>>;
    f.constant("kind", L::kind);
    f.constant("output", output.view());
    if constexpr (requires { L::template describe_layers<X>(f); }) {
      L::template describe_layers<X>(f);
    } else if constexpr (requires { L::describe(f); }) {
      L::describe(f);
    } else {
      static_assert(!has_arguments<L>(),
                    "halo: layer: a layer with template arguments says which, so that no run goes "
                    "on under others: `static constexpr void describe(auto&& f) { "
                    "f.constant(\"stride\", Stride); }`");
    }
  }
};

}  // namespace halo::nn::detail
