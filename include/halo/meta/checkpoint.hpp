// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/io/checked_file.hpp>
#include <halo/io/checksum.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/safetensors.hpp>
#include <halo/meta/field.hpp>
#include <halo/meta/validation.hpp>

// A meta-training in a safetensors file: "update", "restarts", "meta.<field>", "slot.<i>.<field>",
// "best.<field>", arrays of one axis; in the metadata what they belong to:
//
//     format "halo meta-training", version "1", program "tensor_rnn", training (its words), recipe
//     (the caller's), checksum of all tensors' bytes

namespace halo::meta {

/// The best weights of a trainer or an evolution.
template <class Trainer>
using champion_of = champion<typename Trainer::program_type, typename Trainer::scalar>;

namespace detail {

inline constexpr std::string_view training_format = "halo meta-training";
inline constexpr std::string_view training_version = "1";

template <class Trainer>
[[nodiscard]] std::vector<field> all_fields(Trainer& of, champion_of<Trainer>& best) {
  std::vector<field> all = of.fields();
  append(all, "best", best.fields());
  return all;
}

[[nodiscard]] inline std::vector<io::tensor_view> views_of(std::vector<field> const& fields) {
  std::vector<io::tensor_view> views;
  for (field const& f : fields) views.push_back(f.view());
  std::sort(views.begin(), views.end(),
            [](auto const& a, auto const& b) { return a.name < b.name; });
  return views;
}

}  // namespace detail

/// Writes all that a meta-training goes on from; an old file is replaced completely or not at all.
///
/// @param recipe  what else decides about its bits: how the pool was made
/// halo::error when a number is not finite; other errors as io::save_safetensors.
template <class Trainer>
void save(std::string const& path, Trainer& from, champion_of<Trainer>& best,
          std::string_view recipe) {
  auto const fields = detail::all_fields(from, best);
  auto const views = detail::views_of(fields);
  for (io::tensor_view const& t : views)
    if (!t.finite())
      fail("meta-training", path + ": tensor " + io::quoted(t.name), "finite numbers",
           "NaN or infinity");
  std::string const training = from.words(), sum = io::checksum(views);
  std::array<io::metadata_entry, 6> const metadata{{{"format", detail::training_format},
                                                    {"version", detail::training_version},
                                                    {"program", Trainer::program_type::name},
                                                    {"training", training},
                                                    {"recipe", recipe},
                                                    {"checksum", sum}}};
  io::save_safetensors(path, views, metadata);
}

/// Goes on from a file that save() wrote: the next updates have the bits that they would have had
/// without the interruption, for any number of threads.
///
/// @pre  `to` was made as the one that was saved: same options, same pool
/// halo::error, with nothing changed, when the file is of another kind, version, program, training
/// or recipe, lacks a tensor or has one too many, holds a number that is not finite or a wrong
/// byte.
template <class Trainer>
void resume(Trainer& to, champion_of<Trainer>& best, std::string_view recipe,
            io::safetensors const& file) {
  io::checked_file const reader("meta-training", file);
  reader.expect_metadata("format", detail::training_format);
  reader.expect_metadata("version", detail::training_version);
  reader.expect_metadata("program", Trainer::program_type::name);
  reader.expect_metadata("training", to.words());
  reader.expect_metadata("recipe", recipe);
  auto const fields = detail::all_fields(to, best);
  for (field const& f : fields) static_cast<void>(reader.at(f.name, f.type, {f.count}));
  reader.expect_no_others([&fields](std::string_view name) {
    return std::any_of(fields.begin(), fields.end(),
                       [name](field const& f) { return f.name == name; });
  });
  reader.expect_metadata("checksum", io::checksum(file.tensors()));
  for (field const& f : fields) {  // from here on nothing fails
    auto const bytes = file.at(f.name).bytes;
    if (!bytes.empty()) std::memcpy(f.bytes.data(), bytes.data(), bytes.size());
  }
  to.resumed();
}

/// The same from a file; errors as above and as io::load_safetensors.
template <class Trainer>
void resume(Trainer& to, champion_of<Trainer>& best, std::string_view recipe,
            std::string const& path) {
  resume(to, best, recipe, io::load_safetensors(path));
}

}  // namespace halo::meta
