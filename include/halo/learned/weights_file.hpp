// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/io/recorded_file.hpp>
#include <halo/io/storage.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/learned/weight_table.hpp>

// A learned optimizer's weights in a safetensors file (io/recorded.hpp): each tensor of its table
// under its name, [rows, columns] or [columns]; "program.name" as identity, and whatever notes its
// maker left.

namespace halo::learned {

namespace detail {

inline constexpr io::record_format weights_format{"weights", "halo learned optimizer"};

/// The weights of a program.
template <program P, class T>
struct weights_record {
  std::span<T> values;

  static void record(auto& self, auto&& f) {
    f.constant("program.name", P::name);
    for (weight_info const& w : P::table.entries) {
      if (w.count() == 0) continue;
      std::array<std::size_t, 2> const shape{w.rows, w.columns};
      f.tensor(w.name, self.values.subspan(w.offset, w.count()),
               std::span(shape).subspan(w.rows == 1 ? 1 : 0));
    }
  }
};

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
/// @param notes  more metadata: seed, recipe, scores; none of the keys of io/recorded.hpp
/// Errors as io::write_record and io::save_atomically.
template <program P, floating W>
void save_weights(std::string const& path, optimizer<P, W> const& rule,
                  std::span<io::metadata_entry const> notes = {}) {
  detail::weights_record<P, W const> const all{rule.values()};
  io::save_record(path, all, detail::weights_format, notes);
}

/// The same wherever a storage keeps bytes (io/storage.hpp); errors as io::write_record and the
/// storage's.
template <io::storage Storage, program P, floating W>
void save_weights(Storage& where, std::string const& name, optimizer<P, W> const& rule,
                  std::span<io::metadata_entry const> notes = {}) {
  detail::weights_record<P, W const> const all{rule.values()};
  io::save_record(where, name, all, detail::weights_format, notes);
}

/// The optimizer whose weights save_weights() left with a storage; errors as below and the
/// storage's.
template <class Optimizer, io::storage Storage>
[[nodiscard]] Optimizer load_weights(Storage& where, std::string const& name,
                                     typename Optimizer::program_type const& config = {}) {
  using program = typename Optimizer::program_type;
  using scalar = typename Optimizer::weight_type;
  auto values = io::with_memory("weights", name, program::table.size * sizeof(scalar),
                                [] { return std::vector<scalar>(program::table.size); });
  detail::weights_record<program, scalar> to{values};
  io::load_record(where, name, to, detail::weights_format);
  return optimizer_with_weights<Optimizer>(std::span<scalar const>(values), config);
}
/// The optimizer whose weights save_weights() wrote.
///
///     auto const rule = learned::load_weights<learned::tensor_rnn<>>("weights.safetensors");
/// @throws halo::error with file, tensor or key, expected and found: another format, version or
///         program, a tensor that is missing, of another type or shape or one too many, a number
///         that is not finite, a wrong byte
template <class Optimizer>
[[nodiscard]] Optimizer load_weights(std::string const& path,
                                     typename Optimizer::program_type const& config = {}) {
  io::files const here;
  return load_weights<Optimizer>(here, path, config);
}

}  // namespace halo::learned

#include <halo/macros_back.hpp>
