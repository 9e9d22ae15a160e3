// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/io/decimal.hpp>
#include <halo/io/descriptor.hpp>
#include <halo/io/folder.hpp>

#if defined(HALO_POSIX)  // elsewhere there is nothing in it

// The files in which Linux tells what its sensors see: a line each, to be read anew every time.

namespace halo::energy::sysfs {

/// The text of a file without its line end; none where there is no such file.
/// @throws halo::error where it may not be read, with what to do about it, or cannot be
[[nodiscard]] inline std::optional<std::string> text(std::string const& path) {
  io::detail::descriptor const file = io::detail::open_at(AT_FDCWD, path.c_str(), O_RDONLY);
  std::array<std::byte, 4096> bytes;
  ssize_t const n = file.is_open() ? io::detail::read_up_to(file.number(), bytes) : -1;
  if (n < 0) {
    int const code = errno;
    if (code == ENOENT || code == ENOTDIR || code == ENODEV) return std::nullopt;
    if (code == EACCES || code == EPERM)
      fail("meter", path, "permission to read it; as root: chmod a+r " + path,
           io::detail::reason(code));
    fail("meter", path, "a sensor", io::detail::reason(code));
  }
  std::string found(reinterpret_cast<char const*>(bytes.data()), static_cast<std::size_t>(n));
  while (!found.empty() && (found.back() == '\n' || found.back() == ' ' || found.back() == '\0'))
    found.pop_back();
  return found;
}

/// The number at the beginning of a text, real or whole; none where there is none, or no finite
/// one.
template <class Number = double>
[[nodiscard]] inline std::optional<Number> number_in(std::string_view text, int base = 10) {
  Number n{};
  if constexpr (std::is_floating_point_v<Number>) {
    if (!io::take_number(text, n)) return std::nullopt;
  } else {
    auto const [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), n, base);
    if (wrong != std::errc{}) return std::nullopt;
  }
  return n;
}

/// The number in a file; none where there is no such file.
/// @throws halo::error as text, and for what is no number
template <class Number = double>
[[nodiscard]] inline std::optional<Number> number(std::string const& path) {
  std::optional<std::string> const found = text(path);
  if (!found) return std::nullopt;
  std::optional<Number> const n = number_in<Number>(*found);
  if (!n) fail("meter", path, "a number", found->empty() ? "nothing" : *found);
  return n;
}

/// The number in a file that was there before.
/// @throws halo::error as number, and where the file is gone
template <class Number = double>
[[nodiscard]] inline Number number_again(std::string const& path) {
  std::optional<Number> const n = number<Number>(path);
  if (!n) fail("meter", path, "the sensor that was there", "none");
  return *n;
}

/// Names in a folder that begin so, in order of their length, then of their letters; none where
/// there is no such folder.
[[nodiscard]] inline std::vector<std::string> names(std::string const& folder,
                                                    std::string_view begin = "") {
  std::vector<io::folder_entry> entries;
  static_cast<void>(io::detail::read_folder(folder, entries));
  std::vector<std::string> found;
  for (io::folder_entry& entry : entries)
    if (entry.name.starts_with(begin)) found.push_back(std::move(entry.name));
  std::sort(found.begin(), found.end(), [](std::string const& a, std::string const& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return found;
}

}  // namespace halo::energy::sysfs

#endif
