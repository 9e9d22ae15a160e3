// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/gzip.hpp>

#include <doctest/doctest.h>

#include <string>

#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace io_gzip_test {

using namespace halo;

namespace {

std::string text_of(std::initializer_list<int> values) {
  std::string text;
  for (int v : values) text += static_cast<char>(v);
  return text;
}

// "halo\n", written by gzip 1.12 with its name left out.
std::string const halo_gz =
    text_of({0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xCB, 0x48, 0xCC,
             0xC9, 0xE7, 0x02, 0x00, 0xC5, 0xF7, 0x87, 0xAF, 0x05, 0x00, 0x00, 0x00});

// A file with one member, by zlib's own packer.
std::string packed(std::string const& text) {
  std::string to(text.size() + 1000, '\0');
  z_stream s{};
  REQUIRE(::deflateInit2(&s, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  s.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  s.avail_in = static_cast<uInt>(text.size());
  s.next_out = reinterpret_cast<Bytef*>(to.data());
  s.avail_out = static_cast<uInt>(to.size());
  REQUIRE(::deflate(&s, Z_FINISH) == Z_STREAM_END);
  to.resize(to.size() - s.avail_out);
  ::deflateEnd(&s);
  return to;
}

std::string unpacked(std::string const& file, std::size_t limit = io::file_limit) {
  auto const bytes = io::unpack_gzip(io::as_bytes(file), "a.gz", limit);
  return std::string(io::as_text(bytes.span()));
}

std::string message(std::string const& file, std::size_t limit = io::file_limit) {
  return support::message_of<error>([&] { static_cast<void>(unpacked(file, limit)); });
}

// Text that packs neither well nor badly.
std::string long_text(std::size_t n) {
  std::string text;
  for (std::size_t i = 0; text.size() < n; ++i) text += std::to_string(i * i) + ' ';
  text.resize(n);
  return text;
}

}  // namespace

TEST_CASE("gzip: a file of another program, and files of all sizes") {
  CHECK(unpacked(halo_gz) == "halo\n");
  for (std::size_t n : {0U, 1U, 4095U, 4096U, 4097U, 100000U}) {
    CAPTURE(n);
    std::string const text = long_text(n);
    CHECK(unpacked(packed(text)) == text);
  }
  std::string const zeros(300000, '\0');  // 1000 times smaller when packed
  CHECK(unpacked(packed(zeros)) == zeros);
}

TEST_CASE("gzip: several members, of which the last is small, are one file") {
  std::string const text = long_text(50000);
  CHECK(unpacked(packed(text) + halo_gz) == text + "halo\n");
  CHECK(unpacked(halo_gz + packed("") + packed(text)) == "halo\n" + text);
}

TEST_CASE("gzip: the limit counts unpacked bytes and is checked before they are made") {
  CHECK(unpacked(halo_gz, 5) == "halo\n");
  CHECK(message(halo_gz, 4) == "gzip: a.gz: expected at most 4 bytes unpacked, found more");
  CHECK(message(halo_gz + halo_gz, 9) ==
        "gzip: a.gz: expected at most 9 bytes unpacked, found more");
  CHECK(unpacked(halo_gz + halo_gz, 10) == "halo\nhalo\n");
  CHECK(message(packed(std::string(3000000, 'x')), 1000000) ==
        "gzip: a.gz: expected at most 1000000 bytes unpacked, found more");
  CHECK(unpacked(packed(""), 0).empty());
}

TEST_CASE("gzip: damaged bytes are named with byte, expected and found") {
  auto const with = [](std::size_t at, int value) {
    std::string file = halo_gz;
    file[at] = static_cast<char>(value);
    return file;
  };
  struct {
    std::string file, says;
  } const cases[] = {
      {"", "gzip: a.gz: byte 0: expected more packed bytes, found the end of the file"},
      {halo_gz.substr(0, 12), "byte 12: expected more packed bytes, found the end of the file"},
      {halo_gz.substr(0, 24), "byte 24: expected more packed bytes, found the end of the file"},
      {with(1, 0), "byte 0: expected 1f 8b, found '\?"},
      {with(2, 7), "expected sound packed bytes, found unknown compression method"},
      {with(10, 7), "expected sound packed bytes, found invalid block type"},
      {with(17, 1), "expected sound packed bytes, found incorrect data check"},
      {with(21, 6), "expected sound packed bytes, found incorrect length check"},
      {halo_gz + "x", "byte 25: expected the end of the file or 1f 8b, found more"},
      {halo_gz + "\x1F\x20" + halo_gz, "expected sound packed bytes, found incorrect header check"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.says);
    std::string const m = message(c.file);
    CAPTURE(m);
    CHECK(support::contains(m, "gzip: a.gz: byte "));
    CHECK(support::contains(m, c.says));
  }
}

TEST_CASE("gzip: cut off anywhere it is refused, flipped anywhere it is refused or the same text") {
  std::string const text = long_text(300);
  std::string const file = packed(text);
  for (std::size_t n = 0; n < file.size(); ++n) {
    CAPTURE(n);
    CHECK(message(file.substr(0, n)) != "no error");
    for (int bit = 0; bit < 8; ++bit) {
      std::string broken = file;
      broken[n] = static_cast<char>(broken[n] ^ (1 << bit));
      if (message(broken) == "no error") CHECK(unpacked(broken) == text);  // time stamps and such
    }
  }
}

TEST_CASE("gzip: files are unpacked where they are packed") {
  support::folder f;
  io::save_atomically(f / "a.gz", halo_gz);
  io::save_atomically(f / "a", std::string("plain"));
  io::save_atomically(f / "empty", std::string());
  auto const read = [&](char const* name) {
    return std::string(io::as_text(io::read_unpacked(f / name).span()));
  };
  CHECK(read("a.gz") == "halo\n");
  CHECK(read("a") == "plain");
  CHECK(read("empty").empty());
  auto const none = support::message_of<error>([&] { static_cast<void>(read("none")); });
  CHECK(support::contains(none, "No such file"));
}

}  // namespace io_gzip_test
