// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/io/checked_file.hpp>
#include <halo/io/checksum.hpp>
#include <halo/io/safetensors.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/learned/weight_table.hpp>

// A learned optimizer's weights in a safetensors file: each tensor of its table under its name,
// [rows, columns] or [columns]; in the metadata
//
//     format "halo learned optimizer", version "1", program "tensor_rnn", checksum of all bytes
//
// and whatever notes its maker left.

namespace halo::learned {

namespace detail {

inline constexpr std::string_view weights_format = "halo learned optimizer";
inline constexpr std::string_view weights_version = "1";

[[nodiscard]] inline io::extents shape_of(weight_info const& w) {
  return w.rows == 1 ? io::extents{w.columns} : io::extents{w.rows, w.columns};
}

}  // namespace detail

/// The optimizer with these weights.
/// @throws halo::error if their number is not that of the program or one is not finite
template <class Optimizer>
[[nodiscard]] Optimizer optimizer_with_weights(
    std::span<typename Optimizer::weight_type const> values,
    typename Optimizer::program_type const& config = {}) {
  if (values.size() != Optimizer::weights)
    fail(Optimizer::name, "weights", std::to_string(Optimizer::weights),
         std::to_string(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      fail(Optimizer::name, "weight " + std::to_string(i), "a finite number",
           std::to_string(values[i]));
  return Optimizer(values, config);
}

/// Writes an optimizer's weights; an old file is replaced completely or not at all.
///
/// @param notes  more metadata: seed, recipe, scores; none of the keys above
/// Errors as io::save_safetensors.
template <program P, floating W>
void save_weights(std::string const& path, optimizer<P, W> const& rule,
                  std::span<io::metadata_entry const> notes = {}) {
  std::span<W const> const values = rule.values();
  std::vector<io::tensor_view> tensors;
  for (weight_info const& w : P::table.entries) {
    if (w.count() == 0) continue;
    tensors.push_back(
        io::as_tensor(w.name, values.subspan(w.offset, w.count()), detail::shape_of(w)));
  }
  std::sort(tensors.begin(), tensors.end(),
            [](auto const& a, auto const& b) { return a.name < b.name; });
  std::string const sum = io::checksum(tensors);
  std::vector<io::metadata_entry> metadata{{"format", detail::weights_format},
                                           {"version", detail::weights_version},
                                           {"program", P::name},
                                           {"checksum", sum}};
  metadata.insert(metadata.end(), notes.begin(), notes.end());
  io::save_safetensors(path, tensors, metadata);
}

/// The optimizer whose weights save_weights() wrote.
///
///     auto const rule = learned::read_weights<learned::tensor_rnn<>>(file);
/// halo::error with file, tensor or key, expected and found: another format, version or program, a
/// tensor that is missing, of another type or shape or one too many, a number that is not finite, a
/// wrong byte.
template <class Optimizer>
[[nodiscard]] Optimizer read_weights(io::safetensors const& file,
                                     typename Optimizer::program_type const& config = {}) {
  using program = typename Optimizer::program_type;
  using scalar = typename Optimizer::weight_type;
  io::checked_file const reader("weights", file);
  reader.expect_metadata("format", detail::weights_format);
  reader.expect_metadata("version", detail::weights_version);
  reader.expect_metadata("program", program::name);
  std::vector<scalar> values(program::table.size);
  for (weight_info const& w : program::table.entries) {
    if (w.count() == 0) continue;
    reader.at(w.name, io::dtype_of<scalar>(), detail::shape_of(w))
        .copy_to(std::span(values).subspan(w.offset, w.count()));
  }
  reader.expect_no_others([](std::string_view name) {
    return std::any_of(program::table.entries.begin(), program::table.entries.end(),
                       [name](weight_info const& w) { return w.count() > 0 && w.name == name; });
  });
  reader.expect_metadata("checksum", io::checksum(file.tensors()));
  return optimizer_with_weights<Optimizer>(std::span<scalar const>(values), config);
}

/// The same from a file; errors as above and as io::load_safetensors.
template <class Optimizer>
[[nodiscard]] Optimizer load_weights(std::string const& path,
                                     typename Optimizer::program_type const& config = {}) {
  return read_weights<Optimizer>(io::load_safetensors(path), config);
}

}  // namespace halo::learned
