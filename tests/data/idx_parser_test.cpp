// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/idx_parser.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace data_idx_parser_test {

using namespace halo;
namespace detail = data::detail;

namespace {

// Bytes by hand, 0 ... 255 each.
std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (int v : values) text += static_cast<char>(v);
  return text;
}

std::string message(std::string const& file) {
  return support::message_of<error>(
      [&] { static_cast<void>(detail::open_idx(io::as_bytes(file), "a.idx")); });
}

}  // namespace

TEST_CASE("idx_parser: each type, its extents, where its elements are and what they say") {
  constexpr std::array<std::pair<int, io::dtype>, 6> types = {{{8, io::dtype::u8},
                                                               {9, io::dtype::i8},
                                                               {11, io::dtype::i16},
                                                               {12, io::dtype::i32},
                                                               {13, io::dtype::f32},
                                                               {14, io::dtype::f64}}};
  for (auto const& entry : types) {
    int const code = entry.first;
    io::dtype const type = entry.second;
    CAPTURE(code);
    std::string file = bytes({0, 0, code, 2, 0, 0, 0, 1, 0, 0, 0, 2});
    file += std::string(2 * io::size_of(type), '\1');
    detail::idx_view const view = detail::open_idx(io::as_bytes(file), "a.idx");
    CHECK(view.name == "a.idx");
    CHECK(view.type == type);
    CHECK(view.shape == io::extents{1, 2});
    CHECK(view.position(1) == 12 + io::size_of(type));
    CHECK(view.bytes.size() == 2 * io::size_of(type));
  }
  std::string const numbers = bytes({0, 0, 11, 1, 0, 0, 0, 2, 1, 2, 0xFF, 0xFE});
  detail::idx_view const view = detail::open_idx(io::as_bytes(numbers), "a.idx");
  CHECK(view.element<std::int16_t>(0) == 258);
  CHECK(view.element<std::int16_t>(1) == -2);
}

TEST_CASE("idx_parser: a header is compared with the size of its file before the data is there") {
  std::string const head = bytes({0, 0, 8, 1, 0, 0, 0, 3, 1});
  detail::idx_view const view = detail::open_idx_header(io::as_bytes(head), 11, "a.idx");
  CHECK(view.shape == io::extents{3});
  CHECK(view.bytes.empty());
  CHECK(support::message_of<error>([&] {
          static_cast<void>(detail::open_idx_header(io::as_bytes(head), 12, "a.idx"));
        }) == "idx: a.idx: byte 8: expected 3 bytes for U8 [3], found 4");

  support::folder const folder;
  std::string const path = folder / "a.idx";
  io::save_atomically(path, io::as_bytes(head + "23"));
  auto const read = detail::read_idx(path, 11);
  CHECK(io::as_text(read.span()) == head + "23");
  CHECK(support::message_of<error>([&] { static_cast<void>(detail::read_idx(path, 10)); }) !=
        "no error");
}

TEST_CASE("idx_parser: bad input is named with byte, expected and found") {
  std::string const good = bytes({0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3});
  struct {
    std::string file;
    std::string says;
  } const cases[] = {
      {"", "byte 0: expected at least 4 bytes: 00 00, type, rank, found 0"},
      {bytes({0, 0, 8}), "byte 0: expected at least 4 bytes: 00 00, type, rank, found 3"},
      {bytes({0x1F, 0x8B, 8, 0}),
       "byte 0: expected 00 00, found gzip (to be unpacked; io/gzip.hpp does)"},
      {"P5 2", "byte 0: expected 00 00, found 'P5 2'"},
      {bytes({0, 1, 8, 1, 0, 0, 0, 0}), "byte 0: expected 00 00, found '\?\?\?\?\?\?\?\?'"},
      {bytes({0, 0, 0, 1, 0, 0, 0, 0}), "byte 2: expected type 8, 9, 11, 12, 13 or 14, found 0"},
      {bytes({0, 0, 7, 1, 0, 0, 0, 0}), "byte 2: expected type 8, 9, 11, 12, 13 or 14, found 7"},
      {bytes({0, 0, 10, 1, 0, 0, 0, 0}), "byte 2: expected type 8, 9, 11, 12, 13 or 14, found 10"},
      {bytes({0, 0, 15, 1, 0, 0, 0, 0}), "byte 2: expected type 8, 9, 11, 12, 13 or 14, found 15"},
      {bytes({0, 0, 255, 1, 0, 0, 0, 0}), "found 255"},
      {bytes({0, 0, 8, 0, 1}), "byte 3: expected 1 to 8 axes, found 0"},
      {bytes({0, 0, 8, 9}) + std::string(37, '\0'), "byte 3: expected 1 to 8 axes, found 9"},
      {bytes({0, 0, 8, 1, 0, 0, 0}), "byte 4: expected 1 extents of 4 bytes, found 3 bytes"},
      {bytes({0, 0, 8, 3, 0, 0, 0, 1}), "byte 4: expected 3 extents of 4 bytes, found 4 bytes"},
      {good.substr(0, 10), "byte 8: expected 3 bytes for U8 [3], found 2"},
      {good + "x", "byte 8: expected 3 bytes for U8 [3], found 4"},
      {bytes({0, 0, 14, 1, 0, 0, 0, 3, 1, 2, 3}), "byte 8: expected 24 bytes for F64 [3], found 3"},
      {bytes({0, 0, 8, 1, 255, 255, 255, 255}),
       "byte 8: expected 4294967295 bytes for U8 [4294967295], found 0"},
      {bytes({0, 0, 8, 3}) + std::string(12, '\xFF'),
       "byte 16: expected far too many bytes for U8 [4294967295, 4294967295, 4294967295], found "
       "0"},
      {bytes({0, 0, 8, 4}) + std::string(12, '\xFF') + std::string(4, '\0'),
       "byte 20: expected far too many bytes for U8 [4294967295, 4294967295, 4294967295, 0]"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.says);
    std::string const m = message(c.file);
    CAPTURE(m);
    CHECK(support::contains(m, "idx: a.idx: "));
    CHECK(support::contains(m, c.says));
  }
  CHECK(message(good) == "no error");
}

}  // namespace data_idx_parser_test
