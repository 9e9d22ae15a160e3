// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/gzip.hpp>

#include <string>

#include "fuzz.hpp"

using namespace halo;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  // "halo\n" packed, with edits, or the input alone.
  static constexpr unsigned char good[] = {0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                           0x03, 0xCB, 0x48, 0xCC, 0xC9, 0xE7, 0x02, 0x00, 0xC5,
                                           0xF7, 0x87, 0xAF, 0x05, 0x00, 0x00, 0x00};
  bool const alone = support::take_choice(data, size) % 2 == 0;
  std::string file(support::text(data, size));
  if (!alone) file = support::edited(std::string(std::begin(good), std::end(good)), data, size);
  constexpr std::size_t limit = 100'000;
  aligned_buffer<std::byte> bytes;
  if (!support::accepted([&] { bytes = io::unpack_gzip(io::as_bytes(file), "f", limit); }))
    return 0;
  support::require(bytes.size() <= limit, "no more than the limit");
  support::require(io::is_gzip(io::as_bytes(file)), "gzip alone is accepted");
  return 0;
}
