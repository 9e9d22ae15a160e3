// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/recorded_file.hpp>

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <span>
#include <string>
#include <vector>

#include "../support/data.hpp"
#include "../support/folder.hpp"
#include "../support/safetensors.hpp"

namespace io_recorded_file_test {

using namespace halo;

namespace {

struct numbers {
  std::array<float, 3> x{1, 2, 3};
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "numbers");
    f.per_problem("x", std::span(self.x));
  }
};
constexpr io::record_format kind{"numbers", "halo numbers"};

}  // namespace

TEST_CASE("recorded_file: there and back, an old file replaced") {
  support::folder const f;
  auto const path = f / "x.safetensors";
  numbers a{{4, 5, 6}}, b;
  io::save_record(path, numbers{}, kind);
  io::save_record(path, a, kind);
  io::load_record(path, b, kind);
  CHECK(b.x == a.x);
  CHECK(f.names() == std::vector<std::string>{"x.safetensors"});
}

TEST_CASE("recorded_file: another value's file is refused before its data is looked at") {
  support::folder const f;
  auto const path = f / "huge";
  std::string const header =
      R"({"__metadata__":{"format":"halo numbers","version":"2","checksum":"0",)"
      R"("identity":"name = numbers\n"},)"
      R"("x":{"dtype":"F32","shape":[268435456],"data_offsets":[0,1073741824]}})";
  io::save_atomically(path, support::safetensors_file(header, ""));
  REQUIRE(::truncate(path.c_str(), static_cast<off_t>(8 + header.size()) + (off_t{1} << 30)) == 0);
  numbers a;
  CHECK(support::message_of<error>([&] { io::load_record(path, a, kind); }) ==
        "numbers: " + path + ": tensor 'x': expected F32 [3], found F32 [268435456]");
  CHECK(a.x == numbers{}.x);
}

}  // namespace io_recorded_file_test
