// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include <halo/core/error.hpp>
#include <halo/io/descriptor.hpp>

// Files by the C library alone: for systems without POSIX, and boards whose C library has files.

namespace halo::io {

namespace detail {

struct close_stream {
  void operator()(std::FILE* stream) const noexcept { static_cast<void>(std::fclose(stream)); }
};
using stream = std::unique_ptr<std::FILE, close_stream>;

/// Opens a file; none and errno where that fails.
[[nodiscard]] inline stream open_stream(std::string const& path, char const* mode) noexcept {
  return stream(std::fopen(path.c_str(), mode));
}

/// Whether a path leads to a regular file.
[[nodiscard]] inline bool is_file(std::string const& path) noexcept {
  struct stat status {};
  return !is_cut(path) && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

/// Where the old bytes are while a file is replaced, on systems on which a file cannot be given the
/// name of another.
[[nodiscard]] inline std::string name_of_old(std::string const& path) { return path + ".old"; }

}  // namespace detail

/// A file by the C library: what an input reads. At most as long as a `long` can tell. Where there
/// is none, the old one of a save that was cut off.
class stdio_file {
 public:
  /// halo::error: no such file, one that cannot be read, such as a folder, a path with a zero
  /// character.
  explicit stdio_file(std::string const& path) {
    detail::expect_whole("file", path);
    file_ = detail::open_stream(path, "rb");
    int const code = errno;
    if (!file_) file_ = detail::open_stream(detail::name_of_old(path), "rb");
    if (!file_) fail("file", path, "a readable file", detail::reason(code));
    long size = -1;
    bool const readable = std::fgetc(file_.get()) != EOF || std::ferror(file_.get()) == 0;
    if (readable && std::fseek(file_.get(), 0, SEEK_END) == 0) size = std::ftell(file_.get());
    if (size < 0 || std::fseek(file_.get(), 0, SEEK_SET) != 0)
      fail("file", path, "a regular file", reason());
    size_ = static_cast<std::size_t>(size);
  }

  /// Bytes it had when it was opened.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Reads up to so many bytes, fewer only at the end of the file; -1 where that fails.
  [[nodiscard]] std::ptrdiff_t read_up_to(std::span<std::byte> bytes) noexcept {
    std::size_t const got = std::fread(bytes.data(), 1, bytes.size(), file_.get());
    return got < bytes.size() && std::ferror(file_.get()) != 0 ? -1
                                                               : static_cast<std::ptrdiff_t>(got);
  }
  /// Goes to a byte, from 0; false where it cannot.
  [[nodiscard]] bool seek(std::size_t to) noexcept {
    return std::fseek(file_.get(), static_cast<long>(to), SEEK_SET) == 0;
  }
  /// Why the last of them failed.
  [[nodiscard]] std::string reason() const { return detail::reason(errno); }

 private:
  detail::stream file_;
  std::size_t size_ = 0;
};

}  // namespace halo::io
