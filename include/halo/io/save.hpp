// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <halo/io/descriptor.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/posix_save.hpp>
#include <halo/io/stdio_save.hpp>

namespace halo::io {

/// Replaces a file so that at every moment, crashes and power cuts included, its name leads to
/// either the old bytes or the new ones.
///
/// Writes a temporary file in the same folder, fsync, rename, fsync of the folder (where that may
/// not be read: of its whole file system). A symbolic link is followed. Owner, group and mode of an
/// existing file are kept where the system allows it (the superuser always may), bits that lend
/// rights to who runs it are not; where the group cannot be kept, the new one may what all others
/// may. Access control lists and other names of the old file (hard links) do not move along.
///
/// Without POSIX (Windows, a board) it does what stdio_files does, whose promise is smaller.
///
/// halo::error when any step fails, and for an empty name or a zero character in the path: the old
/// file is then untouched and the temporary one removed, unless the message says that the file was
/// replaced. A killed process leaves its temporary file behind, .halo-<16 digits>.tmp; the next
/// save into a folder that may be read removes it. Allocates names and the list of a folder.
inline void save_atomically(std::string const& path, std::span<std::byte const> bytes) {
  with_memory("save", path, [&] {
#if defined(HALO_POSIX)
    detail::save_by_posix(path, bytes);
#else
    detail::save_by_stdio(path, bytes);
#endif
  });
}

/// Replaces a text file, as above.
inline void save_atomically(std::string const& path, std::string_view text) {
  save_atomically(path, as_bytes(text));
}

}  // namespace halo::io
