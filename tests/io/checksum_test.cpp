// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/checksum.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <halo/io/file.hpp>

namespace io_checksum_test {

using namespace halo;

namespace {

io::tensor_view bytes(std::string_view name, std::string_view text) {
  return {name, io::dtype::u8, {text.size()}, io::as_bytes(text)};
}

}  // namespace

TEST_CASE("checksum: whatever a file says counts, in any order, but for the sum itself") {
  using tensors = std::vector<io::tensor_view>;
  using metadata = std::vector<io::metadata_entry>;
  std::string const sum = io::checksum(tensors{bytes("x", "foo"), bytes("y", "bar")}, {{"k", "v"}});
  CHECK(sum.size() == 16);
  CHECK(io::checksum(tensors{bytes("y", "bar"), bytes("x", "foo")},
                     metadata{{"checksum", "7"}, {"k", "v"}}) == sum);
  std::set<std::string> seen{sum};
  auto const differs = [&](tensors const& t, metadata const& m) {
    return seen.insert(io::checksum(t, m)).second;
  };
  CHECK(differs({bytes("x", "fop"), bytes("y", "bar")}, {{"k", "v"}}));
  CHECK(differs({bytes("x", "foo"), bytes("z", "bar")}, {{"k", "v"}}));
  CHECK(differs({bytes("x", "foob"), bytes("y", "ar")}, {{"k", "v"}}));
  CHECK(differs({bytes("x", "foo"), bytes("y", "bar")}, {{"k", "w"}}));
  CHECK(differs({bytes("x", "foo"), bytes("y", "bar")}, {{"l", "v"}}));
  CHECK(differs({bytes("x", "foo"), bytes("y", "bar")}, {}));
  CHECK(differs({bytes("x", "foo")}, {{"k", "v"}}));
  auto shape = bytes("y", "bar");
  shape.shape = {3, 1};
  CHECK(differs({bytes("x", "foo"), shape}, {{"k", "v"}}));
  auto type = bytes("y", "bar");
  type.type = io::dtype::i8;
  CHECK(differs({bytes("x", "foo"), type}, {{"k", "v"}}));
}

}  // namespace io_checksum_test
