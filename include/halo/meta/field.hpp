// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <halo/io/tensor_view.hpp>

namespace halo::meta {

/// A named array that a training goes on from, where it lies: what a checkpoint writes and reads.
struct field {
  std::string name;
  io::dtype type;
  std::size_t count;
  std::span<std::byte> bytes;

  /// For writing; holds neither name nor bytes.
  [[nodiscard]] io::tensor_view view() const& { return {name, type, {count}, bytes}; }
  void view() && = delete;
};

/// An array in somebody else's memory.
template <class T, std::size_t N>
[[nodiscard]] field field_of(std::string name, std::span<T, N> values) {
  return {std::move(name), io::dtype_of<T>(), values.size(), std::as_writable_bytes(values)};
}

/// A number.
template <class T>
[[nodiscard]] field field_of(std::string name, T& value) {
  return field_of(std::move(name), std::span<T, 1>(&value, 1));
}

/// Adds a part's fields as "part.name".
inline void append(std::vector<field>& to, std::string_view part, std::vector<field> fields) {
  for (field& f : fields) {
    f.name = std::string(part).append(".").append(f.name);
    to.push_back(std::move(f));
  }
}

/// The fields of an optimizer's state.
template <class State>
[[nodiscard]] std::vector<field> fields_of(State& state) {
  std::vector<field> all;
  state.fields([&](std::string_view name, auto values) {
    all.push_back(field_of(std::string(name), values));
  });
  return all;
}

}  // namespace halo::meta
