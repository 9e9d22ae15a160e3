// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/json.hpp>

#include <string>

#include "fuzz.hpp"

using namespace halo;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  // Whatever comes next is taken as the choice byte says, until something is refused.
  unsigned const choice = support::take_choice(data, size);
  std::string text(support::text(data, size));
  static_cast<void>(support::accepted([&] {
    io::json_scanner in(text, "json", "f", 7);
    for (std::size_t i = 0; !in.at_end(); ++i) {
      support::require(i <= size, "something is taken each time");
      if (in.take(',') || in.take(':') || in.take('{') || in.take('}')) continue;
      if ((choice & 1U) != 0 && i % 2 == 0) {
        static_cast<void>(in.integer());
        continue;
      }
      std::string const value(in.string());
      support::require(io::is_utf8(value), "strings are UTF-8");
      std::string written;
      io::append_json(written, value);
      io::json_scanner back(written, "json", "again", 0);
      support::require(back.string() == value && back.at_end(), "a round trip");
    }
  }));
  return 0;
}
