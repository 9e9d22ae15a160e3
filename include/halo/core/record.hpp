// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <halo/core/allowed.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/core/recorded_field.hpp>

// How a value describes itself, once, for everything that looks into values: checkpoints, the
// identity of a run, the ranges of options.
//
//     struct adam {
//       float rate = 1e-3F;
//       static constexpr void record(auto& self, auto&& f) {
//         f.constant("name", "adam");
//         f.option("rate", self.rate, allowed::positive());
//       }
//     };
//     halo::walk(adam{}, [](halo::field_path const& path, auto field) { ... });

namespace halo {

namespace detail {
/// Any name, not looked at: the names and what measures their length stay out of the program.
struct no_name {
  constexpr no_name() noexcept = default;
  constexpr no_name(auto const&) noexcept {}
  constexpr operator std::string_view() const noexcept { return {}; }
};
}  // namespace detail

/// What a value's record() is handed: forwards each field to visit(path, recorded_field<T>).
///
/// Numbers are of arithmetic type; bool and enumerations are handed on as unsigned and underlying
/// integers. Behind the fields of a part, visit.leave(part) is called where the visitor has it; who
/// has written to them there calls part.restored() where the part has that.
/// Ranges are what numbers may be in a file from elsewhere; floats are finite there in any case.
/// A visitor with a static member `nameless` is handed empty names. Holds pointers only and
/// allocates nothing.
template <class Visit>
class recorder {
 public:
  /// A field's name; of a visitor that says `nameless`, a place where none is kept.
  using name_type =
      std::conditional_t<requires { Visit::nameless; }, detail::no_name, std::string_view>;
  /// Hands what is named to visit, under the path of a part.
  constexpr explicit recorder(Visit& visit, field_path const* inside = nullptr) noexcept
      : visit_(&visit), inside_(inside) {}

  /// What is handed the fields.
  [[nodiscard]] constexpr Visit& visitor() const noexcept { return *visit_; }
  /// The part that the fields lie in, nullptr for the whole.
  [[nodiscard]] constexpr field_path const* inside() const noexcept { return inside_; }

  /// A template argument: a number, an enumeration or a text.
  template <class T>
  constexpr void constant(name_type name, T const& value) const {
    if constexpr (std::convertible_to<T const&, std::string_view>) {
      std::string_view const text = value;
      emit(name, field_kind::constant, std::span<char const>(text.data(), text.size()));
    } else {
      scalar(name, field_kind::constant, value, {});
    }
  }
  /// A number that the program chooses, and the range it is to be chosen from.
  template <class T>
  constexpr void option(name_type name, T const& value, allowed range) const {
    scalar(name, field_kind::option, value, range);
  }
  /// A yes, a no, or a choice.
  template <class T>
    requires std::same_as<T, bool> || std::is_enum_v<T>
  constexpr void option(name_type name, T const& value) const {
    scalar(name, field_kind::option, value, {});
  }
  /// A number without its range, which is a mistake.
  template <class T>
  constexpr void option(name_type, T const&) const {
    static_assert(std::same_as<T, bool>,
                  "halo: record: an option that is a number has a range, "
                  "such as f.option(\"rate\", self.rate, allowed::positive())");
  }
  /// Several, each from the same range.
  template <class T, std::size_t N>
  constexpr void options(name_type name, std::span<T, N> values, allowed range) const {
    emit(name, field_kind::option, std::span<T const>(values), range);
  }
  /// A number that a run changes.
  template <class T>
  constexpr void number(name_type name, T& value, allowed range = {}) const {
    scalar(name, field_kind::number, value, range);
  }
  /// An array with numbers for each parameter, each within the range.
  template <class T, std::size_t N>
  constexpr void per_parameter(name_type name, std::span<T, N> values, allowed range = {}) const {
    emit(name, field_kind::per_parameter, std::span<T>(values), range);
  }
  /// The same with a range for each element.
  template <class T, std::size_t N>
  constexpr void per_parameter(name_type name, std::span<T, N> values,
                               allowed (*range_of)(std::size_t i)) const {
    (*visit_)(field_path{inside_, name},
              recorded_field<T>{field_kind::per_parameter, values, {}, {}, range_of});
  }
  /// An array with numbers for each tensor.
  template <class T, std::size_t N>
  constexpr void per_tensor(name_type name, std::span<T, N> values, allowed range = {}) const {
    emit(name, field_kind::per_tensor, std::span<T>(values), range);
  }
  /// Any other array.
  template <class T, std::size_t N>
  constexpr void per_problem(name_type name, std::span<T, N> values, allowed range = {}) const {
    emit(name, field_kind::per_problem, std::span<T>(values), range);
  }
  /// An array of the state with more axes than one.
  ///
  /// @param shape  extents whose product is the number of values
  template <class T, std::size_t N>
  constexpr void tensor(name_type name, std::span<T, N> values, std::span<std::size_t const> shape,
                        allowed range = {}) const {
    (*visit_)(field_path{inside_, name},
              recorded_field<T>{field_kind::per_parameter, std::span<T>(values), range, shape});
  }
  /// The tensors of a layout, each under its own name and with its shape.
  ///
  /// @param values  Layout::size numbers
  /// @param gains   range of those in the role of a gain: among running statistics the variances
  template <parameter_layout Layout, class T, std::size_t N>
  constexpr void tensors(std::span<T, N> values, allowed gains = {}) const {
    for (std::size_t i = 0; i != Layout::tensors; ++i) {
      parameter_info const& t = Layout::table[i];
      tensor(t.name(), values.subspan(t.offset, t.count), std::span(t.extents).first(t.rank),
             t.role == parameter_role::gain ? gains : allowed{});
    }
  }
  /// A value that describes itself; its fields stand behind `name`, where that is not empty.
  template <class V>
  constexpr void part(name_type name, V& value) const {
    field_path const path{inside_, name};
    std::remove_const_t<V>::record(value, recorder(*visit_, &path));
    if constexpr (requires { visit_->leave(value); }) visit_->leave(value);
  }
  /// A type that describes itself by constants alone, V::describe(f).
  template <class V>
  constexpr void part(name_type name) const {
    field_path const path{inside_, name};
    V::describe(recorder(*visit_, &path));
  }

 private:
  template <class T>
  constexpr void emit(name_type name, field_kind kind, std::span<T> values,
                      allowed range = {}) const {
    (*visit_)(field_path{inside_, name}, recorded_field<T>{kind, values, range});
  }
  template <class T>
  constexpr void scalar(name_type name, field_kind kind, T& value, allowed range) const {
    using plain = std::remove_const_t<T>;
    if constexpr (std::same_as<plain, bool>) {
      converted<std::uint8_t>(name, kind, value, allowed::between(0, 1));
    } else if constexpr (std::is_enum_v<plain>) {
      converted<std::underlying_type_t<plain>>(name, kind, value, range);
    } else {
      static_assert(
          std::is_arithmetic_v<plain>,
          "halo: record: a number, a yes or no, or an enumeration; use part() for values "
          "that describe themselves and per_parameter(), per_tensor() or per_problem() for "
          "arrays");
      emit(name, kind, std::span<T>(&value, 1), range);
    }
  }
  template <class Integer, class T>
  constexpr void converted(name_type name, field_kind kind, T& value, allowed range) const {
    if constexpr (std::is_const_v<T>) {
      Integer const copy = static_cast<Integer>(value);
      emit(name, kind, std::span<Integer const>(&copy, 1), range);
    } else {
      Integer copy = static_cast<Integer>(value);
      emit(name, kind, std::span<Integer>(&copy, 1), range);
      value = static_cast<T>(copy);
    }
  }

  Visit* visit_;
  field_path const* inside_;
};

namespace detail {
struct ignore_fields {
  template <class T>
  constexpr void operator()(field_path const&, recorded_field<T> const&) const noexcept {}
};
}  // namespace detail

/// A value that describes itself: V::record(self, f) calls f.constant, option, number,
/// per_parameter, per_tensor, per_problem and part, once for each thing it holds, with self const
/// or not.
template <class V>
concept recordable = requires(V& value, recorder<detail::ignore_fields> f) {
  std::remove_const_t<V>::record(value, f);
};

/// Hands every field of a value to visit(field_path const&, recorded_field<T>), in a fixed order.
template <class V, class Visit>
constexpr void walk(V& value, Visit&& visit) {
  static_assert(
      recordable<V>,
      "halo: record: the type has no `static constexpr void record(auto& self, auto&& f)` "
      "that describes it (core/record.hpp)");
  recorder<std::remove_reference_t<Visit>>(visit).part({}, value);
}
/// The same of a type that has constants alone, V::describe(f).
template <class V, class Visit>
constexpr void walk_type(Visit&& visit) {
  V::describe(recorder<std::remove_reference_t<Visit>>(visit));
}

/// A value and the name under which its fields stand beside those of others: one that describes
/// itself, a number, or a container of numbers whose size stays what it is.
template <class V>
struct named {
  std::string_view name;  ///< what its fields stand under
  V& value;               ///< what is recorded

  /// Refers to both, which must outlive it.
  named(std::string_view called, V& of) noexcept : name(called), value(of) {}
  static constexpr void record(auto& self, auto&& f) {
    using plain = std::remove_const_t<V>;
    if constexpr (requires { plain::record(self.value, f); })
      f.part(self.name, self.value);
    else if constexpr (std::is_arithmetic_v<plain> || std::is_enum_v<plain>)
      f.number(self.name, self.value);
    else
      f.per_problem(self.name, std::span(self.value.data(), self.value.size()));
  }
};

/// A value without anything to describe.
struct nothing_recorded {
  static constexpr void record(auto&, auto&&) noexcept {}
};
static_assert(recordable<nothing_recorded> && recordable<nothing_recorded const>);

}  // namespace halo

#include <halo/macros_back.hpp>
