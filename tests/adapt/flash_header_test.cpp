// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/flash_header.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>

#include <halo/io/file.hpp>
#include <halo/io/memory.hpp>

#include "../support/data.hpp"
#include "../support/flash.hpp"
#include "../support/golden.hpp"

namespace adapt_flash_header_test {

using namespace halo;

namespace {

std::string golden_text(std::string const& name) {
  return std::string(io::as_text(io::read_file(support::golden("flash/" + name)).span()));
}

}  // namespace

TEST_CASE("flash_header: the text of tests/golden/flash") {
  CHECK(adapt::flash_header("golden_flash", support::flash::learned()) == golden_text("small.hpp"));
  CHECK(adapt::flash_header("golden_flash_bytes", support::flash::learned_bytes()) ==
        golden_text("bytes.hpp"));
}

TEST_CASE("flash_header: a name that is none in C++ and a number that is not finite are refused") {
  CHECK(support::message_of<error>([] {
          static_cast<void>(adapt::flash_header("7up", support::flash::learned()));
        }) == "header: name: expected letters, digits and _, no digit first, found '7up'");
  std::array<float, 2> const bad{1.0F, std::numeric_limits<float>::infinity()};
  CHECK(support::message_of<error>([&] {
          static_cast<void>(adapt::flash_header("a", "", {{{"0.weight", {2, 0, 0, 0}}}, bad}, {}));
        }) == "header: tensor '0.weight', element 1: expected a finite number, found infinity");
}

}  // namespace adapt_flash_header_test
