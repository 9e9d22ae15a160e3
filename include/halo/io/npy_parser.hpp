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
    if (text.substr(0, 6) != "\x93NUMPY") refuse(0, "'\\x93NUMPY'", quoted(text.substr(0, 6)));
    std::size_t const version = text.size() > 7 ? static_cast<unsigned char>(text[6]) : 0U;
    if (version < 1 || version > 3 || text[7] != 0) refuse(6, "version 1.0, 2.0 or 3.0", "another");
    std::size_t const digits = version == 1 ? 2 : 4;
    if (text.size() < 8 + digits) refuse(8, "the length of the header", "the end of the file");
    std::size_t length = 0;
    for (std::size_t i = digits; i-- > 0;) {
      length = length << 8U | static_cast<unsigned char>(text[8 + i]);
    }
    std::size_t const most = std::min<std::size_t>(10000, size - 8 - digits);
    if (length > most) {
      refuse(8, "a header of at most " + std::to_string(most) + " bytes", std::to_string(length));
    }
    return 8 + digits + length;
  }

  /// Type and shape of an array, from the bytes up to the data and the number of those behind them.
  [[nodiscard]] tensor_view read_header(std::string_view text, std::size_t data) {
    text_ = text;
    at_ = text[6] == 1 ? 10 : 12;
    end_ = text.size();
    read_entries();
    std::optional<std::size_t> const size = shape_.bytes(type_);
    if (!size || *size != data) {
      refuse(end_,
             (size ? std::to_string(*size) : "far too many") + " bytes for " +
                 std::string(name_of(type_)) + ' ' + to_string(shape_),
             std::to_string(data));
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
  [[noreturn]] void refuse_rest(std::string_view expected) const {
    refuse(at_, expected, at_ == end_ ? "the end of the header" : quoted(rest()));
  }
  [[nodiscard]] std::string_view rest() const noexcept { return text_.substr(at_, end_ - at_); }

  void read_entries() {
    bool descr = false;
    bool order = false;
    bool shape = false;
    expect('{');
    while (!take('}')) {
      std::size_t const begin = at_;
      std::string_view const key = string();
      expect(':');
      if (key == "descr" && !std::exchange(descr, true)) {
        read_type();
      } else if (key == "fortran_order" && !std::exchange(order, true)) {
        read_order();
      } else if (key == "shape" && !std::exchange(shape, true)) {
        read_shape();
      } else {
        refuse(begin, "descr, fortran_order and shape, each once", quoted(key));
      }
      if (!take(',') && rest().substr(0, 1) != "}") refuse_rest("',' or '}'");
    }
    if (!descr || !order || !shape) refuse(at_ - 1, "descr, fortran_order and shape", "fewer");
    skip_space();
    if (at_ != end_) refuse_rest("the end of the header");
  }

  void read_type() {
    skip_space();
    if (rest().starts_with('[')) refuse_rest("one plain type (structured arrays are not read)");
    std::size_t const begin = at_;
    std::string_view const text = string();
    if (text.find('O') != std::string_view::npos) {
      refuse(begin,
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
      refuse(begin, "a type such as '<f4'", quoted(text));
    }
    type_ = known->type;
    reversed_ = text.starts_with('>');
  }

  void read_order() {
    skip_space();
    column_major_ = rest().starts_with("True");
    if (!column_major_ && !rest().starts_with("False")) refuse_rest("True or False");
    at_ += column_major_ ? 4 : 5;
  }

  void read_shape() {
    expect('(');
    bool comma = true;
    while (!take(')')) {
      if (!comma) refuse_rest("',' or ')'");
      if (shape_.rank() == extents::most) refuse_rest("at most 8 extents");
      shape_.push_back(integer());
      comma = take(',');
    }
    // (3) is a number in Python, (3,) a tuple.
    if (shape_.rank() == 1 && !comma) refuse(at_ - 1, "',' behind the only extent", "')'");
  }

  void skip_space() noexcept {
    while (at_ < end_ && (rest()[0] == ' ' || rest()[0] == '\n' || rest()[0] == '\t')) ++at_;
  }
  [[nodiscard]] bool take(char c) noexcept {
    skip_space();
    if (!rest().starts_with(c)) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) refuse_rest(std::string("'") + c + "'");
  }

  /// A text in single or double quotes, without escapes.
  [[nodiscard]] std::string_view string() {
    skip_space();
    char const quote = rest().starts_with('"') ? '"' : '\'';
    if (!rest().starts_with(quote)) refuse_rest("a text in quotes");
    std::size_t const length = rest().substr(1).find_first_of("'\"\\\n");
    if (length == std::string_view::npos || rest()[1 + length] != quote) {
      refuse_rest("a text without escapes, in quotes");
    }
    std::string_view const text = rest().substr(1, length);
    at_ += length + 2;
    return text;
  }

  [[nodiscard]] std::size_t integer() {
    skip_space();
    std::size_t const begin = at_;
    std::size_t value = 0;
    for (; at_ < end_ && rest()[0] >= '0' && rest()[0] <= '9'; ++at_) {
      auto const digit = static_cast<std::size_t>(rest()[0] - '0');
      if (value > (static_cast<std::size_t>(-1) - digit) / 10) {
        refuse(begin, "an extent that fits into memory", "a larger one");
      }
      value = value * 10 + digit;
    }
    if (at_ == begin) refuse_rest("a whole number");
    return value;
  }

  std::string_view name_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  dtype type_ = dtype::f32;
  bool reversed_ = false;
  bool column_major_ = false;
  extents shape_;
};

}  // namespace detail
}  // namespace halo::io
