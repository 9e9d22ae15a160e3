// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/io/file.hpp>
#include <halo/io/kind.hpp>
#include <halo/io/npy_scanner.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/tensor_view.hpp>

// npy, NumPy's format for one array: "\x93NUMPY", two bytes of version, the length of the header (2
// bytes in version 1, 4 in 2 and 3, little-endian), the header, the data.
//
//     {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }        spaces, a line feed
//
// fortran_order says that the first index runs fastest (column-major).

namespace halo::io {

/// The array of a file, which this owns. May be moved: views into it stay valid.
class npy {
 public:
  /// Keeps the bytes that the view refers to.
  npy(aligned_buffer<std::byte> bytes, tensor_view const& values) noexcept
      : bytes_(std::move(bytes)), values_(values) {}

  /// Type, shape and elements; the name is empty.
  [[nodiscard]] tensor_view const& values() const noexcept { return values_; }

 private:
  aligned_buffer<std::byte> bytes_;
  tensor_view values_;
};

namespace detail {

struct npy_type {
  std::string_view code;
  dtype type;
};
inline constexpr std::array<npy_type, 12> npy_types = {{{"b1", dtype::boolean},
                                                        {"u1", dtype::u8},
                                                        {"i1", dtype::i8},
                                                        {"i2", dtype::i16},
                                                        {"u2", dtype::u16},
                                                        {"f2", dtype::f16},
                                                        {"i4", dtype::i32},
                                                        {"u4", dtype::u32},
                                                        {"f4", dtype::f32},
                                                        {"f8", dtype::f64},
                                                        {"i8", dtype::i64},
                                                        {"u8", dtype::u64}}};

/// Where column-major arrays differ from row-major ones: at least two axes with more than one
/// element.
[[nodiscard]] inline bool order_matters(extents const& shape) noexcept {
  return std::count_if(shape.begin(), shape.end(), [](std::size_t n) { return n != 1; }) > 1;
}

/// Copies elements of so many bytes from column-major to row-major order.
inline void to_row_major(extents const& shape, std::size_t width, std::span<std::byte const> from,
                         std::span<std::byte> to) noexcept {
  std::array<std::size_t, extents::most> stride{};
  std::array<std::size_t, extents::most> index{};
  std::size_t step = width;
  for (std::size_t k = 0; k < shape.rank(); step *= shape[k++]) stride[k] = step;
  std::size_t source = 0;
  for (std::size_t at = 0; at < to.size(); at += width) {
    std::copy_n(from.data() + source, width, to.data() + at);
    for (std::size_t k = shape.rank(); k-- > 0;) {  // the next element: the last axis runs first
      source += stride[k];
      if (++index[k] < shape[k]) break;
      source -= stride[k] * std::exchange(index[k], 0);
    }
  }
}

/// Turns the parts of a file into an npy, the header before there is memory for the data; use
/// parse_npy and load_npy. Every number of the header is checked before it is used. Memory: the
/// bytes themselves, twice while a column-major array is turned around. Linear time.
class npy_parser {
 public:
  static constexpr std::size_t first = 12;  ///< bytes that say how long the header is
  explicit npy_parser(std::string_view name) : name_(name) {}

  /// Bytes of the file up to the data, from the first twelve of a file of `size` (or all it has).
  [[nodiscard]] std::size_t length(std::span<std::byte const> begin, std::size_t size) const {
    std::string_view const text = as_text(begin);
    if (text.substr(0, 6) != "\x93NUMPY") refuse(0, "'\\x93NUMPY'", kind_or_bytes(begin));
    std::size_t const version = text.size() > 7 ? static_cast<unsigned char>(text[6]) : 0U;
    if (version < 1 || version > 3 || text[7] != 0) refuse(6, "version 1.0, 2.0 or 3.0", "another");
    std::size_t const digits = version == 1 ? 2 : 4;
    if (text.size() < 8 + digits) refuse(8, "the length of the header", "the end of the file");
    std::size_t length = 0;
    for (std::size_t i = digits; i-- > 0;) {
      length = length << 8U | static_cast<unsigned char>(text[8 + i]);
    }
    constexpr std::size_t most = 10000;
    if (std::size_t const rest = size - 8 - digits; length > rest && length <= most)
      refuse(8, "a header of " + std::to_string(length) + " bytes",
             std::to_string(rest) + ": the file is cut");
    if (length > most) {
      refuse(8, "a header of at most " + std::to_string(most) + " bytes", std::to_string(length));
    }
    return 8 + digits + length;
  }

  /// Type and shape of an array, from the bytes up to the data and the number of those behind them.
  [[nodiscard]] tensor_view read_header(std::string_view text, std::size_t data) {
    npy_scanner in(text, name_, text[6] == 1 ? 10 : 12);
    read_entries(in);
    std::optional<std::size_t> const size = shape_.bytes(type_);
    if (!size || *size != data) {
      refuse(text.size(),
             (size ? std::to_string(*size) : "far too many") + " bytes for " +
                 std::string(name_of(type_)) + ' ' + to_string(shape_),
             std::to_string(data) + (size && *size > data ? ": the file is cut" : ""));
    }
    return {name_, type_, shape_, {}};
  }

  /// The file, with its data.
  [[nodiscard]] npy finish(aligned_buffer<std::byte> data) && {
    std::size_t const width = size_of(type_);
    if (column_major_ && data.size() > 0 && order_matters(shape_)) {
      auto turned = make_buffer("npy", name_, data.size());
      to_row_major(shape_, width, data.span(), turned.span());
      data = std::move(turned);
    }
    if (reversed_) reverse_elements(data.span(), width);
    little_endian(data.span(), width);
    std::span<std::byte const> const bytes = data.span();
    return npy(std::move(data), {{}, type_, shape_, bytes});
  }

 private:
  [[noreturn]] void refuse(std::size_t at, std::string_view expected,
                           std::string_view found) const {
    fail("npy", std::string(name_) + ": byte " + std::to_string(at), expected, found);
  }

  void read_entries(npy_scanner& in) {
    bool descr = false;
    bool order = false;
    bool shape = false;
    in.expect('{');
    while (!in.take('}')) {
      std::string_view const key = in.string();
      in.expect(':');
      if (key == "descr" && !std::exchange(descr, true)) {
        read_type(in);
      } else if (key == "fortran_order" && !std::exchange(order, true)) {
        column_major_ = in.boolean();
      } else if (key == "shape" && !std::exchange(shape, true)) {
        read_shape(in);
      } else {
        in.fail_token("descr, fortran_order and shape, each once", quoted(key));
      }
      if (!in.take(',') && !in.comes('}')) in.fail_here("',' or '}'");
    }
    if (!descr || !order || !shape) in.fail_taken("descr, fortran_order and shape", "fewer");
    if (!in.at_end()) in.fail_here("the end of the header");
  }

  void read_type(npy_scanner& in) {
    if (in.comes('[')) in.fail_here("one plain type (structured arrays are not read)");
    std::string_view const text = in.string();
    if (text.find('O') != std::string_view::npos) {
      in.fail_token(
          "numbers: arrays of Python objects are pickles, which run code when read; save "
          "a numeric array instead",
          quoted(text));
    }
    auto const known = std::find_if(npy_types.begin(), npy_types.end(), [text](npy_type const& t) {
      return text.size() == 3 && t.code == text.substr(1);
    });
    bool const single = known != npy_types.end() && size_of(known->type) == 1;
    bool const marked = text.starts_with('<') || text.starts_with('>');
    if (known == npy_types.end() || !(marked || (single && text.starts_with('|')))) {
      in.fail_token("a type such as '<f4'", quoted(text));
    }
    type_ = known->type;
    reversed_ = text.starts_with('>');
  }

  void read_shape(npy_scanner& in) {
    in.expect('(');
    bool comma = true;
    while (!in.take(')')) {
      if (!comma) in.fail_here("',' or ')'");
      if (shape_.rank() == extents::most) in.fail_here("at most 8 extents");
      shape_.push_back(in.extent());
      static_cast<void>(in.take('L'));  // Python 2 wrote long integers so: (3L, 4L)
      comma = in.take(',');
    }
    // (3) is a number in Python, (3,) a tuple.
    if (shape_.rank() == 1 && !comma) in.fail_taken("',' behind the only extent", "')'");
  }

  std::string_view name_;
  dtype type_ = dtype::f32;
  bool reversed_ = false;
  bool column_major_ = false;
  extents shape_;
};

}  // namespace detail
}  // namespace halo::io
