// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/io/descriptor.hpp>

#if defined(HALO_POSIX)  // elsewhere there is nothing in it

#  include <dirent.h>

// By POSIX and not by <filesystem>, which takes as long to compile as a tenth of halo.

namespace halo::io {

/// A name in a folder, and whether that is a folder, too; links count as what they lead to.
struct folder_entry {
  std::string name;        ///< without the folder's
  bool is_folder = false;  ///< whether there are names in it
};

namespace detail {

/// Appends what is in a folder but itself and its parent; the error number, 0 if there is none.
[[nodiscard]] inline int read_folder(std::string const& path, std::vector<folder_entry>& found) {
  if (is_cut(path)) return EINVAL;
  struct open_folder {
    DIR* stream;
    ~open_folder() {
      if (stream != nullptr) ::closedir(stream);
    }
  } const folder{::opendir(path.c_str())};
  if (folder.stream == nullptr) return errno;
  for (;;) {
    errno = 0;
    dirent const* const entry = ::readdir(folder.stream);
    if (entry == nullptr) return errno;
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat about {};
    bool const known = ::fstatat(::dirfd(folder.stream), name.c_str(), &about, 0) == 0;
    found.push_back({std::move(name), known && S_ISDIR(about.st_mode)});
  }
}

}  // namespace detail

/// What is in a folder, in the order of the names.
/// @param who  the reader that asks, for the error
/// @throws halo::error where there is no such folder, or it may not be read
[[nodiscard]] inline std::vector<folder_entry> list_folder(std::string const& path,
                                                           std::string_view who = "list_folder") {
  detail::expect_whole(who, path);
  std::vector<folder_entry> found;
  if (int const code = detail::read_folder(path, found); code != 0)
    fail(who, path, "a folder", detail::reason(code));
  std::sort(found.begin(), found.end(),
            [](folder_entry const& a, folder_entry const& b) { return a.name < b.name; });
  return found;
}

}  // namespace halo::io

#endif
