// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

#include <halo/core/allowed.hpp>

// What whoever looks into a value that describes itself (core/record.hpp) is handed of each field.

namespace halo {

/// What a field is to the value that has it.
enum class field_kind : unsigned char {
  constant,       ///< a template argument that changes the mathematics: part of the identity
  option,         ///< set by the program before a run: part of the identity, checked for its range
  number,         ///< one number of the state
  per_parameter,  ///< state: an array with numbers for each parameter
  per_tensor,     ///< state: an array with numbers for each tensor
  per_problem,    ///< state: any other array
};

/// The name of a field behind those of the parts that it lies in; valid during the call only.
struct field_path {
  field_path const* parent = nullptr;  ///< the part it lies in; null: none
  std::string_view name;               ///< empty: a part that stands in the place of its whole

  /// Hands the names to use(name), outermost first, empty ones left out.
  template <class Use>
  constexpr void each(Use&& use) const {
    if (parent != nullptr) parent->each(use);
    if (!name.empty()) use(name);
  }
};

/// One field of a value: T is const where the value is, an option's and a constant's always.
template <class T>
struct recorded_field {
  using value_type = std::remove_const_t<T>;
  field_kind kind;                       ///< what it is to its value
  std::span<T> values;                   ///< one element for a number; chars for a text
  allowed range{};                       ///< of an option, and of what a file may say of the state
  std::span<std::size_t const> shape{};  ///< its extents; empty: one axis
  /// The range of element i, where not all elements have the same; null: `range`.
  allowed (*range_of)(std::size_t i) = nullptr;
  /// What element i may be in a file.
  [[nodiscard]] constexpr allowed range_at(std::size_t i) const {
    return range_of == nullptr ? range : range_of(i);
  }
  /// Whether its values are letters.
  static constexpr bool is_text = std::same_as<value_type, char>;
  /// Whether steps change it: it is restored, not compared.
  [[nodiscard]] constexpr bool is_state() const noexcept { return kind >= field_kind::number; }
};

}  // namespace halo
