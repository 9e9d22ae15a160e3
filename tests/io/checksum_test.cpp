// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/checksum.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/io/file.hpp>

using namespace halo;

namespace {

io::tensor_view bytes(std::string_view name, std::string_view text) {
  return {name, io::dtype::u8, {text.size()}, io::as_bytes(text)};
}

std::string sum(std::vector<io::tensor_view> const& tensors) { return io::checksum(tensors); }

}  // namespace

TEST_CASE("checksum: the sums that FNV's authors publish") {
  CHECK(sum({}) == "cbf29ce484222325");
  CHECK(sum({bytes("x", "a")}) == "af63dc4c8601ec8c");
  CHECK(sum({bytes("x", "foobar")}) == "85944171f73967e8");
  CHECK(sum({bytes("x", "foo"), bytes("y", "bar")}) == "85944171f73967e8");
}

TEST_CASE("checksum: elements count with their least significant byte first") {
  std::vector<std::uint32_t> const words{0x6F6F66U, 0x726162U};
  CHECK(sum({io::as_tensor("x", std::span(words), {2})}) ==
        sum({bytes("x", std::string_view("foo\0bar\0", 8))}));
}
