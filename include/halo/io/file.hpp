// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/io/descriptor.hpp>
#include <halo/io/kind.hpp>
#include <halo/io/memory.hpp>

namespace halo::io {

/// Whether the path leads to a folder.
[[nodiscard]] inline bool is_folder(std::string const& path) noexcept {
  struct stat status {};
  return !detail::is_cut(path) && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// Whether the path leads to anything.
[[nodiscard]] inline bool exists(std::string const& path) noexcept {
  struct stat status {};
  return !detail::is_cut(path) && ::stat(path.c_str(), &status) == 0;
}

/// A regular file, open to be read piece by piece: so that a reader can look at its head before it
/// asks for memory for the rest. Refers to the path that it was given; allocates nothing.
class input_file {
 public:
  /// halo::error: no such file, not a regular one (nobody waits for a pipe's writer), a path with a
  /// zero character.
  explicit input_file(std::string const& path) : path_(&path), file_(-1) {
    detail::expect_whole("file", path);
    file_ = detail::open_at(AT_FDCWD, path.c_str(), O_RDONLY | O_NONBLOCK);
    if (!file_.is_open()) fail("file", path, "a readable file", detail::reason(errno));
    struct stat status {};
    if (::fstat(file_.number(), &status) != 0) fail("file", path, "", detail::reason(errno));
    if (!S_ISREG(status.st_mode)) {
      fail("file", path, "a regular file", S_ISDIR(status.st_mode) ? "a folder" : "something else");
    }
    size_ = static_cast<std::size_t>(status.st_size);
  }
  explicit input_file(std::string&&) = delete;

  /// The path it was opened by.
  [[nodiscard]] std::string const& path() const noexcept { return *path_; }
  /// Bytes it had when it was opened.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Bytes of these that have not been read.
  [[nodiscard]] std::size_t left() const noexcept { return size_ - at_; }

  /// halo::error when the file has more bytes than this.
  void expect_at_most(std::size_t limit) const {
    if (size_ > limit) {
      fail("file", path(), "at most " + std::to_string(limit) + " bytes", std::to_string(size_));
    }
  }

  /// Fills `bytes` with what comes next.
  ///
  /// halo::error: unreadable; fewer bytes than that, or, behind the last one, more than the file
  /// had when it was opened.
  void read(std::span<std::byte> bytes) {
    ssize_t const got = detail::read_up_to(file_.number(), bytes);
    if (got < 0) fail("file", path(), "a readable file", detail::reason(errno));
    std::byte after{};
    bool const less = static_cast<std::size_t>(got) != bytes.size();
    at_ += bytes.size();
    if (less || (at_ >= size_ && ::read(file_.number(), &after, 1) > 0)) {
      fail("file", path(), std::to_string(size_) + " bytes",
           less ? "fewer" : "more, the file changed while it was read");
    }
  }

  /// Goes to a byte of those it had when it was opened, from 0; halo::error where it cannot.
  void seek(std::size_t to) {
    HALO_EXPECTS(to <= size_, "input_file: a file is read inside of it");
    if (::lseek(file_.number(), static_cast<off_t>(to), SEEK_SET) < 0)
      fail("file", path(), "", detail::reason(errno));
    at_ = to;
  }

  /// All that is left, 64-byte aligned; memory for it is asked for here.
  [[nodiscard]] aligned_buffer<std::byte> read_rest() {
    auto bytes = make_buffer("file", path(), left());
    read(bytes.span());
    return bytes;
  }

 private:
  std::string const* path_;
  detail::descriptor file_;
  std::size_t size_ = 0;
  std::size_t at_ = 0;
};

/// The bytes of a regular file, 64-byte aligned; at most `limit` of them.
///
/// halo::error: as input_file; longer than the limit (refused before anything is allocated), or no
/// memory for its bytes.
[[nodiscard]] inline aligned_buffer<std::byte> read_file(std::string const& path,
                                                         std::size_t limit = file_limit) {
  input_file file(path);
  file.expect_at_most(limit);
  return file.read_rest();
}

/// Hands a regular file of exactly `size` bytes to use(piece), as many at a time as fit `room`:
/// they are still in a near cache then. Allocates nothing; errors as above, and for another size.
template <class Use>
void read_pieces(std::string const& path, std::size_t size, std::span<std::byte> room, Use&& use) {
  HALO_EXPECTS(!room.empty(), "read_pieces: there is room for a byte");
  input_file file(path);
  if (file.size() != size) {
    auto const first = room.first(std::min(room.size(), file.size()));
    file.read(first);
    std::string_view const kind = kind_of(first);
    fail("file", path, std::to_string(size) + " bytes",
         std::to_string(file.size()) + (kind.empty() ? "" : ", of " + std::string(kind)));
  }
  while (file.left() > 0) {
    auto const piece = room.first(file.left() < room.size() ? file.left() : room.size());
    file.read(piece);
    use(std::span<std::byte const>(piece));
  }
}

}  // namespace halo::io
