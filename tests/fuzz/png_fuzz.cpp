// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/png.hpp>

#include <array>
#include <string>

#include "../support/png.hpp"
#include "fuzz.hpp"

using namespace halo;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  // The input alone; a good file with edits; or lines, kinds and chunks of the input's, with sums
  // that are right, so that libpng's own look at them is not the end.
  unsigned const choice = support::take_choice(data, size);
  unsigned const second = support::take_choice(data, size);
  std::string file(support::text(data, size));
  support::png_parts parts{.width = 4, .height = 3, .bits = 8, .colour = 2, .lines = file};
  if (choice % 3 == 1) {
    parts.lines = std::string(3 * 13, '\0');
    file = support::edited(support::png_of(parts), data, size);
  } else if (choice % 3 == 2) {
    static constexpr std::array<int, 5> colours{0, 2, 3, 4, 6};
    static constexpr std::array<char const*, 5> kinds{"PLTE", "tRNS", "iCCP", "zTXt", "eXIf"};
    parts.colour = colours[choice / 3 % 5];
    parts.bits = 1 << (second % 5);
    parts.interlaced = second / 5 % 2 == 1;
    std::size_t const cut = size * (choice / 15) / 17;
    if (parts.colour == 3) parts.before = support::png_chunk("PLTE", std::string(9, 'a'));
    parts.before += support::png_chunk(kinds[second / 10 % 5], file.substr(0, cut));
    parts.lines = file.substr(cut);
    file = support::png_of(parts);
  }
  data::image_shape const shape{3, 4, parts.colour % 4 == 0 ? 1U : 3U};
  std::array<std::uint8_t, 36> pixels{};
  if (!support::accepted([&] {
        data::decode_image(io::as_bytes(file), "f", shape, std::span(pixels).first(shape.size()));
      }))
    return 0;
  support::require(file.starts_with(support::png_signature) || file.starts_with("P"),
                   "images alone are accepted");
  return 0;
}
