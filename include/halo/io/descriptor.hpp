// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Whether the system has the calls of POSIX: halo's own, no option.
#if defined(__unix__) || defined(__APPLE__)
#  define HALO_POSIX
#endif

#if defined(HALO_POSIX)
#  include <fcntl.h>
#  include <sys/stat.h>
#  include <unistd.h>
#endif

#include <cerrno>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <halo/core/error.hpp>

// The calls of POSIX that halo makes, as functions that neither lose a byte nor an error; and what
// every way to a file needs.

namespace halo::io::detail {

[[nodiscard]] inline std::string reason(int code) { return std::generic_category().message(code); }

/// Whether the system would see less of a path than the program does: a NUL ends it there.
[[nodiscard]] inline bool is_cut(std::string const& path) noexcept {
  return path.find('\0') != std::string::npos;
}

/// halo::error unless the system sees all of the path.
inline void expect_whole(std::string_view who, std::string const& path) {
  if (is_cut(path)) fail(who, path, "a path without a zero character", "one");
}

#if defined(HALO_POSIX)

/// Owns an open file; close() reports what the destructor would swallow.
class descriptor {
 public:
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    if (this != &other) {
      static_cast<void>(close());
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  descriptor(descriptor const&) = delete;
  descriptor& operator=(descriptor const&) = delete;
  ~descriptor() { static_cast<void>(close()); }

  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
  /// Hands over the duty to close it.
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }
  [[nodiscard]] int close() noexcept {
    if (number_ < 0) return 0;
    return ::close(std::exchange(number_, -1)) == 0 || errno == EINTR ? 0 : errno;
  }

 private:
  int number_;
};

/// Opens a name in a folder (AT_FDCWD: where the program is); errno where that fails.
[[nodiscard]] inline descriptor open_at(int folder, char const* name, int flags,
                                        mode_t mode = 0) noexcept {
  int number = -1;
  do number = ::openat(folder, name, flags | O_CLOEXEC, mode);
  while (number < 0 && errno == EINTR);
  return descriptor(number);
}

/// Writes every byte, however the system cuts the work; the error number, 0 if there is none.
[[nodiscard]] inline int write_all(int file, std::span<std::byte const> bytes) noexcept {
  while (!bytes.empty()) {
    ssize_t const written = ::write(file, bytes.data(), bytes.size());
    if (written > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (written == 0) {
      return EIO;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

/// Waits until the device has the data; a file system without fsync for this kind of file is fine.
[[nodiscard]] inline int synchronize(int file) noexcept {
  while (::fsync(file) != 0) {
    if (errno == EINTR) continue;
    return errno == EINVAL || errno == ENOTSUP ? 0 : errno;
  }
  return 0;
}

/// Reads up to bytes.size() bytes, fewer only at the end of the file; -1 and errno on failure.
[[nodiscard]] inline ssize_t read_up_to(int file, std::span<std::byte> bytes) noexcept {
  std::size_t total = 0;
  while (total < bytes.size()) {
    ssize_t const got = ::read(file, bytes.data() + total, bytes.size() - total);
    if (got == 0) break;
    if (got > 0) total += static_cast<std::size_t>(got);
    if (got < 0 && errno != EINTR) return -1;
  }
  return static_cast<ssize_t>(total);
}

#endif

}  // namespace halo::io::detail
