// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/folder.hpp>

#include <doctest/doctest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace io_folder_test {

using namespace halo;

TEST_CASE("list_folder: every name but itself and its parent, in order, folders told from files") {
  support::folder const at;
  io::save_atomically(at / "b", std::string("file"));
  io::save_atomically(at / ".hidden", std::string("file"));
  REQUIRE(::mkdir((at / "a").c_str(), 0700) == 0);
  REQUIRE(::symlink("a", (at / "c, a link to a").c_str()) == 0);
  REQUIRE(::symlink("nowhere", (at / "d").c_str()) == 0);
  auto const found = io::list_folder(at.path());
  REQUIRE(found.size() == 5);
  std::vector<std::string> names;
  for (auto const& entry : found) names.push_back(entry.name + (entry.is_folder ? "/" : ""));
  CHECK(names == std::vector<std::string>{".hidden", "a/", "b", "c, a link to a/", "d"});
  CHECK(io::list_folder(at / "a").empty());
  CHECK(::rmdir((at / "a").c_str()) == 0);
}

TEST_CASE("list_folder: what is no folder is named, with who asked and why not") {
  support::folder const at;
  io::save_atomically(at / "file", std::string("text"));
  auto const said = [](std::string const& path) {
    return support::message_of<error>([&] { static_cast<void>(io::list_folder(path, "reader")); });
  };
  CHECK(said(at / "none") ==
        "reader: " + (at / "none") + ": expected a folder, found No such file or directory");
  CHECK(said(at / "file") ==
        "reader: " + (at / "file") + ": expected a folder, found Not a directory");
  CHECK(said(std::string("a\0b", 3)).find("without a zero character") != std::string::npos);
}

}  // namespace io_folder_test
