// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/ppm.hpp>

#include <algorithm>
#include <array>
#include <string>

#include "fuzz.hpp"

using namespace halo;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  // A good file with edits, or the input alone.
  bool const alone = support::take_choice(data, size) % 2 == 0;
  std::string file(support::text(data, size));
  if (!alone) file = support::edited("P6 # by hand\n1 2 255\nabcdef", data, size);
  data::image_shape const shape{2, 1, alone ? 1U : 3U};
  std::array<std::uint8_t, 6> pixels{};
  auto const room = std::span(pixels).first(shape.size());
  if (!support::accepted([&] { data::decode_ppm(io::as_bytes(file), "f", shape, room); })) return 0;
  auto const tail = std::string_view(file).substr(file.size() - room.size());
  support::require(
      std::equal(room.begin(), room.end(), tail.begin(),
                 [](std::uint8_t a, char b) { return a == static_cast<unsigned char>(b); }),
      "pixels are the last bytes");
  return 0;
}
