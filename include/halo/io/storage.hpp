// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>

#include <halo/core/aligned.hpp>
#include <halo/io/file.hpp>
#include <halo/io/save.hpp>
#include <halo/io/stdio_file.hpp>
#include <halo/io/stdio_save.hpp>

namespace halo::io {

/// What an input says and does (io/input.hpp), over whatever back end.
template <class R>
concept readable = requires(R& from, R const& same, std::span<std::byte> to, std::size_t limit) {
  { same.path() } -> std::same_as<std::string const&>;
  { same.size() } -> std::same_as<std::size_t>;
  { same.left() } -> std::same_as<std::size_t>;
  same.expect_at_most(limit);
  from.read(to);
  { from.read_rest() } -> std::same_as<aligned_buffer<std::byte>>;
};

/// Where bytes are kept under names: all that checkpoints need of a file system, of memory or of
/// flash.
///
/// open(name) gives an input of what is kept under a name, which it refers to; replace(name, bytes)
/// keeps other bytes in its place, completely or not at all; holds(name) says whether something is
/// kept. The first two throw halo::error.
template <class S>
concept storage =
    requires(S& where, std::string const& name, std::span<std::byte const> const bytes) {
      { where.open(name) } -> readable;
      where.replace(name, bytes);
      { where.holds(name) } -> std::same_as<bool>;
    };

/// The files of the system; names are paths.
struct files {
  /// An input of a file; halo::error as input_file.
  [[nodiscard]] input_file open(std::string const& path) const { return input_file(path); }
  input_file open(std::string&&) const = delete;
  /// As save_atomically.
  void replace(std::string const& path, std::span<std::byte const> bytes) const {
    save_atomically(path, bytes);
  }
  /// Whether the path leads to something.
  [[nodiscard]] bool holds(std::string const& path) const noexcept { return exists(path); }
};

/// Files by nothing but the C library: Windows, a board with a card.
///
/// New bytes are written beside the old ones, under the path with ".new", and then take the name. A
/// program that is killed at any moment leaves the old bytes or the new ones, and open() finds them
/// (under the path with ".old", where the system cannot rename over a file). A power cut may leave
/// neither: the C library cannot wait for a device.
struct stdio_files {
  /// An input of a file; halo::error as stdio_file.
  [[nodiscard]] input<stdio_file> open(std::string const& path) const {
    return {path, stdio_file(path)};
  }
  input<stdio_file> open(std::string&&) const = delete;
  /// @throws halo::error where a step fails; the old file is still there then
  void replace(std::string const& path, std::span<std::byte const> bytes) const {
    detail::save_by_stdio(path, bytes);
  }
  /// Whether there is a regular file.
  [[nodiscard]] bool holds(std::string const& path) const noexcept {
    return detail::is_file(path) || detail::is_file(detail::name_of_old(path));
  }
};

static_assert(storage<files const> && storage<stdio_files const>);

}  // namespace halo::io
