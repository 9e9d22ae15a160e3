// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/fingerprint.hpp>
#include <halo/core/record.hpp>
#include <halo/core/recorded_field.hpp>
#include <halo/io/recorded.hpp>
#include <halo/io/recorded_file.hpp>
#include <halo/io/safetensors_file.hpp>
#include <halo/io/storage.hpp>
#include <halo/meta/validation.hpp>

namespace halo::meta {

/// The best weights of a trainer or an evolution.
template <class Trainer>
using champion_of = champion<typename Trainer::program_type, typename Trainer::scalar>;

namespace detail {

inline constexpr io::record_format training_format{"meta-training", "halo meta-training"};

/// All that a meta-training goes on from.
template <class Trainer, class Champion>
struct training_record {
  Trainer* trainer;
  Champion* best;
  std::string_view recipe;

  static void record(auto& self, auto&& f) {
    f.constant("recipe", self.recipe);
    f.part("", *self.trainer);
    f.part("best", *self.best);
  }
};

/// The same where nothing is chosen on the way.
template <class Trainer>
struct plain_training_record {
  Trainer* trainer;
  std::string_view recipe;

  static void record(auto& self, auto&& f) {
    f.constant("recipe", self.recipe);
    f.part("", *self.trainer);
  }
};

/// What tells a value from another one: names, options and state, bit by bit.
template <recordable V>
[[nodiscard]] std::uint64_t record_fingerprint(V const& value) {
  fingerprint sum;
  walk(value, [&sum]<class T>(field_path const& path, recorded_field<T> const& field) {
    path.each([&sum](std::string_view name) { sum.add(name); });
    for (T const& x : field.values) sum.add(std::as_bytes(std::span<T const, 1>(&x, 1)));
  });
  return sum.value();
}

}  // namespace detail

/// Writes all that a meta-training goes on from (io/recorded.hpp); an old file is replaced
/// completely or not at all.
///
/// @param recipe  what else decides about its bits: how the pool was made
/// Errors as io::write_record and io::save_atomically.
template <class Trainer>
void save(std::string const& path, Trainer const& from, champion_of<Trainer> const& best,
          std::string_view recipe) {
  detail::training_record<Trainer const, champion_of<Trainer> const> const all{&from, &best,
                                                                               recipe};
  io::save_record(path, all, detail::training_format);
}

/// The same of a training that chooses nothing on its way: meta::whole_runs.
template <class Trainer>
void save(std::string const& path, Trainer const& from, std::string_view recipe) {
  detail::plain_training_record<Trainer const> const all{&from, recipe};
  io::save_record(path, all, detail::training_format);
}

/// The same wherever a storage keeps bytes (io/storage.hpp); errors as io::write_record and the
/// storage's.
template <io::storage Storage, class Trainer>
void save(Storage& where, std::string const& name, Trainer const& from,
          champion_of<Trainer> const& best, std::string_view recipe) {
  detail::training_record<Trainer const, champion_of<Trainer> const> const all{&from, &best,
                                                                               recipe};
  io::save_record(where, name, all, detail::training_format);
}
template <io::storage Storage, class Trainer>
void save(Storage& where, std::string const& name, Trainer const& from, std::string_view recipe) {
  detail::plain_training_record<Trainer const> const all{&from, recipe};
  io::save_record(where, name, all, detail::training_format);
}

/// Goes on from a file that save() wrote: the next updates have the bits that they would have had
/// without the interruption, for any number of threads.
///
/// @pre  `to` was made as the one that was saved: same options, same pool
/// @throws halo::error as io::load_record, with nothing changed
template <class Trainer>
void resume(std::string const& path, Trainer& to, champion_of<Trainer>& best,
            std::string_view recipe) {
  detail::training_record<Trainer, champion_of<Trainer>> all{&to, &best, recipe};
  io::load_record(path, all, detail::training_format);
  to.draw_again();
}
template <class Trainer>
void resume(std::string const& path, Trainer& to, std::string_view recipe) {
  detail::plain_training_record<Trainer> all{&to, recipe};
  io::load_record(path, all, detail::training_format);
}
/// The same from where a storage keeps it; errors as above and the storage's.
template <io::storage Storage, class Trainer>
void resume(Storage& where, std::string const& name, Trainer& to, champion_of<Trainer>& best,
            std::string_view recipe) {
  detail::training_record<Trainer, champion_of<Trainer>> all{&to, &best, recipe};
  io::load_record(where, name, all, detail::training_format);
  to.draw_again();
}
template <io::storage Storage, class Trainer>
void resume(Storage& where, std::string const& name, Trainer& to, std::string_view recipe) {
  detail::plain_training_record<Trainer> all{&to, recipe};
  io::load_record(where, name, all, detail::training_format);
}
/// The same from a file that lies in memory: io::parse_safetensors.
template <class Trainer>
void resume(io::safetensors const& file, Trainer& to, std::string_view recipe) {
  detail::plain_training_record<Trainer> all{&to, recipe};
  io::read_record(all, detail::training_format, file);
}

}  // namespace halo::meta
