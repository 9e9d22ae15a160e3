// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/file.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace io_file_test {

using namespace halo;
using support::contains;
using support::folder;

namespace {

std::string message_of_reading(std::string const& path, std::size_t limit = io::file_limit) {
  return support::message_of<error>([&] { static_cast<void>(io::read_file(path, limit)); });
}

}  // namespace

TEST_CASE("read_file: whole files, aligned, empty ones too") {
  folder f;
  io::save_atomically(f / "a", std::string_view("hello\0world", 11));
  auto const bytes = io::read_file(f / "a");
  CHECK(io::as_text(bytes.span()) == std::string_view("hello\0world", 11));
  CHECK(reinterpret_cast<std::uintptr_t>(bytes.data()) % alignment == 0);
  io::save_atomically(f / "empty", "");
  CHECK(io::read_file(f / "empty").size() == 0);
}

TEST_CASE("read_file: what cannot be read is named") {
  folder f;
  CHECK(contains(message_of_reading(f / "none"), f / "none"));
  CHECK(contains(message_of_reading(f / "none"), "No such file"));
  CHECK(contains(message_of_reading(f.path()), "expected a regular file, found a folder"));
  CHECK(contains(message_of_reading("/dev/zero"), "expected a regular file"));
  CHECK(::mkfifo((f / "pipe").c_str(), 0600) == 0);
  CHECK(contains(message_of_reading(f / "pipe"), "expected a regular file"));
  io::save_atomically(f / "ten", "0123456789");
  CHECK(message_of_reading(f / "ten", 10) == "no error");
  CHECK(contains(message_of_reading(f / "ten", 9), "expected at most 9 bytes, found 10"));
}

TEST_CASE("is_folder, exists") {
  folder f;
  io::save_atomically(f / "a", "x");
  CHECK(io::is_folder(f.path()));
  CHECK_FALSE(io::is_folder(f / "a"));
  CHECK_FALSE(io::is_folder(f / "b"));
  CHECK(io::exists(f / "a"));
  CHECK_FALSE(io::exists(f / "b"));
}

TEST_CASE("read_file: a huge sparse file is refused before memory is asked for") {
  folder f;
  io::save_atomically(f / "sparse", "x");
  CHECK(::truncate((f / "sparse").c_str(), off_t{1} << 40) == 0);
  CHECK(contains(message_of_reading(f / "sparse"), "found 1099511627776"));
}

TEST_CASE("read_pieces: every byte once, in order, and another size is refused") {
  support::folder f;
  io::save_atomically(f / "a", std::string("first, second, rest"));
  std::array<std::byte, 7> room{};
  std::vector<std::string> pieces;
  auto const add = [&](std::span<std::byte const> p) { pieces.emplace_back(io::as_text(p)); };
  io::read_pieces(f / "a", 19, room, add);
  CHECK(pieces == std::vector<std::string>{"first, ", "second,", " rest"});
  io::save_atomically(f / "none", std::string());
  pieces.clear();
  io::read_pieces(f / "none", 0, room, add);
  CHECK(pieces.empty());
  auto const message = [&](std::string const& name, std::size_t size) {
    try {
      io::read_pieces(f / name, size, room, add);
    } catch (error const& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  CHECK(message("a", 18) == "file: " + (f / "a") + ": expected 18 bytes, found 19");
  CHECK(message("a", 20) == "file: " + (f / "a") + ": expected 20 bytes, found 19");
  CHECK(message("missing", 1).find("No such file") != std::string::npos);
  CHECK(pieces.empty());
}

TEST_CASE("input_file: the head first, the rest where it is wanted") {
  folder f;
  std::string const path = f / "a";
  io::save_atomically(path, "head, and the rest");
  io::input_file file(path);
  CHECK(file.size() == 18);
  std::array<std::byte, 5> head{};
  file.read(head);
  CHECK(io::as_text(head) == "head,");
  CHECK(file.left() == 13);
  CHECK(io::as_text(file.read_rest().span()) == " and the rest");
  CHECK(file.left() == 0);
}

TEST_CASE("input_file: a file that changes while it is read is refused") {
  folder f;
  std::string const path = f / "a";
  io::save_atomically(path, "0123456789");
  auto const after = [&](off_t size) {
    io::input_file file(path);
    CHECK(::truncate(path.c_str(), size) == 0);
    return support::message_of<error>([&] { static_cast<void>(file.read_rest()); });
  };
  CHECK(after(12) == "file: " + path +
                         ": expected 10 bytes, found more, the file changed while it "
                         "was read");
  CHECK(after(3) == "file: " + path + ": expected 12 bytes, found fewer");
}

TEST_CASE("paths with a zero character lead to nothing") {
  folder f;
  io::save_atomically(f / "a", "x");
  std::string const cut = (f / "a") + std::string("\0.bin", 5);
  CHECK_FALSE(io::exists(cut));
  CHECK_FALSE(io::is_folder(f.path() + std::string("\0", 1)));
  CHECK(contains(message_of_reading(cut), "a?.bin: expected a path without a zero character"));
  std::array<std::byte, 4> room{};
  auto const use = [](std::span<std::byte const>) {};
  CHECK(contains(support::message_of<error>([&] { io::read_pieces(cut, 1, room, use); }),
                 "without a zero character"));
}

}  // namespace io_file_test
