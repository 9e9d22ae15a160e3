// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>
#include <halo/io/descriptor.hpp>
#include <halo/io/stdio_file.hpp>

namespace halo::io::detail {

/// Writes all bytes into a new file and hands them to the system; the error number.
[[nodiscard]] inline int write_new(std::string const& path, std::span<std::byte const> bytes) {
  stream file = open_stream(path, "wb");
  if (!file) return errno;
  bool const written = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size() &&
                       std::fflush(file.get()) == 0;
  int const code = written ? 0 : errno;
  bool const closed = std::fclose(file.release()) == 0;
  return code != 0 || closed ? code : errno;
}

/// Gives a file the name of another: at once where the system can, else the old one is called
/// name_of_old() in between. The error number.
[[nodiscard]] inline int rename_over(std::string const& from, std::string const& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return 0;
  int const code = errno;
  if (!is_file(to)) return code;
  std::string const old = name_of_old(to);
  static_cast<void>(std::remove(old.c_str()));
  if (std::rename(to.c_str(), old.c_str()) != 0) return code;
  if (std::rename(from.c_str(), to.c_str()) == 0) {
    static_cast<void>(std::remove(old.c_str()));
    return 0;
  }
  static_cast<void>(std::rename(old.c_str(), to.c_str()));
  return code;
}

/// Replaces a file by the C library, as stdio_files says.
inline void save_by_stdio(std::string const& path, std::span<std::byte const> bytes) {
  expect_whole("save", path);
  std::string const aside = path + ".new";
  bool const cut_off = !is_file(path);  // else what is called ".old" may be somebody's own
  char const* step = "writing";
  int code = write_new(aside, bytes);
  if (code == 0) step = "renaming", code = rename_over(aside, path);
  if (code != 0) {
    static_cast<void>(std::remove(aside.c_str()));
    fail("save", path, std::string(step) + " to succeed", reason(code));
  }
  if (cut_off) static_cast<void>(std::remove(name_of_old(path).c_str()));
}

}  // namespace halo::io::detail
