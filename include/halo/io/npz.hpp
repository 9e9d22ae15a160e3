// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/io/file.hpp>
#include <halo/io/kind.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/npy.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/tensor_view.hpp>

// npz, NumPy's format for several arrays: a zip archive [PKWARE APPNOTE 6.3.10] of npy files, as
// np.savez writes it. Entries lie one behind the other, each behind a header of its own; a list of
// them all ("central directory") and a record of where that is stand at the end.

namespace halo::io {

/// The arrays of an npz file, which this owns. May be moved: views into it stay valid.
class npz {
 public:
  /// Takes arrays that were read, each with its name; `name` is the file's, for messages.
  /// @throws halo::error where two arrays have the same name
  npz(std::string name, std::vector<npy> arrays, std::vector<std::string> names)
      : name_(std::move(name)), arrays_(std::move(arrays)), names_(std::move(names)) {
    std::vector<std::size_t> order(names_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [this](std::size_t a, std::size_t b) { return names_[a] < names_[b]; });
    for (std::size_t const i : order) {
      tensors_.push_back(arrays_[i].values());
      tensors_.back().name = names_[i];
      if (tensors_.size() > 1 && tensors_[tensors_.size() - 2].name == names_[i])
        fail("npz", name_, "every name once", quoted(names_[i], 96) + " twice");
    }
  }
  /// Takes over the arrays, which stay where they are in memory.
  npz(npz&&) noexcept = default;
  /// Takes over the other's arrays; views into those that it had before are no longer valid.
  npz& operator=(npz&&) noexcept = default;

  /// All arrays, sorted by name (byte by byte).
  [[nodiscard]] std::span<tensor_view const> tensors() const noexcept { return tensors_; }

  /// The array of this name, without ".npy"; halo::error if there is none.
  [[nodiscard]] tensor_view const& at(std::string_view name) const {
    auto const found = std::find_if(tensors_.begin(), tensors_.end(),
                                    [name](auto const& t) { return t.name == name; });
    if (found == tensors_.end())
      fail("npz", name_, "an array " + quoted(name), "none of that name");
    return *found;
  }

  /// The name that was given when it was read: its path.
  [[nodiscard]] std::string const& name() const noexcept { return name_; }

 private:
  std::string name_;
  std::vector<npy> arrays_;
  std::vector<std::string> names_;  ///< in the order of the file; short ones lie in their vector
  std::vector<tensor_view> tensors_;
};

namespace detail {

/// The checksum of zip and gzip [ISO 3309]: bits in reversed order, polynomial 0xEDB88320.
[[nodiscard]] inline std::uint32_t crc32(std::span<std::byte const> bytes) noexcept {
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> all{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t c = i;
      for (int k = 0; k < 8; ++k) c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1U) : c >> 1U;
      all[i] = c;
    }
    return all;
  }();
  std::uint32_t c = 0xFFFFFFFFU;
  for (std::byte const b : bytes)
    c = table[(c ^ std::to_integer<std::uint32_t>(b)) & 255U] ^ (c >> 8U);
  return ~c;
}

/// Takes the entries of a zip archive apart. Every number is checked before it is used.
class zip_reader {
 public:
  zip_reader(std::span<std::byte const> bytes, std::string_view name) : bytes_(bytes), name_(name) {
    if (!as_text(bytes).starts_with("PK"))
      refuse(0, "'PK', as a zip archive", kind_or_bytes(bytes));
    constexpr std::size_t record = 22, comment = 65535;
    std::size_t const tail = std::min(bytes.size(), record + comment);
    std::size_t const found = as_text(bytes.last(tail)).rfind("PK\x05\x06");
    if (found == std::string_view::npos || tail - found < record)
      refuse(bytes.size(), "the end of a zip archive", "none: is the file whole?");
    std::size_t const at = bytes.size() - tail + found;
    left_ = number(at + 10, 2);
    directory_ = number(at + 16, 4);
    if (directory_ > at) refuse(at + 16, "a list of entries below 4 GB", "none");
    end_ = at;
  }

  /// Moves to the next entry; false behind the last.
  [[nodiscard]] bool next() {
    if (left_ == 0 && directory_ != end_) refuse(directory_, "the end of the list", "more of it");
    if (left_ == 0) return false;
    --left_;
    std::size_t const at = directory_;
    constexpr std::size_t fixed = 46;
    expect(at, "PK\x01\x02", fixed);
    std::size_t const length = number(at + 28, 2);
    std::size_t const more = length + number(at + 30, 2) + number(at + 32, 2);
    if (more > end_ - at - fixed) refuse(at, "an entry inside of the file", "a longer one");
    directory_ += fixed + more;
    entry_ = as_text(bytes_.subspan(at + fixed, length));
    flags_ = number(at + 8, 2);
    method_ = number(at + 10, 2);
    checksum_ = number(at + 16, 4);
    packed_ = number(at + 20, 4);
    size_ = number(at + 24, 4);
    header_ = number(at + 42, 4);
    return true;
  }

  [[nodiscard]] std::string_view entry() const noexcept { return entry_; }

  /// The bytes of the entry, which must be stored as they are.
  [[nodiscard]] std::span<std::byte const> content() const {
    constexpr std::size_t fixed = 30;
    if ((flags_ & 1U) != 0) refuse(header_, "entries without a password", quoted(entry_, 96));
    if (method_ != 0)
      refuse(header_, "entries that are stored, as np.savez does", quoted(entry_, 96) + ", packed");
    expect(header_, "PK\x03\x04", fixed);
    std::size_t const at = header_ + fixed + number(header_ + 26, 2) + number(header_ + 28, 2);
    if (packed_ != size_ || at > end_ || size_ > end_ - at)
      refuse(header_, "an entry inside of the file", quoted(entry_, 96) + ", longer");
    auto const bytes = bytes_.subspan(at, size_);
    if (crc32(bytes) != checksum_)
      refuse(at, "the checksum of " + quoted(entry_, 96), "another: the file is damaged");
    return bytes;
  }

  [[noreturn]] void refuse(std::size_t at, std::string_view expected,
                           std::string_view found) const {
    fail("npz", std::string(name_) + ": byte " + std::to_string(at), expected, found);
  }

 private:
  /// A number of the archive, little-endian.
  [[nodiscard]] std::size_t number(std::size_t at, std::size_t digits) const noexcept {
    std::size_t value = 0;
    for (std::size_t i = digits; i-- > 0;)
      value = value << 8U | std::to_integer<std::size_t>(bytes_[at + i]);
    return value;
  }
  void expect(std::size_t at, std::string_view begin, std::size_t size) const {
    bool const inside = at <= end_ && size <= end_ - at;
    if (!inside || !as_text(bytes_.subspan(at)).starts_with(begin))
      refuse(at, "the header of an entry", "none");
  }

  std::span<std::byte const> bytes_;
  std::string_view name_, entry_;
  std::size_t left_ = 0, directory_ = 0, end_ = 0;
  std::size_t flags_ = 0, method_ = 0, checksum_ = 0, packed_ = 0, size_ = 0, header_ = 0;
};

}  // namespace detail

/// Reads the bytes of an npz file; they are copied. `name` stands in messages.
///
/// halo::error: no zip archive, entries that are packed (np.savez_compressed), encrypted, damaged,
/// above 4 GB or no npy files, a name twice; errors of an entry as parse_npy.
[[nodiscard]] inline npz parse_npz(std::span<std::byte const> bytes, std::string_view name) {
  return with_memory("npz", name, bytes.size(), [&] {
    detail::zip_reader zip(bytes, name);
    std::vector<npy> arrays;
    std::vector<std::string> names;
    std::size_t left =
        bytes.size();  // entries may lie on each other: no more memory than honest ones
    while (zip.next()) {
      std::string_view entry = zip.entry();
      if (entry.ends_with("data.pkl"))
        zip.refuse(0, "npy files",
                   "PyTorch's own file (write it with safetensors.torch.save_file)");
      if (!entry.ends_with(".npy")) zip.refuse(0, "npy files", quoted(entry, 96));
      auto const content = zip.content();
      if (content.size() > left) zip.refuse(0, "entries that lie apart", quoted(entry, 96));
      left -= content.size();
      entry.remove_suffix(4);
      names.emplace_back(entry);
      arrays.push_back(parse_npy(content, std::string(name) + ": " + names.back()));
    }
    return npz(std::string(name), std::move(arrays), std::move(names));
  });
}

/// Reads an npz file of at most `limit` bytes; errors as above and as read_file.
[[nodiscard]] inline npz load_npz(std::string const& path, std::size_t limit = file_limit) {
  auto const bytes = read_file(path, limit);
  return parse_npz(bytes.span(), path);
}

}  // namespace halo::io

#include <halo/macros_back.hpp>
