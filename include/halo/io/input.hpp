// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/io/memory.hpp>

namespace halo::io {

/// The bytes of one file as a back end has them: what an input reads.
///
/// size() is how many there were when it was opened; read_up_to(to) gives the next ones, fewer only
/// at the end, -1 where that fails; seek(at) goes to a byte; reason() says why one of them failed.
template <class F>
concept byte_source =
    requires(F& file, F const& same, std::span<std::byte> to, std::size_t const at) {
      { same.size() } noexcept -> std::same_as<std::size_t>;
      { file.read_up_to(to) } noexcept -> std::same_as<std::ptrdiff_t>;
      { file.seek(at) } noexcept -> std::same_as<bool>;
      { same.reason() } -> std::convertible_to<std::string>;
    };

/// A file, open to be read piece by piece: so that whoever reads can look at its head before asking
/// for memory for the rest. Refers to the path that it was given; allocates nothing.
template <byte_source File>
class input {
 public:
  /// Reads a file that is open.
  input(std::string const& path, File file) : path_(&path), file_(std::move(file)) {}
  input(std::string&&, File) = delete;

  /// The path it was opened by.
  [[nodiscard]] std::string const& path() const noexcept { return *path_; }
  /// Bytes it had when it was opened.
  [[nodiscard]] std::size_t size() const noexcept { return file_.size(); }
  /// Bytes of these that have not been read.
  [[nodiscard]] std::size_t left() const noexcept { return size() - at_; }

  /// halo::error when the file has more bytes than this.
  void expect_at_most(std::size_t limit) const {
    if (size() > limit) {
      fail("file", path(), "at most " + std::to_string(limit) + " bytes", std::to_string(size()));
    }
  }

  /// Fills `bytes` with what comes next.
  ///
  /// halo::error: unreadable; fewer bytes than that, or, behind the last one, more than the file
  /// had when it was opened.
  void read(std::span<std::byte> bytes) {
    std::ptrdiff_t const got = file_.read_up_to(bytes);
    if (got < 0) fail("file", path(), "a readable file", file_.reason());
    std::byte after{};
    bool const less = static_cast<std::size_t>(got) != bytes.size();
    at_ += bytes.size();
    if (less || (at_ >= size() && file_.read_up_to(std::span(&after, 1)) > 0)) {
      fail("file", path(), std::to_string(size()) + " bytes",
           less ? "fewer" : "more, the file changed while it was read");
    }
  }

  /// Goes to a byte of those it had when it was opened, from 0; halo::error where it cannot.
  void seek(std::size_t to) {
    HALO_EXPECTS(to <= size(), "input: a file is read inside of it");
    if (!file_.seek(to)) fail("file", path(), "", file_.reason());
    at_ = to;
  }

  /// All that is left, 64-byte aligned; memory for it is asked for here.
  [[nodiscard]] aligned_buffer<std::byte> read_rest() {
    auto bytes = make_buffer("file", path(), left());
    read(bytes.span());
    return bytes;
  }

 private:
  std::string const* path_;
  File file_;
  std::size_t at_ = 0;
};

}  // namespace halo::io
