// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <halo/core/record.hpp>
#include <halo/io/any_field.hpp>
#include <halo/io/shortest.hpp>

namespace halo::io {

/// "inner.rate"
[[nodiscard]] inline std::string to_string(field_path const& path) {
  std::string text;
  path.each([&text](std::string_view name) {
    if (!text.empty()) text += '.';
    text += name;
  });
  return text;
}

/// What a value is, beside its state: a line "path = value" for each constant and option.
///
///     optimizer.name = adam
///     optimizer.rate = 0.001
///
/// Numbers have as many digits as it takes to read the same bits; no locale matters.
[[nodiscard]] inline std::string identity_of(any_record const& value) {
  std::string text;
  value.each([&text](field_path const& path, any_field const& field) {
    if (field.is_state()) return;
    text.append(to_string(path)).append(" =");
    if (field.is_text) text += ' ';
    for (std::size_t i = 0; i != field.count; ++i) {
      std::byte const* const at = field.bytes + i * size_of(field.type);
      if (field.is_text) {
        char const c = static_cast<char>(*at);
        text += c == '\n' ? ' ' : c;
      } else {
        with_number(field.type, at, [&text](auto x) { text.append(" ").append(shortest(x)); });
      }
    }
    text += '\n';
  });
  return text;
}
template <recordable V>
[[nodiscard]] std::string identity_of(V const& value) {
  return identity_of(any_record(value));
}

/// The first line in which two identities differ.
struct difference {
  std::string path, expected, found;  ///< "none" where one of them has no such line
};

namespace detail {

struct identity_line {
  std::string_view path, value;
  friend bool operator==(identity_line const&, identity_line const&) = default;
  [[nodiscard]] std::string_view root() const noexcept { return path.substr(0, path.find('.')); }
};

[[nodiscard]] inline std::vector<identity_line> lines_of(std::string_view text) {
  std::vector<identity_line> lines;
  while (!text.empty()) {
    std::string_view const line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    std::size_t const sign = line.find(" = ");
    if (sign == std::string_view::npos)
      lines.push_back({line, ""});
    else
      lines.push_back({line.substr(0, sign), line.substr(sign + 3)});
  }
  return lines;
}

}  // namespace detail

/// Compares what is expected with what a file says.
///
/// @param part  the file may hold more: lines about things that `expected` does not speak of
[[nodiscard]] inline std::optional<difference> first_difference(std::string_view expected,
                                                                std::string_view found,
                                                                bool part = false) {
  auto const ours = detail::lines_of(expected);
  auto theirs = detail::lines_of(found);
  if (part) {
    std::vector<std::string_view> roots;
    for (auto const& line : ours)
      if (roots.empty() || roots.back() != line.root()) roots.push_back(line.root());
    std::erase_if(theirs, [&roots](detail::identity_line const& line) {
      return std::find(roots.begin(), roots.end(), line.root()) == roots.end();
    });
  }
  std::size_t i = 0;
  while (i < ours.size() && i < theirs.size() && ours[i] == theirs[i]) ++i;
  if (i == ours.size() && i == theirs.size()) return std::nullopt;
  auto const text = [](auto const& line, auto const& lines) {
    auto const at = std::find_if(lines.begin(), lines.end(),
                                 [&line](auto const& other) { return other.path == line.path; });
    return std::string(at == lines.end() ? "none" : at->value);
  };
  if (i < ours.size() && (i == theirs.size() || text(ours[i], theirs) != ours[i].value))
    return difference{std::string(ours[i].path), std::string(ours[i].value), text(ours[i], theirs)};
  auto const& other = i < theirs.size() ? theirs[i] : ours[i];
  return difference{std::string(other.path), text(other, ours), std::string(other.value)};
}

}  // namespace halo::io

#include <halo/macros_back.hpp>
