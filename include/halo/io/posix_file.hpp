// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cerrno>
#include <cstddef>
#include <span>
#include <string>

#include <halo/core/error.hpp>
#include <halo/io/descriptor.hpp>

#if defined(HALO_POSIX)  // elsewhere there is nothing in it

#  include <fcntl.h>
#  include <sys/stat.h>
#  include <unistd.h>

namespace halo::io {

/// A regular file by the calls of POSIX: what an input reads.
class posix_file {
 public:
  /// halo::error: no such file, not a regular one (nobody waits for a pipe's writer), a path with a
  /// zero character.
  explicit posix_file(std::string const& path) : file_(-1) {
    detail::expect_whole("file", path);
    file_ = detail::open_at(AT_FDCWD, path.c_str(), O_RDONLY | O_NONBLOCK);
    if (!file_.is_open()) fail("file", path, "a readable file", reason());
    struct stat status {};
    if (::fstat(file_.number(), &status) != 0) fail("file", path, "", reason());
    if (!S_ISREG(status.st_mode)) {
      fail("file", path, "a regular file", S_ISDIR(status.st_mode) ? "a folder" : "something else");
    }
    size_ = static_cast<std::size_t>(status.st_size);
  }

  /// Bytes it had when it was opened.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Reads up to so many bytes, fewer only at the end of the file; -1 where that fails.
  [[nodiscard]] std::ptrdiff_t read_up_to(std::span<std::byte> bytes) noexcept {
    return detail::read_up_to(file_.number(), bytes);
  }
  /// Goes to a byte, from 0; false where it cannot.
  [[nodiscard]] bool seek(std::size_t to) noexcept {
    return ::lseek(file_.number(), static_cast<off_t>(to), SEEK_SET) >= 0;
  }
  /// Why the last of them failed.
  [[nodiscard]] std::string reason() const { return detail::reason(errno); }

 private:
  detail::descriptor file_;
  std::size_t size_ = 0;
};

}  // namespace halo::io

#endif
