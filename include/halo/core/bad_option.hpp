// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include <halo/core/record.hpp>

namespace halo {

/// An option outside of its range, and where it stands.
struct bad_option {
  std::array<char, 80> path{};  ///< "inner.rate", zero-terminated, cut where it is longer
  double found = 0;             ///< its value
  allowed range{};              ///< where it should lie
};

namespace detail {
struct option_search {
  std::optional<bad_option> bad;
  template <class T>
  constexpr void operator()(field_path const& path, recorded_field<T> const& field) noexcept {
    if constexpr (!recorded_field<T>::is_text) {
      if (bad || field.kind != field_kind::option) return;
      for (auto const x : field.values) {
        if (field.range.contains(static_cast<double>(x))) continue;
        return found(path, static_cast<double>(x), field.range);
      }
    }
  }

 private:
  constexpr void found(field_path const& path, double x, allowed const& range) noexcept {
    bad.emplace();
    bad->found = x;
    bad->range = range;
    std::size_t at = 0;
    path.each([&](std::string_view name) {
      if (at > 0 && at + 1 < bad->path.size()) bad->path[at++] = '.';
      for (char const c : name)
        if (at + 1 < bad->path.size()) bad->path[at++] = c;
    });
  }
};
}  // namespace detail

/// The first option of a value that is out of its range, if one is; throws and allocates nothing.
///
///     static_assert(!halo::first_bad_option(optim::adam{}));
template <recordable V>
[[nodiscard]] constexpr std::optional<bad_option> first_bad_option(V const& value) noexcept {
  detail::option_search search;
  walk(value, search);
  return search.bad;
}

namespace detail {
struct option_check {
  static constexpr bool nameless = true;
  bool bad = false;
  template <class T>
  constexpr void operator()(field_path const&, recorded_field<T> const& field) noexcept {
    if constexpr (!recorded_field<T>::is_text)
      if (field.kind == field_kind::option)
        for (auto const x : field.values)
          bad = bad || !field.range.contains(static_cast<double>(x));
  }
};
}  // namespace detail

/// Whether an option of a value is out of its range; less code than first_bad_option, which says
/// which one.
template <recordable V>
[[nodiscard]] constexpr bool has_bad_option(V const& value) noexcept {
  detail::option_check check;
  walk(value, check);
  return check.bad;
}

}  // namespace halo
