// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <halo/core/record.hpp>

// How a device hands on what its parts say of themselves.

namespace halo::adapt::detail {

/// One layer of a network in constants: its kind, its outputs, how deep it lies in other layers.
struct described_layer {
  std::string_view kind;
  std::size_t outputs, depth;
  static constexpr void record(auto& self, auto&& f) {
    f.constant("kind", self.kind);
    f.constant("outputs", self.outputs);
    f.constant("depth", self.depth);
  }
};

/// A network in constants.
template <class Network>
struct described {
  static void describe(auto&& f) {
    if constexpr (requires { Network::describe(f); }) {
      Network::describe(f);
    } else {
      f.constant("inputs", Network::inputs);
      for (std::size_t i = 0; i < Network::all_layers; ++i) {
        std::array<char, 20> text{};
        auto const end = std::to_chars(text.data(), text.data() + text.size(), i).ptr;
        auto const layer = Network::layer(i);
        described_layer const d{layer.kind, layer.outputs, layer.path.depth};
        f.part(std::string_view(text.data(), static_cast<std::size_t>(end - text.data())), d);
      }
    }
  }
};

/// A state that hands out its arrays by fields(f) alone.
template <class State>
struct with_fields {
  State* state;
  static void record(auto& self, auto&& f) {
    self.state->fields([&f](std::string_view name, auto values) { f.per_problem(name, values); });
  }
};

/// A type in its name.
template <class V>
struct called {
  static constexpr void describe(auto&& f) { f.constant("name", V::name); }
};

/// Hands on what an optimizer, a policy or the state of one says of itself.
template <class V>
void record_part(std::string_view name, V& value, auto const& f) {
  using plain = std::remove_const_t<V>;
  if constexpr (recordable<plain>) {
    f.part(name, value);
  } else if constexpr (requires(plain& v) { v.fields([](char const*, auto) {}); }) {
    with_fields<plain> part{const_cast<plain*>(&value)};
    f.part(name, part);
  } else if constexpr (requires { plain::name; }) {
    f.template part<called<plain>>(name);
  }
}

}  // namespace halo::adapt::detail
