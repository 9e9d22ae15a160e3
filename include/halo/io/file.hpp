// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>

namespace halo::io {

/// The most bytes that read_file takes into memory unless told otherwise.
inline constexpr std::size_t file_limit = std::size_t{1} << 31;

/// Bytes as text, without copying.
[[nodiscard]] inline std::string_view as_text(std::span<std::byte const> bytes) noexcept {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

/// Text as bytes, without copying.
[[nodiscard]] inline std::span<std::byte const> as_bytes(std::string_view text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}

namespace detail {

[[nodiscard]] inline std::string reason(int code) { return std::generic_category().message(code); }

/// Owns an open file; close() reports what the destructor would swallow.
class descriptor {
 public:
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor(descriptor const&) = delete;
  descriptor& operator=(descriptor const&) = delete;
  ~descriptor() { static_cast<void>(close()); }

  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] int close() noexcept {
    if (number_ < 0) return 0;
    return ::close(std::exchange(number_, -1)) == 0 || errno == EINTR ? 0 : errno;
  }

 private:
  int number_;
};

[[nodiscard]] inline descriptor open(char const* path, int flags, mode_t mode = 0) noexcept {
  int number = -1;
  do number = ::open(path, flags | O_CLOEXEC, mode);
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

/// Opens a regular file to be read; its size goes to `size`.
[[nodiscard]] inline descriptor open_regular(std::string const& path, std::size_t& size) {
  // Without O_NONBLOCK, opening a pipe would wait for a writer before it could be refused.
  descriptor file = open(path.c_str(), O_RDONLY | O_NONBLOCK);
  if (file.number() < 0) fail("file", path, "a readable file", reason(errno));
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) fail("file", path, "", reason(errno));
  if (!S_ISREG(status.st_mode)) {
    fail("file", path, "a regular file", S_ISDIR(status.st_mode) ? "a folder" : "something else");
  }
  size = static_cast<std::size_t>(status.st_size);
  return file;
}

/// Fills `bytes` with what comes next; halo::error where that is less, or more at the end.
inline void read_whole(descriptor const& file, std::string const& path, std::span<std::byte> bytes,
                       bool to_the_end) {
  ssize_t const got = read_up_to(file.number(), bytes);
  if (got < 0) fail("file", path, "a readable file", reason(errno));
  std::byte after{};
  bool const less = static_cast<std::size_t>(got) != bytes.size();
  if (less || (to_the_end && ::read(file.number(), &after, 1) > 0)) {
    fail("file", path, std::to_string(bytes.size()) + " bytes",
         less ? std::to_string(got) : "more, the file changed while it was read");
  }
}

}  // namespace detail

/// Whether the path leads to a folder.
[[nodiscard]] inline bool is_folder(std::string const& path) noexcept {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// Whether the path leads to anything.
[[nodiscard]] inline bool exists(std::string const& path) noexcept {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

/// The bytes of a regular file, 64-byte aligned; at most `limit` of them.
///
/// halo::error: no such file, not a regular file, longer than the limit (refused before anything
/// is allocated), unreadable, or another size than it had when it was opened.
[[nodiscard]] inline aligned_buffer<std::byte> read_file(std::string const& path,
                                                         std::size_t limit = file_limit) {
  std::size_t size = 0;
  detail::descriptor const file = detail::open_regular(path, size);
  if (size > limit) {
    fail("file", path, "at most " + std::to_string(limit) + " bytes", std::to_string(size));
  }
  aligned_buffer<std::byte> bytes(size);
  detail::read_whole(file, path, bytes.span(), true);
  return bytes;
}

/// Hands a regular file of exactly `size` bytes to use(piece), as many at a time as fit `room`:
/// they are still in a near cache then. Allocates nothing; errors as above, and for another size.
template <class Use>
void read_pieces(std::string const& path, std::size_t size, std::span<std::byte> room, Use&& use) {
  HALO_EXPECTS(!room.empty(), "read_pieces: there is room for a byte");
  std::size_t found = 0;
  detail::descriptor const file = detail::open_regular(path, found);
  if (found != size) fail("file", path, std::to_string(size) + " bytes", std::to_string(found));
  for (std::size_t left = size; left > 0;) {
    auto const piece = room.first(left < room.size() ? left : room.size());
    left -= piece.size();
    detail::read_whole(file, path, piece, left == 0);
    use(std::span<std::byte const>(piece));
  }
}

namespace detail {

/// A step of saving that failed, and the error number; {nullptr, 0} if none did.
struct failure {
  char const* step = nullptr;
  int code = 0;
};

/// Creates a file beside the target that did not exist before; its name goes to `name`.
[[nodiscard]] inline descriptor create_beside(std::string const& target, std::string& name) {
  for (int n = 0;; ++n) {
    name = target + '.' + std::to_string(::getpid()) + '-' + std::to_string(n) + ".tmp";
    descriptor file = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (file.number() >= 0 || errno != EEXIST || n == 999) return file;
  }
}

[[nodiscard]] inline failure write_and_rename(descriptor& file, std::string const& temporary,
                                              std::string const& target,
                                              std::span<std::byte const> bytes) noexcept {
  if (int const code = write_all(file.number(), bytes)) return {"writing", code};
  if (int const code = synchronize(file.number())) return {"fsync", code};
  if (int const code = file.close()) return {"closing", code};
  if (::rename(temporary.c_str(), target.c_str()) != 0) return {"renaming", errno};
  return {};
}

}  // namespace detail

/// Replaces a file so that at every moment, crashes and power cuts included, its name leads to
/// either the old bytes or the new ones.
///
/// Writes a temporary file in the same folder, fsync, rename, fsync of the folder. The mode of an
/// existing file is kept, a symbolic link is followed. halo::error when any step fails; the old
/// file is then untouched and the temporary one removed (a killed process leaves it behind, named
/// <path>.<process>-<n>.tmp). Allocates only names.
inline void save_atomically(std::string const& path, std::span<std::byte const> bytes) {
  std::string target = path;
  if (char* const real = ::realpath(path.c_str(), nullptr)) {
    target = real;
    std::free(real);
  }
  struct stat old {};
  bool const replaces = ::lstat(target.c_str(), &old) == 0;
  if (replaces && !S_ISREG(old.st_mode)) {
    fail("save", path, "a regular file or nothing",
         S_ISDIR(old.st_mode) ? "a folder" : "a device, a pipe or a broken link");
  }
  std::string temporary;
  detail::descriptor file = detail::create_beside(target, temporary);
  if (file.number() < 0) fail("save", path, "a writable folder", detail::reason(errno));
  // Without the right to change it, the new file simply has the mode of new files.
  if (replaces) static_cast<void>(::fchmod(file.number(), old.st_mode & 07777));
  detail::failure failed = detail::write_and_rename(file, temporary, target, bytes);
  if (failed.step != nullptr) {
    ::unlink(temporary.c_str());
  } else {
    std::size_t const slash = target.rfind('/');
    std::string const folder = slash == std::string::npos ? "." : target.substr(0, slash + 1);
    detail::descriptor const place = detail::open(folder.c_str(), O_RDONLY | O_DIRECTORY);
    int const code = place.number() < 0 ? errno : detail::synchronize(place.number());
    if (code != 0) failed = {"fsync of the folder, after the file was replaced,", code};
  }
  if (failed.step != nullptr) {
    fail("save", path, std::string(failed.step) + " to succeed", detail::reason(failed.code));
  }
}

/// Replaces a text file, as above.
inline void save_atomically(std::string const& path, std::string_view text) {
  save_atomically(path, as_bytes(text));
}

}  // namespace halo::io
