// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>
#include <type_traits>

#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/core/aligned.hpp>
#include <halo/io/recorded_file.hpp>
#include <halo/io/save.hpp>
#include <halo/io/storage.hpp>

namespace halo::adapt {

/// Writes a run to a file, as write(); an old one is replaced completely or not at all.
///
///     adapt::save("run.safetensors", device, stream);
///     adapt::resume("run.safetensors", device, stream);
///
/// Errors as write() and io::save_atomically.
template <class Device, class... Own>
void save(std::string const& path, Device const& device, Own const&... own) {
  detail::run_record<Device const, Own const...> const all{&device, {&own...}};
  io::save_record(path, all, detail::run_format);
}

/// The same in memory, in flash, or wherever a storage keeps bytes (io/storage.hpp); errors as
/// write() and the storage's.
///
///     io::flash_storage where(driver);
///     adapt::save(where, "run", device);
///     adapt::resume(where, "run", device);
template <io::storage Storage, class Device, class... Own>
void save(Storage& where, std::string const& name, Device const& device, Own const&... own) {
  detail::run_record<Device const, Own const...> const all{&device, {&own...}};
  io::save_record(where, name, all, detail::run_format);
}

/// Goes on with a run that save() wrote; errors as resume() from bytes and io::load_safetensors.
template <class Device, class... Own>
void resume(std::string const& path, Device& device, Own&&... own) {
  detail::run_record<Device, std::remove_reference_t<Own>...> all{&device, {&own...}};
  io::load_record(path, all, detail::run_format);
}

/// The same from where a storage keeps it; errors as resume() from bytes and the storage's.
template <io::storage Storage, class Device, class... Own>
void resume(Storage& where, std::string const& name, Device& device, Own&&... own) {
  detail::run_record<Device, std::remove_reference_t<Own>...> all{&device, {&own...}};
  io::load_record(where, name, all, detail::run_format);
}

/// Writes parameters, and the running statistics of a network that has some, to a file; an old one
/// is replaced completely or not at all. Errors as write_parameters() and io::save_atomically.
template <class Network>
void save_parameters(std::string const& path, std::span<float const> parameters,
                     std::span<float const> statistics = {}) {
  io::save_atomically(path, write_parameters<Network>(parameters, statistics).span());
}

/// The same wherever a storage keeps bytes; errors as write_parameters() and the storage's.
template <class Network, io::storage Storage>
void save_parameters(Storage& where, std::string const& name, std::span<float const> parameters,
                     std::span<float const> statistics = {}) {
  where.replace(name, write_parameters<Network>(parameters, statistics).span());
}

/// The parameters in a file, as read_parameters(); errors as there and as io::load_safetensors.
///
///     device d(optim::adam{}, adapt::load_parameters<network>("gas.safetensors").span());
template <class Network>
[[nodiscard]] aligned_buffer<float> load_parameters(std::string const& path) {
  auto all = detail::room_for_parameters<Network>();
  auto to = detail::parameters_in<Network>(all);
  io::load_record(path, to, detail::parameters_format);
  return all;
}

/// The same from where a storage keeps them; errors as read_parameters() and the storage's.
template <class Network, io::storage Storage>
[[nodiscard]] aligned_buffer<float> load_parameters(Storage& where, std::string const& name) {
  auto all = detail::room_for_parameters<Network>();
  auto to = detail::parameters_in<Network>(all);
  io::load_record(where, name, to, detail::parameters_format);
  return all;
}

}  // namespace halo::adapt
