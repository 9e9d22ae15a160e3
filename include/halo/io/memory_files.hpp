// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/io/input.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/quoted.hpp>

namespace halo::io {

/// Bytes in memory, which somebody else keeps, as a file: what an input reads.
class memory_file {
 public:
  /// A file of these bytes.
  explicit memory_file(std::span<std::byte const> bytes) noexcept : bytes_(bytes) {}

  /// Bytes it has.
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  /// Reads up to so many bytes, fewer only at the end.
  [[nodiscard]] std::ptrdiff_t read_up_to(std::span<std::byte> to) noexcept {
    std::size_t const n = std::min(to.size(), bytes_.size() - at_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), n, to.begin());
    at_ += n;
    return static_cast<std::ptrdiff_t>(n);
  }
  /// Goes to a byte, from 0; false behind the end.
  [[nodiscard]] bool seek(std::size_t at) noexcept {
    at_ = std::min(at, size());
    return at <= size();
  }
  /// Why the last of them failed.
  [[nodiscard]] std::string reason() const { return "an end before that"; }

 private:
  std::span<std::byte const> bytes_;
  std::size_t at_ = 0;
};

/// A storage in memory: for tests, and for programs that carry bytes on by themselves.
class memory_files {
 public:
  /// An input of what is kept under a name, until the next replace; halo::error where nothing is.
  [[nodiscard]] input<memory_file> open(std::string const& name) const {
    entry const* const kept = find(name);
    if (kept == nullptr) fail("memory", name, "something of that name", "nothing");
    return {name, memory_file(kept->bytes.span())};
  }
  input<memory_file> open(std::string&&) const = delete;
  /// Keeps a copy; halo::error where there is no memory for it.
  void replace(std::string const& name, std::span<std::byte const> bytes) {
    auto copy = make_buffer("memory", name, bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy.begin());
    if (auto const* const kept = find(name))
      kept_[static_cast<std::size_t>(kept - kept_.data())].bytes = std::move(copy);
    else
      kept_.push_back({name, std::move(copy)});
  }
  /// Whether something is kept under a name.
  [[nodiscard]] bool holds(std::string const& name) const noexcept { return find(name) != nullptr; }

 private:
  struct entry {
    std::string name;
    aligned_buffer<std::byte> bytes;
  };
  [[nodiscard]] entry const* find(std::string_view name) const noexcept {
    for (entry const& e : kept_)
      if (e.name == name) return &e;
    return nullptr;
  }
  std::vector<entry> kept_;
};

}  // namespace halo::io

#include <halo/macros_back.hpp>
