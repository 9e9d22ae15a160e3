// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/npy.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "fuzz.hpp"

using namespace halo;

namespace {

std::string good() {
  std::array<float, 6> const values{1, 2, 3, 4, 5, 6};
  auto const file = io::write_npy(io::as_tensor("v", std::span(values), {2, 3}));
  return std::string(io::as_text(file.span()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  unsigned const choice = tests::take_choice(data, size);
  std::string const all =
      choice % 2 == 0 ? tests::edited(good(), data, size) : std::string(tests::text(data, size));
  std::optional<io::npy> file;
  if (!tests::accepted([&] { file = io::parse_npy(io::as_bytes(all), "f"); })) return 0;
  io::tensor_view const& values = file->values();
  tests::require(values.bytes.size() <= all.size(), "no more than there is");
  tests::require(values.shape.bytes(values.type) == values.bytes.size(), "shape and bytes agree");
  std::optional<io::npy> again;
  tests::require(
      tests::accepted([&] { again = io::parse_npy(io::write_npy(values).span(), "again"); }),
      "a round trip");
  tests::require(again->values().type == values.type, "the same type");
  tests::require(again->values().shape == values.shape, "the same shape");
  tests::require(std::ranges::equal(again->values().bytes, values.bytes), "the same bytes");
  return 0;
}
