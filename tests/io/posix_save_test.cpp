// SPDX-License-Identifier: BSD-3-Clause
// What a save promises is tested where everybody asks for it: save_test.cpp.
#include <halo/io/posix_save.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace io_posix_save_test {

using namespace halo;

TEST_CASE("posix_save: names of temporary files never come twice") {
  std::set<std::string> names;
  std::vector<std::vector<std::string>> drawn(4);
  std::vector<std::thread> threads;
  for (auto& mine : drawn) {
    threads.emplace_back([&mine] {
      for (int i = 0; i < 5000; ++i) {
        io::detail::temporary_name one;  // as each save has its own
        one.draw();
        mine.emplace_back(one.text());
      }
    });
  }
  for (std::thread& t : threads) t.join();
  for (auto const& mine : drawn) names.insert(mine.begin(), mine.end());
  CHECK(names.size() == 20000);
  CHECK(std::all_of(names.begin(), names.end(), io::detail::temporary_name::is_one));
  CHECK_FALSE(io::detail::temporary_name::is_one(".halo-0123456789abcde.tmp"));
  CHECK_FALSE(io::detail::temporary_name::is_one(".halo-0123456789ABCDEF.tmp"));
  CHECK_FALSE(io::detail::temporary_name::is_one("xhalo-0123456789abcdef.tmp"));
}

}  // namespace io_posix_save_test
