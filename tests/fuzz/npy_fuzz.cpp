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
  unsigned const choice = support::take_choice(data, size);
  std::string const all = choice % 2 == 0 ? support::edited(good(), data, size)
                                          : std::string(support::text(data, size));
  std::optional<io::npy> file;
  if (!support::accepted([&] { file = io::parse_npy(io::as_bytes(all), "f"); })) return 0;
  io::tensor_view const& values = file->values();
  support::require(values.bytes.size() <= all.size(), "no more than there is");
  support::require(values.shape.bytes(values.type) == values.bytes.size(), "shape and bytes agree");
  std::optional<io::npy> again;
  support::require(
      support::accepted([&] { again = io::parse_npy(io::write_npy(values).span(), "again"); }),
      "a round trip");
  support::require(again->values().type == values.type, "the same type");
  support::require(again->values().shape == values.shape, "the same shape");
  support::require(std::ranges::equal(again->values().bytes, values.bytes), "the same bytes");
  return 0;
}
