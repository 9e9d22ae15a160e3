// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#if !__has_include(<zlib.h>)
#  error "halo: io/gzip.hpp needs zlib (Debian: zlib1g-dev), and a program that includes it -lz"
#endif

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/io/file.hpp>
#include <halo/io/kind.hpp>

// gzip [RFC 1952] by zlib, which everybody has and many have looked at. The only header of halo
// that needs it; no other header includes this one.

namespace halo::io {

namespace detail {

/// zlib's state over the bytes of one file.
class inflater {
 public:
  inflater(std::span<std::byte const> packed, std::string_view name)
      : packed_(packed), name_(name) {
    constexpr int gzip = 16;
    if (::inflateInit2(&stream_, gzip + MAX_WBITS) != Z_OK) {
      fail("gzip", name, "memory for zlib", "none");
    }
  }
  inflater(inflater const&) = delete;
  inflater& operator=(inflater const&) = delete;
  ~inflater() { ::inflateEnd(&stream_); }

  /// Unpacks into `to` until it is full or the last member has ended; how many bytes it made.
  [[nodiscard]] std::size_t next(std::span<std::byte> to) {
    constexpr std::size_t most = std::size_t{1} << 30U;  // zlib counts in 32 bits
    std::size_t const room = std::min(to.size(), most);
    std::size_t const rest = std::min(packed_.size() - read_, most);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed_.data() + read_));
    stream_.avail_in = static_cast<uInt>(rest);
    stream_.next_out = reinterpret_cast<Bytef*>(to.data());
    stream_.avail_out = static_cast<uInt>(room);
    int const code = ::inflate(&stream_, Z_NO_FLUSH);
    read_ += rest - stream_.avail_in;
    std::size_t const made = room - stream_.avail_out;
    if (code == Z_STREAM_END) {
      end_member();
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      refuse("sound packed bytes", stream_.msg != nullptr ? stream_.msg : "others");
    } else if (made < room && read_ == packed_.size()) {
      refuse("more packed bytes", "the end of the file");
    }
    return made;
  }

  [[nodiscard]] bool ended() const noexcept { return ended_; }

 private:
  [[noreturn]] void refuse(std::string_view expected, std::string_view found) const {
    fail("gzip", std::string(name_) + ": byte " + std::to_string(read_), expected, found);
  }

  void end_member() {
    ended_ = read_ == packed_.size();
    if (ended_) return;
    if (packed_[read_] != std::byte{0x1F}) refuse("the end of the file or 1f 8b", "more");
    ::inflateReset(&stream_);
  }

  z_stream stream_{};
  std::span<std::byte const> packed_;
  std::string_view name_;
  std::size_t read_ = 0;
  bool ended_ = false;
};

/// What the last four bytes say that the unpacked file has, as far as deflate can have made so much
/// of so little: more than right for other files is less than wrong for this one.
[[nodiscard]] inline std::size_t stated_size(std::span<std::byte const> packed) noexcept {
  if (packed.size() < 4) return 0;
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    size |= std::to_integer<std::size_t>(packed[packed.size() - 4 + i]) << (8 * i);
  }
  return std::min(size, 1032 * packed.size());  // deflate's best [zlib's technical details]
}

/// A buffer of another size with the first bytes of an old one.
[[nodiscard]] inline aligned_buffer<std::byte> resized(aligned_buffer<std::byte> const& old,
                                                       std::size_t used, std::size_t size,
                                                       std::string_view name) {
  auto larger = make_buffer("gzip", name, size);
  std::copy_n(old.data(), used, larger.data());
  return larger;
}

}  // namespace detail

/// Whether bytes begin as gzip does.
[[nodiscard]] inline bool is_gzip(std::span<std::byte const> bytes) noexcept {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1F} && bytes[1] == std::byte{0x8B};
}

/// Unpacks all members of a gzip file; at most `limit` bytes.
///
/// halo::error with byte, expected and found: damaged or missing bytes, a wrong checksum or length,
/// something else behind the last member, more than `limit` bytes. `name` stands in it as the file.
[[nodiscard]] inline aligned_buffer<std::byte> unpack_gzip(std::span<std::byte const> packed,
                                                           std::string_view name,
                                                           std::size_t limit = file_limit) {
  if (packed.size() > 1 && !is_gzip(packed))
    fail("gzip", std::string(name) + ": byte 0", "1f 8b", kind_or_bytes(packed));
  detail::inflater in(packed, name);
  auto bytes = make_buffer("gzip", name, std::min(limit, detail::stated_size(packed)));
  std::size_t used = 0;
  for (;;) {
    used += in.next(bytes.span().subspan(used));
    if (in.ended()) break;
    if (used < bytes.size()) continue;
    if (used == limit) {
      // The end may still be to come: it makes no bytes of its own.
      std::byte one{};
      if (in.next(std::span(&one, 1)) > 0) {
        fail("gzip", name, "at most " + std::to_string(limit) + " bytes unpacked", "more");
      }
      continue;
    }
    std::size_t const larger = std::max<std::size_t>(2 * used, 4096);
    bytes = detail::resized(bytes, used, std::min(limit, larger), name);
  }
  return used == bytes.size() ? std::move(bytes) : detail::resized(bytes, used, used, name);
}

/// The bytes of a regular file, unpacked where they are gzip; at most `limit` then, and packed no
/// more than gzip makes of so many at worst.
///
/// Readers that take a function for their files take this one: load_mnist(folder, "train",
/// io::read_unpacked). halo::error as read_file and unpack_gzip.
[[nodiscard]] inline aligned_buffer<std::byte> read_unpacked(std::string const& path,
                                                             std::size_t limit = file_limit) {
  aligned_buffer<std::byte> bytes = read_file(path, limit + limit / 1000 + 4096);
  if (is_gzip(bytes.span())) return unpack_gzip(bytes.span(), path, limit);
  if (bytes.size() > limit) {
    fail("file", path, "at most " + std::to_string(limit) + " bytes", std::to_string(bytes.size()));
  }
  return bytes;
}

}  // namespace halo::io

#include <halo/macros_back.hpp>
