// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/io/file.hpp>
#include <halo/io/npy_parser.hpp>
#include <halo/io/save.hpp>
#include <halo/io/tensor_view.hpp>
#include <halo/tensor/array.hpp>

namespace halo::io {

/// Reads the bytes of an npy file; they are copied. `name` stands in messages.
///
/// Versions 1 to 3, numbers and bool, either byte order; what comes out is row-major and in the
/// byte order of this machine, column-major files (fortran_order) included. halo::error: headers
/// above 10000 bytes or with anything unexpected, Python objects, structures, more than 8 axes,
/// products that overflow, and data of any other size than the header says.
[[nodiscard]] inline npy parse_npy(std::span<std::byte const> bytes, std::string_view name) {
  return with_memory("npy", name, [&] {
    detail::npy_parser parser(name);
    std::size_t const begin =
        parser.length(bytes.first(std::min(parser.first, bytes.size())), bytes.size());
    auto const rest = bytes.subspan(begin);
    static_cast<void>(parser.read_header(as_text(bytes.first(begin)), rest.size()));
    auto data = make_buffer("npy", name, rest.size());
    std::copy(rest.begin(), rest.end(), data.begin());
    return std::move(parser).finish(std::move(data));
  });
}

/// Reads an npy file of at most `limit` bytes: its header first, and its data when check(array),
/// which sees type and shape without elements, has not refused it by throwing.
///
/// halo::error: as above, as input_file, what `check` throws, more bytes than the limit.
template <class Check>
[[nodiscard]] npy load_npy(std::string const& path, std::size_t limit, Check&& check) {
  return with_memory("npy", path, [&] {
    input_file file(path);
    file.expect_at_most(limit);
    detail::npy_parser parser(path);
    std::array<std::byte, 12 + 10000> room;
    std::size_t const begin = std::min(parser.first, file.size());
    file.read(std::span(room).first(begin));
    std::size_t const length = parser.length(std::span(room).first(begin), file.size());
    if (length > begin) file.read(std::span(room).subspan(begin, length - begin));
    // a short header may end before the bytes that were read do
    std::size_t const read = std::max(begin, length);
    check(parser.read_header(as_text(std::span(room).first(length)), file.size() - length));
    auto data = make_buffer("npy", path, file.size() - length);
    std::copy_n(room.begin() + static_cast<std::ptrdiff_t>(length), read - length, data.begin());
    file.read(data.span().subspan(read - length));
    return std::move(parser).finish(std::move(data));
  });
}
[[nodiscard]] inline npy load_npy(std::string const& path, std::size_t limit = file_limit) {
  return load_npy(path, limit, [](tensor_view const&) {});
}

/// Reads an npy file of a known type and rank.
template <class T, std::size_t Rank>
[[nodiscard]] tensor::array<T, Rank> load_npy(std::string const& path,
                                              std::size_t limit = file_limit) {
  npy const file = load_npy(path, limit, [](tensor_view const& t) { expect_array<T, Rank>(t); });
  return with_memory("npy", path, [&] {
    tensor_view values = file.values();
    values.name = path;  // for messages
    return to_array<T, Rank>(values);
  });
}

/// The bytes of an npy file, version 1.0, its data at a multiple of 64 bytes.
///
/// halo::error when the bytes do not fit the shape, or the type is BF16, which NumPy has not.
[[nodiscard]] inline aligned_buffer<std::byte> write_npy(tensor_view const& values) {
  auto const type =
      std::find_if(detail::npy_types.begin(), detail::npy_types.end(),
                   [&values](detail::npy_type const& t) { return t.type == values.type; });
  if (type == detail::npy_types.end()) {
    fail("npy", values.name, "a type that NumPy has", name_of(values.type));
  }
  std::optional<std::size_t> const size = values.shape.bytes(values.type);
  if (!size || *size != values.bytes.size()) {
    fail("npy", values.name, std::string(name_of(values.type)) + ' ' + to_string(values.shape),
         std::to_string(values.bytes.size()) + " bytes");
  }
  std::string header = "{'descr': '";
  header.append(size_of(values.type) == 1 ? "|" : "<").append(type->code);
  header.append("', 'fortran_order': False, 'shape': (");
  for (std::size_t i = 0; i < values.shape.rank(); ++i) {
    header.append(i == 0 ? "" : " ").append(std::to_string(values.shape[i]));
    if (values.shape.rank() == 1 || i + 1 < values.shape.rank()) header += ',';
  }
  header += "), }";
  header.append((64 - (10 + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  std::string front("\x93NUMPY\x01\x00", 8);
  front += static_cast<char>(header.size() % 256);
  front += static_cast<char>(header.size() / 256);
  front += header;

  auto bytes = make_buffer("npy", values.name, front.size() + values.bytes.size());
  std::memcpy(bytes.data(), front.data(), front.size());
  std::span<std::byte> const data = bytes.span().subspan(front.size());
  std::copy(values.bytes.begin(), values.bytes.end(), data.begin());
  detail::little_endian(data, size_of(values.type));
  return bytes;
}

/// Writes an npy file; an existing one is replaced completely or not at all.
inline void save_npy(std::string const& path, tensor_view const& values) {
  auto const bytes = with_memory("npy", path, [&] { return write_npy(values); });
  save_atomically(path, bytes.span());
}

/// Writes an array.
template <tensor::dense X>
void save_npy(std::string const& path, X const& x) {
  save_npy(path, with_memory("npy", path, [&] { return as_tensor(path, x); }));
}

}  // namespace halo::io

#include <halo/macros_back.hpp>
