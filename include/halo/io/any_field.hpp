// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>

#include <halo/core/record.hpp>
#include <halo/io/tensor_view.hpp>

// Fields of values that describe themselves (core/record.hpp), their types known while a program
// runs. What reads and writes files is compiled once by that, and not once for every network.

namespace halo::io {

/// One field, whatever the type of its numbers.
struct any_field {
  field_kind kind;                     ///< what it is to its value
  dtype type;                          ///< of an element; letters are u8
  bool is_text;                        ///< its elements are letters
  bool writable;                       ///< the value that has it is not const
  std::byte* bytes;                    ///< where it lies; written to where writable alone
  std::size_t count;                   ///< elements
  allowed range;                       ///< of each element
  std::span<std::size_t const> shape;  ///< extents; empty: one axis
  allowed (*range_of)(std::size_t i);  ///< of element i, where not all have the same; or null

  /// Of a field whose type is known; refers to its numbers and extents.
  template <class T>
  explicit any_field(recorded_field<T> const& f) noexcept
      : kind(f.kind),
        type(type_of<std::remove_const_t<T>>()),
        is_text(recorded_field<T>::is_text),
        writable(!std::is_const_v<T>),
        bytes(reinterpret_cast<std::byte*>(const_cast<std::remove_const_t<T>*>(f.values.data()))),
        count(f.values.size()),
        range(f.range),
        shape(f.shape),
        range_of(f.range_of) {
    static_assert(sizeof(T) <= 8, "halo: record: numbers have at most 8 bytes");
  }

  /// Whether steps change it: it is restored, not compared.
  [[nodiscard]] bool is_state() const noexcept { return kind >= field_kind::number; }
  /// All of it.
  [[nodiscard]] std::span<std::byte const> span() const noexcept {
    return {bytes, count * size_of(type)};
  }
  /// What element i may be in a file.
  [[nodiscard]] allowed range_at(std::size_t i) const {
    return range_of == nullptr ? range : range_of(i);
  }
  /// Whether every number of the type is allowed.
  [[nodiscard]] bool takes_all() const noexcept {
    return type != dtype::f32 && type != dtype::f64 && range == allowed{} && range_of == nullptr;
  }

 private:
  template <class T>
  [[nodiscard]] static constexpr dtype type_of() noexcept {
    if constexpr (std::same_as<T, char>) return dtype::u8;
    return dtype_of<T>();
  }
};

/// Hands a number that lies somewhere, aligned or not, to use(x) as what it is.
template <class Use>
decltype(auto) with_number(dtype type, std::byte const* at, Use&& use) {
  auto const as = [&]<class T>(T x) -> decltype(auto) {
    std::memcpy(&x, at, sizeof x);
    return use(x);
  };
  switch (type) {
    case dtype::i8:
      return as(std::int8_t{});
    case dtype::i16:
      return as(std::int16_t{});
    case dtype::u16:
      return as(std::uint16_t{});
    case dtype::i32:
      return as(std::int32_t{});
    case dtype::u32:
      return as(std::uint32_t{});
    case dtype::f32:
      return as(float{});
    case dtype::f64:
      return as(double{});
    case dtype::i64:
      return as(std::int64_t{});
    case dtype::u64:
      return as(std::uint64_t{});
    default:
      return as(std::uint8_t{});
  }
}

/// Takes the fields of any value as any_field: fewer instances of `record` than visitors.
class field_visitor {
 public:
  /// Refers to visit(field_path const&, any_field const&), which must outlive this.
  ///
  /// @param restores  each part that has restored() is told at its end
  template <class Visit>
  explicit field_visitor(Visit& visit, bool restores = false) noexcept
      : visit_(&visit), restores_(restores) {
    call_ = [](void* to, field_path const& path, any_field const& field) {
      (*static_cast<Visit*>(to))(path, field);
    };
  }

  /// Hands the field on to visit; `walk` calls it for each.
  template <class T>
  [[gnu::noinline]] void operator()(field_path const& path, recorded_field<T> const& f) const {
    call_(visit_, path, any_field(f));
  }
  /// Calls restored() of a part whose fields were all visited, where it has one and restores was
  /// asked for; `walk` calls it.
  template <class V>
  void leave(V& part) const noexcept {
    if constexpr (!std::is_const_v<V> && requires { part.restored(); }) {
      static_assert(noexcept(part.restored()), "halo: record: restored() is noexcept");
      if (restores_) part.restored();
    }
  }

 private:
  void* visit_;
  void (*call_)(void*, field_path const&, any_field const&);
  bool restores_;
};

/// A value that describes itself, whatever its type. Refers to it; allocates nothing.
class any_record {
 public:
  /// Refers to the value, which must outlive this.
  template <recordable V>
  explicit any_record(V const& value) noexcept : value_(&value) {
    walk_ = [](void const* of, field_visitor visit) { walk(*static_cast<V const*>(of), visit); };
  }
  /// Hands its fields to visit(field_path const&, any_field const&), in the order of its record.
  template <class Visit>
  void each(Visit&& visit) const {
    walk_(value_, field_visitor(visit));
  }

 private:
  void const* value_;
  void (*walk_)(void const*, field_visitor);
};

}  // namespace halo::io
