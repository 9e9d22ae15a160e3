// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace support {

/// A root with files in it as Linux shows its sensors, removed at the end.
class sensor_tree {
 public:
  sensor_tree() {
    std::string pattern = (std::filesystem::temp_directory_path() / "halo-tree-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    root_ = pattern;
  }
  sensor_tree(sensor_tree const&) = delete;
  sensor_tree& operator=(sensor_tree const&) = delete;
  ~sensor_tree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  [[nodiscard]] std::string const& root() const { return root_; }
  [[nodiscard]] std::string operator/(std::string const& path) const { return root_ + path; }
  /// Writes a line to a file, which may be there already.
  void put(std::string const& path, std::string const& line) const {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << line << '\n';
  }

 private:
  std::string root_;
};

/// A clock that a test sets.
struct set_clock {
  std::shared_ptr<double> now = std::make_shared<double>(0);
  [[nodiscard]] double seconds() const { return *now; }
};

}  // namespace support
