// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/core/options.hpp>
#include <halo/core/record.hpp>
#include <halo/io/checksum.hpp>
#include <halo/io/identity.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/safetensors_file.hpp>
#include <halo/io/safetensors_writer.hpp>
#include <halo/io/tensor_view.hpp>

// Any value that describes itself (core/record.hpp) in a safetensors file: each field of its state
// as a tensor under its path; in the metadata
//
//     format "halo adapter" or another kind's, version "2", identity (io/identity.hpp), checksum

namespace halo::io {

/// The version of what record_format kinds of files hold; others are refused.
inline constexpr std::string_view record_version = "2";

/// A kind of file.
struct record_format {
  std::string_view what;    ///< who complains: "checkpoint"
  std::string_view format;  ///< what the file says that it is: "halo adapter"
  /// Another format, of files that hold the same and more; files of other tools are read then, too:
  /// those whose metadata says "layout": "halo" (a square weight would be read turned otherwise).
  /// Empty: none are.
  std::string_view whole = {};
};

namespace detail {

[[nodiscard]] inline extents file_shape(any_field const& field) {
  extents shape;
  for (std::size_t const n : field.shape) shape.push_back(n);
  if (field.shape.empty()) shape.push_back(field.count);
  return shape;
}

[[nodiscard]] inline std::string tensor_place(std::string_view name) {
  return "tensor " + quoted(name, 96);
}

/// Looks at every number: floats are finite unless the range says more, all are in it.
inline void check_numbers(record_format const& kind, std::string_view file, std::string_view name,
                          std::span<std::byte const> bytes, any_field const& field) {
  if (field.takes_all()) return;
  std::size_t const size = size_of(field.type);
  for (std::size_t i = 0; i < bytes.size() / size; ++i) {
    double const x = with_number(field.type, bytes.data() + i * size,
                                 [](auto number) { return static_cast<double>(number); });
    allowed const range = field.range_at(i);
    if (range.contains(x)) continue;
    std::string where = std::string(file) + ": " + tensor_place(name);
    if (bytes.size() > size) where += ", element " + std::to_string(i);
    fail(kind.what, where, halo::to_string(range), halo::detail::short_text(x));
  }
}

}  // namespace detail

/// The bytes of a file of a value.
///
/// @param name   what messages call the file
/// @param notes  more metadata; none of the keys above
/// @throws halo::error where a number of the state is not finite or out of its range, or two fields
/// have one name
[[nodiscard]] inline aligned_buffer<std::byte> write_record(
    any_record const& value, record_format const& kind, std::string_view name,
    std::span<metadata_entry const> notes = {}) {
  std::vector<tensor_view> tensors;
  std::deque<std::string> names;  // views of both stay valid
  std::deque<std::array<std::byte, 8>> numbers;
  value.each([&](field_path const& path, any_field const& field) {
    if (!field.is_state()) return;
    names.push_back(to_string(path));
    std::span<std::byte const> bytes = field.span();
    if (field.count == 1) {  // it may be a copy
      std::memcpy(numbers.emplace_back().data(), bytes.data(), bytes.size());
      bytes = std::span(numbers.back()).first(bytes.size());
    }
    detail::check_numbers(kind, name, names.back(), bytes, field);
    tensors.push_back({names.back(), field.type, detail::file_shape(field), bytes});
  });
  std::string const identity = identity_of(value);
  std::vector<metadata_entry> metadata{
      {"format", kind.format}, {"version", record_version}, {"identity", identity}};
  metadata.insert(metadata.end(), notes.begin(), notes.end());
  std::string const sum = checksum(tensors, metadata);
  metadata.push_back({checksum_key, sum});
  return write_safetensors(tensors, metadata);
}
template <recordable V>
[[nodiscard]] aligned_buffer<std::byte> write_record(V const& value, record_format const& kind,
                                                     std::string_view name,
                                                     std::span<metadata_entry const> notes = {}) {
  return with_memory(kind.what, name,
                     [&] { return write_record(any_record(value), kind, name, notes); });
}

namespace detail {

/// Compares what a file says that it is of; whether it holds more than what is read.
[[nodiscard]] inline bool compare_metadata(safetensors const& file, record_format const& kind,
                                           std::string_view identity) {
  auto const refuse = [&](std::string_view where, std::string_view expected,
                          std::string_view found) {
    fail(kind.what, file.name() + ": " + std::string(where), expected, found);
  };
  auto const format = file.metadata("format");
  auto const sum = file.metadata(checksum_key);
  bool const ours = sum || (format && format->starts_with("halo "));
  if (!ours && !kind.whole.empty()) {
    if (file.metadata("layout") != "halo")
      refuse("layout", "\"layout\": \"halo\" in the metadata, once its weights lie as halo's do",
             format ? "none, in a file of format " + quoted(*format) : "none");
    return false;
  }
  bool const whole = !kind.whole.empty() && format == kind.whole;
  if (!whole && format != kind.format)
    refuse("format", kind.format, format ? quoted(*format) : "none");
  auto const version = file.metadata("version");
  if (version != record_version)
    refuse("version", record_version,
           version ? quoted(*version) + ", of another halo, whose files cannot be read" : "none");
  if (!sum) refuse(checksum_key, "one", "none");
  if (auto const other =
          first_difference(identity, file.metadata("identity").value_or(""), whole)) {
    std::string where = other->path;
    if (auto const root = where.find('.'); root != std::string::npos) where.replace(root, 1, ": ");
    refuse(where, other->expected, other->found);
  }
  return whole;
}

/// The tensors of a value's state, in the order of its walk, their types and shapes compared.
[[nodiscard]] inline std::vector<tensor_view const*> compared(any_record const& value,
                                                              record_format const& kind,
                                                              safetensors const& file) {
  bool const more = compare_metadata(file, kind, identity_of(value));
  auto const described = [](dtype type, extents const& shape) {
    return std::string(name_of(type)) + ' ' + to_string(shape);
  };
  std::vector<tensor_view const*> found;
  value.each([&](field_path const& path, any_field const& field) {
    if (!field.is_state()) return;
    std::string const name = to_string(path);
    auto const shape = file_shape(field);
    tensor_view const* const t = file.find(name);
    if (t == nullptr || t->type != field.type || !(t->shape == shape))
      fail(kind.what, file.name() + ": " + tensor_place(name), described(field.type, shape),
           t == nullptr ? "none of that name" : described(t->type, t->shape));
    found.push_back(t);
  });
  if (more) return found;
  for (tensor_view const& t : file.tensors())
    if (std::find(found.begin(), found.end(), &t) == found.end())
      fail(kind.what, file.name() + ": " + tensor_place(t.name), "no tensor of that name",
           to_string(t.shape));
  return found;
}

/// The same, the numbers and the checksum looked at too: what can be copied without another look.
[[nodiscard]] inline std::vector<tensor_view const*> checked(any_record const& value,
                                                             record_format const& kind,
                                                             safetensors const& file) {
  auto found = compared(value, kind, file);
  if (auto const sum = file.metadata(checksum_key))
    if (std::string const right = checksum(file); *sum != right)
      fail(kind.what, file.name() + ": checksum", right, quoted(*sum));
  auto next = found.begin();
  value.each([&](field_path const&, any_field const& field) {
    if (!field.is_state()) return;
    tensor_view const& t = **next++;
    check_numbers(kind, file.name(), t.name, t.bytes, field);
  });
  return found;
}

/// Copies from tensors in the order in which a walk found them; allocates nothing.
struct state_writer {
  tensor_view const* const* next;
  void operator()(field_path const&, any_field const& field) noexcept {
    if (!field.is_state()) return;
    tensor_view const& from = **next++;
    if (field.writable && !from.bytes.empty())
      std::memcpy(field.bytes, from.bytes.data(), from.bytes.size());
  }
};

}  // namespace detail

/// Gives a value the state that a file has: all of it, or nothing has changed.
///
/// Everything is compared and all memory asked for before the first number is copied; then
/// restored(), which is noexcept, is called of every part that has it.
/// @throws halo::error with file, key or tensor, expected and found: the file is of another kind or
/// version, of a value with other constants or options (the first one is named), has a wrong byte,
/// lacks a tensor or has one too many, or a number is not finite or out of its range
template <recordable V>
void read_record(V& value, record_format const& kind, safetensors const& file) {
  auto const found = with_memory(kind.what, file.name(), [&] {
    return detail::checked(any_record(static_cast<V const&>(value)), kind, file);
  });
  detail::state_writer writer{found.data()};
  walk(value, field_visitor(writer, true));
}

}  // namespace halo::io
