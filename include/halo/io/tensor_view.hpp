// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <halo/core/error.hpp>
#include <halo/io/memory.hpp>
#include <halo/tensor/array.hpp>

namespace halo::io {

/// Kinds of elements in files, in the order in which safetensors files are laid out (last first).
enum class dtype : std::uint8_t {
  boolean,
  u8,
  i8,
  i16,
  u16,
  f16,
  bf16,
  i32,
  u32,
  f32,
  f64,
  i64,
  u64
};

/// Names and sizes by dtype; the names are those of safetensors.
inline constexpr std::array<std::string_view, 13> dtype_names = {
    "BOOL", "U8", "I8", "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "F64", "I64", "U64"};
inline constexpr std::array<std::size_t, 13> dtype_sizes = {1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 8, 8, 8};

[[nodiscard]] constexpr std::string_view name_of(dtype t) noexcept {
  return dtype_names[static_cast<std::size_t>(t)];
}
[[nodiscard]] constexpr std::size_t size_of(dtype t) noexcept {
  return dtype_sizes[static_cast<std::size_t>(t)];
}

/// The dtype of a C++ type. F16 and BF16 have none: read them as bytes.
template <class T>
[[nodiscard]] constexpr dtype dtype_of() noexcept {
  if constexpr (std::same_as<T, bool>) {
    return dtype::boolean;
  } else if constexpr (std::floating_point<T>) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "halo: io: no file format has this float");
    return sizeof(T) == 4 ? dtype::f32 : dtype::f64;
  } else {
    static_assert(std::integral<T>, "halo: io: elements of files are numbers or bool");
    constexpr bool s = std::is_signed_v<T>;
    if constexpr (sizeof(T) == 1) return s ? dtype::i8 : dtype::u8;
    if constexpr (sizeof(T) == 2) return s ? dtype::i16 : dtype::u16;
    if constexpr (sizeof(T) == 4) return s ? dtype::i32 : dtype::u32;
    if constexpr (sizeof(T) == 8) return s ? dtype::i64 : dtype::u64;
  }
}

/// Up to 8 extents, without the heap; a number has none.
class extents {
 public:
  static constexpr std::size_t most = 8;  ///< axes that there may be

  constexpr extents() = default;
  /// At most `most` extents.
  constexpr extents(std::initializer_list<std::size_t> values) {
    for (std::size_t v : values) push_back(v);
  }
  /// Those of an array.
  template <std::size_t Rank>
  constexpr explicit extents(std::array<std::size_t, Rank> const& values) {
    static_assert(Rank <= most, "halo: io: files hold arrays of at most 8 axes");
    for (std::size_t v : values) push_back(v);
  }

  /// How many axes.
  [[nodiscard]] constexpr std::size_t rank() const noexcept { return rank_; }
  [[nodiscard]] constexpr std::size_t operator[](std::size_t i) const noexcept {
    return values_[i];
  }
  [[nodiscard]] constexpr std::size_t const* begin() const noexcept { return values_.data(); }
  [[nodiscard]] constexpr std::size_t const* end() const noexcept { return begin() + rank_; }
  /// Adds an axis behind the others; at most `most` in all.
  constexpr void push_back(std::size_t value) {
    if (rank_ == most) fail("io", "shape", "at most 8 axes", "more");
    values_[rank_++] = value;
  }
  friend constexpr bool operator==(extents const&, extents const&) = default;

  /// Bytes of an array of this shape, none if the number does not fit into std::size_t. In an empty
  /// array the other axes count too: their product becomes a stride.
  [[nodiscard]] constexpr std::optional<std::size_t> bytes(dtype t) const noexcept {
    std::size_t total = size_of(t);
    bool empty = false;
    for (std::size_t extent : *this) {
      empty = empty || extent == 0;
      if (extent == 0) continue;
      if (total > static_cast<std::size_t>(-1) / extent) return std::nullopt;
      total *= extent;
    }
    if (!empty) return total;
    return total <= static_cast<std::size_t>(-1) / 2 ? std::optional<std::size_t>(0) : std::nullopt;
  }

 private:
  std::array<std::size_t, most> values_{};
  std::size_t rank_ = 0;
};

/// "[3, 4]"
[[nodiscard]] inline std::string to_string(extents const& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    text.append(i == 0 ? "" : ", ").append(std::to_string(shape[i]));
  }
  return text + ']';
}

/// A named array in somebody else's memory: row-major, in the byte order of this machine.
struct tensor_view {
  std::string_view name;             ///< in its file
  dtype type = dtype::f32;           ///< of an element
  extents shape;                     ///< row-major
  std::span<std::byte const> bytes;  ///< of all elements, little-endian; the file owns them

  /// Number of elements.
  [[nodiscard]] std::size_t size() const noexcept { return bytes.size() / size_of(type); }

  /// The elements where they are; halo::error when they have another type, or lie at an address
  /// that T cannot have (as in files of other writers: use copy_to).
  template <class T>
  [[nodiscard]] std::span<T const> as() const {
    static_assert(!std::same_as<T, bool>, "halo: io: read BOOL with copy_to, which checks it");
    expect(dtype_of<T>());
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(T) != 0) {
      fail("tensor", name, "aligned elements (copy_to reads others)", "unaligned ones");
    }
    return {reinterpret_cast<T const*>(bytes.data()), size()};
  }

  /// Copies the elements; halo::error when type or number differ, or a BOOL is neither 0 nor 1.
  template <class T>
  void copy_to(std::span<T> to) const {
    expect(dtype_of<T>());
    if (to.size() != size()) {
      fail("tensor", name, std::to_string(to.size()) + " elements", std::to_string(size()));
    }
    if constexpr (std::same_as<T, bool>) {
      auto const bad =
          std::find_if(bytes.begin(), bytes.end(), [](std::byte b) { return b > std::byte{1}; });
      if (bad != bytes.end()) {
        fail("tensor", name, "0 or 1", std::to_string(std::to_integer<int>(*bad)));
      }
    }
    if (!to.empty()) std::memcpy(to.data(), bytes.data(), bytes.size());
  }

  /// Whether no element is infinite or NaN (F32 and F64; other types always are finite here).
  [[nodiscard]] bool finite() const noexcept {
    return type == dtype::f32 ? all_finite<float>() : type != dtype::f64 || all_finite<double>();
  }

 private:
  void expect(dtype wanted) const {
    if (type != wanted) fail("tensor", name, name_of(wanted), name_of(type));
  }
  template <class T>
  [[nodiscard]] bool all_finite() const noexcept {
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(T)) {
      T value;
      std::memcpy(&value, bytes.data() + at, sizeof(T));
      if (!std::isfinite(value)) return false;
    }
    return true;
  }
};

/// Names values that are to be written.
///
/// @pre  the extents multiply to the number of values (the writers check it)
template <class T, std::size_t N>
[[nodiscard]] tensor_view as_tensor(std::string_view name, std::span<T, N> values,
                                    extents const& shape) {
  return {name, dtype_of<std::remove_const_t<T>>(), shape, std::as_bytes(values)};
}

/// Names an array that is to be written.
template <tensor::dense X>
[[nodiscard]] tensor_view as_tensor(std::string_view name, X const& x) {
  extents shape;  ///< row-major
  for (auto extent : x.shape()) shape.push_back(static_cast<std::size_t>(extent));
  return as_tensor(name, tensor::elements(x), shape);
}

/// halo::error unless this would be an array of that type and rank.
template <class T, std::size_t Rank>
void expect_array(tensor_view const& t) {
  if (t.shape.rank() != Rank) {
    fail("tensor", t.name, "rank " + std::to_string(Rank), to_string(t.shape));
  }
  if (t.type != dtype_of<T>()) fail("tensor", t.name, name_of(dtype_of<T>()), name_of(t.type));
}

/// A copy as an array; halo::error when type or rank differ.
template <class T, std::size_t Rank>
[[nodiscard]] tensor::array<T, Rank> to_array(tensor_view const& from) {
  expect_array<T, Rank>(from);  // before memory of another size is asked for
  std::array<std::size_t, Rank> shape{};
  std::copy(from.shape.begin(), from.shape.end(), shape.begin());
  auto result = with_memory("tensor", from.name, from.bytes.size(),
                            [&] { return tensor::array<T, Rank>::from_shape(shape); });
  from.copy_to(tensor::elements(result));
  return result;
}

namespace detail {

/// Turns the bytes of each element around: between the orders of machines.
inline void reverse_elements(std::span<std::byte> bytes, std::size_t size) noexcept {
  for (std::size_t at = 0; at + size <= bytes.size(); at += size) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
  }
}

/// Between the order of this machine and that of most files.
inline void little_endian(std::span<std::byte> bytes, std::size_t size) noexcept {
  if constexpr (std::endian::native != std::endian::little) reverse_elements(bytes, size);
  static_cast<void>(bytes);
  static_cast<void>(size);
}

}  // namespace detail

}  // namespace halo::io

#include <halo/macros_back.hpp>
