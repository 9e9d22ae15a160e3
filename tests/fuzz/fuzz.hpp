// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What fuzz targets share: bytes in, nothing but halo::error out.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>

namespace support {

/// Ends the program where an invariant is broken; the fuzzer keeps the input.
inline void require(bool holds, char const* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

/// Calls parse(); true if it accepted its input, false if it refused with halo::error. Any other
/// exception ends the program.
template <class Parse>
bool accepted(Parse&& parse) {
  try {
    parse();
  } catch (halo::error const& e) {
    require(std::string_view(e.what()).find(": ") != std::string_view::npos, "a message in parts");
    return false;
  }
  return true;
}

[[nodiscard]] inline std::span<std::byte const> bytes(std::uint8_t const* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

[[nodiscard]] inline std::string_view text(std::uint8_t const* data, std::size_t size) {
  return {reinterpret_cast<char const*>(data), size};
}

/// The first byte of the input, which chooses between options; the rest stays.
[[nodiscard]] inline unsigned take_choice(std::uint8_t const*& data, std::size_t& size) {
  if (size == 0) return 0;
  --size;
  return *data++;
}

/// A good file with edits, four bytes each: what to do, where (2 bytes), a byte to do it with. A
/// fuzzer that starts from nothing would take long to write the good file itself.
[[nodiscard]] inline std::string edited(std::string file, std::uint8_t const* data,
                                        std::size_t size) {
  for (; size >= 4; data += 4, size -= 4) {
    std::size_t const at = (data[1] + 256U * data[2]) % (file.size() + 1);
    auto const c = static_cast<char>(data[3]);
    if (data[0] % 4 == 0) {
      file.insert(at, 1, c);
    } else if (data[0] % 4 == 1) {
      file.erase(at, data[3]);
    } else if (at < file.size()) {
      file[at] = data[0] % 4 == 2 ? c : static_cast<char>(file[at] ^ c);
    }
  }
  return file;
}

template <class Range>
void require_finite(Range const& values) {
  for (auto v : values) require(std::isfinite(v), "finite numbers");
}

}  // namespace support
