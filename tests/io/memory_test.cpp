// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/memory.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include <halo/io/file.hpp>

#include "../support/address_sanitizer.hpp"
#include "../support/data.hpp"

namespace io_memory_test {

using namespace halo;

TEST_CASE("with_memory: what was made, or how many bytes there are not") {
  CHECK(io::with_memory("reader", "file", 3, [] { return 7; }) == 7);
  auto const fails = [](std::string_view kind) {
    return support::message_of<error>([&] {
      io::with_memory(
          "reader", "file", 12, [] { throw std::bad_alloc(); }, kind);
    });
  };
  CHECK(fails(" bytes") == "reader: file: expected memory for 12 bytes, found less");
  CHECK(fails(" rows") == "reader: file: expected memory for 12 rows, found less");
  CHECK_THROWS_AS(io::with_memory("reader", "file", 1, [] { throw std::logic_error("other"); }),
                  std::logic_error);
}

TEST_CASE("make_buffer: zeros, or how many bytes there are not") {
  auto const bytes = io::make_buffer("reader", "file", 5);
  CHECK(bytes.size() == 5);
  CHECK(bytes[4] == std::byte{0});
#if HALO_ADDRESS_SANITIZER
  MESSAGE("skipped: the address sanitizer ends a program that asks for so much");
#else
  std::size_t const most = static_cast<std::size_t>(-1) / 4;
  CHECK(support::message_of<error>([&] {
          static_cast<void>(io::make_buffer("reader", "file", most));
        }) == "reader: file: expected memory for " + std::to_string(most) + " bytes, found less");
#endif
}

}  // namespace io_memory_test
