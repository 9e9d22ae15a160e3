// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/io/descriptor.hpp>
#include <halo/io/input.hpp>
#include <halo/io/kind.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/posix_file.hpp>
#include <halo/io/stdio_file.hpp>

namespace halo::io {

namespace detail {

#if defined(HALO_POSIX)
using system_file = posix_file;
#else
using system_file = stdio_file;
#endif

}  // namespace detail

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

/// A regular file of the system, open to be read piece by piece (io/input.hpp).
class input_file : public input<detail::system_file> {
 public:
  /// halo::error: no such file, not a regular one (nobody waits for a pipe's writer), a path with a
  /// zero character.
  explicit input_file(std::string const& path) : input(path, detail::system_file(path)) {}
  explicit input_file(std::string&&) = delete;
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

#include <halo/macros_back.hpp>
