// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/npy_parser.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include <halo/io/npy.hpp>

#include "../support/allocation.hpp"
#include "../support/data.hpp"

namespace io_npy_parser_test {

using namespace halo;

namespace {

std::string message(std::string const& text) {
  return support::message_of<error>(
      [&] { static_cast<void>(io::parse_npy(io::as_bytes(text), "a.npy")); });
}

std::string file(std::string const& header, std::string const& data, int version = 1) {
  std::string text = "\x93NUMPY";
  text += static_cast<char>(version);
  text += '\0';
  for (std::size_t i = 0; i < (version == 1 ? 2 : 4); ++i) {
    text += static_cast<char>(header.size() >> (8 * i) & 0xFFU);
  }
  return text + header + data;
}

std::string header(std::string const& descr, std::string const& shape) {
  return "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }\n";
}

}  // namespace

TEST_CASE("npy: what may differ between writers") {
  std::string const data = "12345678";
  for (int version : {1, 2, 3}) {
    CHECK(message(file(header("'<f4'", "(2,)"), data, version)) == "no error");
  }
  for (char const* shape :
       {"(2,)", "(1, 2)", "(1,2,)", "( 2 , 1 )", "(2,1,1,1,1,1,1,1)", "(2L,)", "(1L, 2L)"}) {
    CAPTURE(shape);
    CHECK(message(file(header("'<f4'", shape), data)) == "no error");
  }
  CHECK(message(file(header("'<f8'", "()"), data)) == "no error");
  CHECK(message(file(header("'|u1'", "(8,)"), data)) == "no error");
  CHECK(message(file(header("'<u1'", "(8,)"), data)) == "no error");
  CHECK(message(file(header("\"<f4\"", "(2,)"), data)) == "no error");
  CHECK(message(file("{'shape':(2,),'fortran_order':False,'descr':'<i4'}", data)) == "no error");
  CHECK(message(file(header("'<f4'", "(0, 5)"), "")) == "no error");
}

TEST_CASE("npy: bad files are refused, each with its reason") {
  std::string const data = "12345678";
  std::string const good = header("'<f4'", "(2,)");
  struct {
    std::string text;
    std::string says;
  } const cases[] = {
      {"", "npy: a.npy: byte 0: expected '\\x93NUMPY', found nothing"},
      {"\x93NUMP", "found '?NUMP'"},
      {"PK\x03\x04xxxxxxxx", "byte 0: expected '\\x93NUMPY', found a zip archive (npz"},
      {"\x93NUMPY", "byte 6: expected version 1.0, 2.0 or 3.0"},
      {std::string("\x93NUMPY\x00\x00\x00\x00", 10), "byte 6: expected version"},
      {std::string("\x93NUMPY\x04\x00\x00\x00", 10), "byte 6: expected version"},
      {std::string("\x93NUMPY\x01\x01\x00\x00", 10), "byte 6: expected version"},
      {std::string("\x93NUMPY\x01\x00\x05", 9), "byte 8: expected the length of the header"},
      {std::string("\x93NUMPY\x02\x00\x05\x00\x00", 11), "expected the length of the header"},
      {std::string("\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF", 12),
       "byte 8: expected a header of at most 10000 bytes, found 4294967295"},
      {file(good, data).substr(0, 40), "bytes, found 30: the file is cut"},
      {file(good + std::string(10000, ' '), data), "expected a header of at most 10000 bytes"},
      {file("", data), "byte 10: expected '{', found the end of the header"},
      {file("{}", data), "expected descr, fortran_order and shape, found fewer"},
      {file("{'descr': '<f4', 'shape': (2,)}", data), "found fewer"},
      {file("{'descr': '<f4', 'descr': '<f4'}", data), "each once, found 'descr'"},
      {file("{'shape': (2,), 'shape': (2,)}", data), "each once, found 'shape'"},
      {file("{'fortran_order': False, 'fortran_order': False}", data), "found 'fortran_order'"},
      {file("{'other': 1}", data), "byte 11: expected descr, fortran_order and shape, each once"},
      {file(good + "x", data), "expected the end of the header, found 'x'"},
      {file("{'descr' '<f4'}", data), "expected ':'"},
      {file("{'descr': '<f4' 'shape': (2,)}", data), "expected ',' or '}'"},
      {file("{,}", data), "expected a text in quotes"},
      {file("{'descr", data), "expected a text without escapes, in quotes"},
      {file("{'descr\": '<f4'}", data), "expected a text without escapes"},
      {file("{'des\\x63r': '<f4'}", data), "expected a text without escapes"},
      {file(header("'|O'", "(2,)"), data), "arrays of Python objects are pickles"},
      {file(header("'O'", "(2,)"), data), "which run code when read"},
      {file(header("[('a', '<f4')]", "(2,)"), data), "structured arrays are not read"},
      {file(header("'<c8'", "(1,)"), data), "expected a type such as '<f4', found '<c8'"},
      {file(header("'<U2'", "(1,)"), data), "found '<U2'"},
      {file(header("'=f4'", "(2,)"), data), "found '=f4'"},
      {file(header("'|f4'", "(2,)"), data), "found '|f4'"},
      {file(header("'f4'", "(2,)"), data), "found 'f4'"},
      {file(header("'<f16'", "(2,)"), data), "found '<f16'"},
      {file(header("''", "(2,)"), data), "found nothing"},
      {file(header("<f4", "(2,)"), data), "expected a text in quotes"},
      {file("{'fortran_order': Truth}", data), "expected True or False"},
      {file("{'fortran_order': 0}", data), "expected True or False"},
      {file("{'fortran_order': Falsely}", data), "expected ',' or '}'"},
      {file(header("'<f4'", "2"), data), "expected '('"},
      {file(header("'<f4'", "[2]"), data), "expected '('"},
      {file(header("'<f4'", "(2)"), data), "expected ',' behind the only extent"},
      {file(header("'<f4'", "(2 1)"), data), "expected ',' or ')'"},
      {file(header("'<f4'", "(,)"), data), "expected a whole number"},
      {file(header("'<f4'", "(2,,)"), data), "expected a whole number"},
      {file(header("'<f4'", "(-2,)"), data), "expected a whole number"},
      {file(header("'<f4'", "(2.0,)"), data), "expected ',' or ')'"},
      {file(header("'<f4'", "(2LL,)"), data), "expected ',' or ')'"},
      {file(header("'<f4'", "(02,)"), data), "without leading zeros, found '02"},
      {file(header("'<f4'", "(99999999999999999999,)"), data), "a whole number below 2^64"},
      {file(header("'<f4'", "(1,1,1,1,1,1,1,1,2)"), data), "at most 8 extents"},
      {file(header("'<f4'", "(4294967296, 4294967296)"), ""), "far too many bytes for F32"},
      {file(header("'<f4'", "(4611686018427387906,)"), data), "far too many bytes for F32"},
      {file(header("'<f4'", "(3,)"), data), "expected 12 bytes for F32 [3], found 8"},
      {file(header("'<f4'", "(1,)"), data), "expected 4 bytes for F32 [1], found 8"},
      {file(header("'<f4'", "()"), data), "expected 4 bytes for F32 [], found 8"},
      {file(good, data + "9"), "expected 8 bytes for F32 [2], found 9"},
      {file(good, ""), "found 0"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.text);
    std::string const m = message(c.text);
    CAPTURE(m);
    CHECK(support::contains(m, c.says));
    CHECK(support::contains(m, "npy: a.npy: byte "));
  }
}

TEST_CASE("npy: cut off anywhere, it is refused") {
  std::string const whole = file(header("'<f4'", "(2,)"), "12345678");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    CAPTURE(n);
    CHECK(message(whole.substr(0, n)) != "no error");
  }
}

TEST_CASE("npy: a flipped bit is refused or keeps the number of bytes") {
  std::string const whole = file(header("'<f4'", "(2, 1)"), "12345678");
  for (std::size_t i = 0; i < whole.size() - 8; ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string broken = whole;
      broken[i] = static_cast<char>(broken[i] ^ (1 << bit));
      if (message(broken) != "no error") continue;
      io::npy const parsed = io::parse_npy(io::as_bytes(broken), "b");
      CHECK(parsed.values().bytes.size() == 8);
      CHECK(parsed.values().shape.bytes(parsed.values().type) == 8);
    }
  }
}

TEST_CASE("npy: a small file with a huge shape costs no memory") {
  if (!support::allocations_are_counted()) {
    MESSAGE("skipped: allocations are not counted under this sanitizer");
    return;
  }
  std::string const bomb = file(header("'<f8'", "(1152921504606846976,)"), "");
  std::size_t const count = support::allocations_of([&] { CHECK(message(bomb) != "no error"); });
  CHECK(count < 40);  // the copy of the bytes and the pieces of the message
}

TEST_CASE("npy: every shape in column-major order, against the definition") {
  for (io::extents const& shape :
       {io::extents{}, io::extents{5}, io::extents{1, 5, 1}, io::extents{2, 3}, io::extents{3, 2},
        io::extents{2, 1, 3}, io::extents{2, 3, 4}, io::extents{4, 1, 1, 3, 2},
        io::extents{2, 2, 2, 2, 2, 2, 2, 2}, io::extents{3, 0, 2}}) {
    CAPTURE(io::to_string(shape));
    std::size_t const count = *shape.bytes(io::dtype::u8);
    std::string row_major;  // element by element, 2 bytes each
    std::string column_major(2 * count, '?');
    for (std::size_t i = 0; i < count; ++i) {
      std::string const element{static_cast<char>(i % 251), static_cast<char>(i / 251 + 1)};
      row_major += element;
      std::size_t rest = i;
      std::size_t stride = count;
      std::size_t at = 0;
      for (std::size_t k = shape.rank(); k-- > 0; rest /= shape[k]) {
        stride /= shape[k];
        at += rest % shape[k] * stride;
      }
      column_major.replace(2 * at, 2, element);
    }
    std::string list = "(";
    for (std::size_t n : shape) list += std::to_string(n) + ", ";
    std::string text = header("'<u2'", list + ")");
    text.replace(text.find("False"), 5, "True");
    std::string const whole = file(text, column_major);
    io::npy const read = io::parse_npy(io::as_bytes(whole), "a.npy");
    CHECK(read.values().shape == shape);
    CHECK(io::as_text(read.values().bytes) == row_major);
  }
}

}  // namespace io_npy_parser_test
