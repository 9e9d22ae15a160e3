// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>

#include <halo/io/recorded.hpp>
#include <halo/io/safetensors.hpp>
#include <halo/io/save.hpp>

namespace halo::io {

/// Writes a value to a file, as write_record(); an old one is replaced completely or not at all.
/// Errors as there and as save_atomically.
template <recordable V>
void save_record(std::string const& path, V const& value, record_format const& kind,
                 std::span<metadata_entry const> notes = {}) {
  save_atomically(path, write_record(value, kind, path, notes).span());
}

/// Gives a value the state that a file has, as read_record(); what the file is of is compared
/// before there is memory for its data. Errors as there and as load_safetensors.
template <recordable V>
void load_record(std::string const& path, V& value, record_format const& kind) {
  read_record(value, kind, load_safetensors(path, {}, [&](safetensors const& described) {
                static_cast<void>(detail::compared(any_record(value), kind, described));
              }));
}

}  // namespace halo::io
