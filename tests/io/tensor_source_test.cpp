// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/tensor_source.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <halo/io/safetensors.hpp>

#include "../support/golden.hpp"

namespace io_tensor_source_test {

using namespace halo;

TEST_CASE("tensor_source: pieces of a file on the disk are those of the file in memory") {
  std::string const path = support::golden("pytorch/double.safetensors");
  io::detail::safetensors_source disk(path);
  io::detail::memory_source memory(io::load_safetensors(path));
  CHECK(disk.name() == path);
  REQUIRE(disk.tensors().size() == memory.tensors().size());
  for (std::size_t i = disk.tensors().size(); i-- > 0;) {  // in any order
    io::tensor_view const &a = disk.tensors()[i], &b = memory.tensors()[i];
    CHECK(a.name == b.name);
    CHECK(a.bytes.empty());
    for (std::size_t at = 0; at < b.bytes.size(); at += 16) {
      std::size_t const size = std::min<std::size_t>(16, b.bytes.size() - at);
      std::vector<std::byte> x(size), y(size);
      disk.read(a, at, x);
      memory.read(b, at, y);
      CHECK(x == y);
      CHECK(std::ranges::equal(x, b.bytes.subspan(at, size)));
    }
  }
}

}  // namespace io_tensor_source_test
