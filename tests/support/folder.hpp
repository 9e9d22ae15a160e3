// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

namespace support {

/// A new folder for one test, removed with its files at the end.
class folder {
 public:
  folder() {
    char const* base = std::getenv("TMPDIR");
    path_ = std::string(base != nullptr ? base : "/tmp") + "/halo-test-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  folder(folder const&) = delete;
  folder& operator=(folder const&) = delete;
  ~folder() {
    for (std::string const& name : names()) ::unlink((*this / name).c_str());
    ::rmdir(path_.c_str());
  }

  [[nodiscard]] std::string const& path() const { return path_; }
  [[nodiscard]] std::string operator/(std::string const& name) const { return path_ + '/' + name; }

  /// Names of the files inside, sorted.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    if (DIR* const listing = ::opendir(path_.c_str())) {
      while (dirent const* const entry = ::readdir(listing)) {
        std::string const name = entry->d_name;
        if (name != "." && name != "..") found.push_back(name);
      }
      ::closedir(listing);
    }
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  std::string path_;
};

/// The folder the program runs in.
[[nodiscard]] inline std::string current_folder() {
  char* const name = ::getcwd(nullptr, 0);
  std::string const result = name != nullptr ? name : ".";
  std::free(name);
  return result;
}

}  // namespace support
