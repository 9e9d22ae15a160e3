// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>

#include <halo/io/memory.hpp>
#include <halo/io/recorded.hpp>
#include <halo/io/safetensors.hpp>
#include <halo/io/storage.hpp>

namespace halo::io {

/// Keeps a value under a name, as write_record(); what was kept there is replaced completely or not
/// at all. Errors as write_record and the storage's.
template <storage Storage, recordable V>
void save_record(Storage& where, std::string const& name, V const& value, record_format const& kind,
                 std::span<metadata_entry const> notes = {}) {
  auto const bytes = write_record(value, kind, name, notes);
  with_memory(kind.what, name, [&] { where.replace(name, bytes.span()); });
}
/// The same in a file; errors as save_atomically.
template <recordable V>
void save_record(std::string const& path, V const& value, record_format const& kind,
                 std::span<metadata_entry const> notes = {}) {
  files const here;
  save_record(here, path, value, kind, notes);
}

/// Gives a value the state that is kept under a name, as read_record(); what that is of is compared
/// before there is memory for its data. Errors as read_record, load_safetensors and the storage's.
template <storage Storage, recordable V>
void load_record(Storage& where, std::string const& name, V& value, record_format const& kind) {
  auto const whole = with_memory(kind.what, name, [&] {
    auto file = where.open(name);
    return load_safetensors(file, {}, [&](safetensors const& described) {
      static_cast<void>(detail::compared(any_record(value), kind, described));
    });
  });
  read_record(value, kind, whole);
}
/// The same from a file; errors as input_file.
template <recordable V>
void load_record(std::string const& path, V& value, record_format const& kind) {
  files const here;
  load_record(here, path, value, kind);
}

}  // namespace halo::io
