// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/flash_bytes_header.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>

#include <halo/io/file.hpp>
#include <halo/io/memory.hpp>

#include "../support/data.hpp"
#include "../support/flash.hpp"
#include "../support/golden.hpp"

namespace adapt_flash_bytes_header_test {

using namespace halo;
using support::flash::network;

TEST_CASE("flash_bytes_header: the text of tests/golden/flash/packed.hpp") {
  auto const p = support::flash::learned();
  auto const text = adapt::flash_bytes_header(
      "golden_flash_packed", "Numbers of a network.",
      adapt::detail::numbers_of<network::layout>(p.parameters()),
      adapt::detail::numbers_of<network::statistics_layout>(p.statistics()));
  auto const golden = io::read_file(support::golden("flash/packed.hpp"));
  CHECK(text == std::string(io::as_text(golden.span())));
}

TEST_CASE("flash_bytes_header: an output of zeros, and a number that is not finite") {
  std::array<float, 4> values{0, 0.5F, 0, -2};  // the first output is 0
  auto const text = [&] {
    return adapt::flash_bytes_header("a", "A.", {{{"0.weight", {2, 2, 0, 0}}}, values}, {});
  };
  CHECK(text().find("      0, 32, 0, -127,\n") != std::string::npos);
  values[2] = std::numeric_limits<float>::quiet_NaN();
  CHECK(support::message_of<error>([&] { static_cast<void>(text()); }) ==
        "header: tensor '0.weight', element 2: expected a finite number, found NaN");
}

}  // namespace adapt_flash_bytes_header_test
