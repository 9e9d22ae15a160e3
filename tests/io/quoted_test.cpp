// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/quoted.hpp>

#include <doctest/doctest.h>

#include <string>

namespace io_quoted_test {

using namespace halo;

TEST_CASE("quoted: short, printable") {
  CHECK(io::quoted("") == "nothing");
  CHECK(io::quoted("a\nb\x80") == "'a?b?'");
  CHECK(io::quoted(std::string(50, 'x')) == "'" + std::string(32, 'x') + "...'");
}

TEST_CASE("quoted: cut where the caller says") {
  CHECK(io::quoted("abcdef", 3) == "'abc...'");
  CHECK(io::quoted("abcdef", 6) == "'abcdef'");
}

}  // namespace io_quoted_test
