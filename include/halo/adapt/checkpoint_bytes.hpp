// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <halo/adapt/arguments.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/record.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/recorded.hpp>
#include <halo/io/safetensors_parser.hpp>

// Checkpoints in memory: for devices without files. checkpoint.hpp has the same with paths.

namespace halo::adapt {

namespace detail {

inline constexpr io::record_format run_format{"checkpoint", "halo adapter"};
inline constexpr io::record_format parameters_format{"checkpoint", "halo parameters",
                                                     run_format.format};

template <class V>
inline constexpr bool is_named = false;
template <class V>
inline constexpr bool is_named<named<V>> = true;

/// A device and what is saved beside it.
template <class Device, class... Own>
struct run_record {
  Device* device;
  std::tuple<Own*...> own;

  static void record(auto& self, auto&& f) {
    if constexpr (recordable<Device> && (recordable<Own> && ...)) {
      f.part("", *self.device);
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (add(*std::get<I>(self.own), I, f), ...);
      }(std::index_sequence_for<Own...>());
    }
  }

 private:
  static_assert(recordable<Device>,
                "halo: checkpoint: what is saved or resumed is a device: *device where adapt::make "
                "made it");
  static_assert((recordable<Own> && ...),
                "halo: checkpoint: a value beside the device describes itself (record), or is a "
                "number or a container of numbers under a name: named(\"best\", best)");
  static_assert(sizeof...(Own) <= 10, "halo: checkpoint: at most ten values beside a device");
  template <class V>
  static void add(V& value, std::size_t place, auto const& f) {
    char const name[] = {'o', 'w', 'n', '.', static_cast<char>('0' + place), '\0'};
    f.part(is_named<std::remove_const_t<V>> ? "" : name, value);
  }
};

/// The parameters of a network, and its running statistics.
template <class Network, class T>
struct parameters_record {
  std::span<T> parameters, statistics;

  static void record(auto& self, auto&& f) {
    f.template part<Network>("network");
    f.template tensors<typename Network::layout>(self.parameters);
    f.template tensors<typename Network::statistics_layout>(self.statistics,
                                                            allowed::non_negative());
  }
};

template <class Network>
[[nodiscard]] parameters_record<Network, float> parameters_in(aligned_buffer<float>& all) noexcept {
  return {all.span().first(Network::parameters), all.span().subspan(Network::parameters)};
}

template <class Network>
[[nodiscard]] aligned_buffer<float> room_for_parameters() {
  constexpr std::size_t count = Network::parameters + Network::statistics;
  return io::with_memory("checkpoint", "parameters", count * sizeof(float),
                         [] { return aligned_buffer<float>(count); });
}

}  // namespace detail

/// The bytes of a file with all that an adapter needs to go on with the same bits: parameters and
/// statistics, the states of optimizer and policy, counters, seed; and, as its identity, what they
/// belong to, with every option.
///
///     auto const bytes = adapt::write(device, stream, named("best", best));
///
/// @param own  what else the run consists of: values that describe themselves (a stream of
///             mini-batches, a standardizer), or named() numbers and containers of numbers. The
///             largest mini-batch of an adapter is not in the file.
/// @throws halo::error when a number is not finite
template <class Device, class... Own>
[[nodiscard]] aligned_buffer<std::byte> write(Device const& device, Own const&... own) {
  detail::run_record<Device const, Own const...> const all{&device, {&own...}};
  return io::write_record(all, detail::run_format, "memory");
}

/// Puts an adapter, and what was saved beside it, where the saved ones were: its next steps have
/// the bits that the saved one's would have had, given the same program and examples.
///
/// @param own  the same values in the same order, named as when they were saved
/// @throws halo::error with file, tensor or key, expected and found, and nothing has changed: the
///         file is of another kind, version, network, loss, optimizer or policy, or these had other
///         options; it lacks a tensor or has one too many; a number is not finite or out of its
///         range; a byte is wrong
template <class Device, class... Own>
void resume(io::safetensors const& file, Device& device, Own&&... own) {
  detail::run_record<Device, std::remove_reference_t<Own>...> all{&device, {&own...}};
  io::read_record(all, detail::run_format, file);
}
template <class Device, class... Own>
void resume(std::span<std::byte const> bytes, Device& device, Own&&... own) {
  resume(io::parse_safetensors(bytes, "memory"), device, own...);
}

/// The bytes of a file with parameters, and the running statistics of a network that has some: what
/// it starts from on another device.
///
/// @throws halo::error when their number is not Network::parameters, or one is not finite
template <class Network>
[[nodiscard]] aligned_buffer<std::byte> write_parameters(std::span<float const> parameters,
                                                         std::span<float const> statistics = {}) {
  throw_if(detail::check_parameters<Network>(parameters, statistics), "checkpoint");
  return io::write_record(detail::parameters_record<Network, float const>{parameters, statistics},
                          detail::parameters_format, "memory");
}

/// The parameters of a network, in the order of its layout, and behind them its statistics, where
/// it has some, in the order of theirs: what adapter::assign takes. From a file of save or
/// save_parameters, or of any other tool with tensors of the same names and shapes.
///
/// @throws halo::error with file, tensor, expected and found: a tensor is missing, has another type
///         or shape, is not finite or belongs to no layer of this network; the file says that it is
///         another network's, or a byte of it is wrong
template <class Network>
[[nodiscard]] aligned_buffer<float> read_parameters(io::safetensors const& file) {
  auto all = detail::room_for_parameters<Network>();
  auto to = detail::parameters_in<Network>(all);
  io::read_record(to, detail::parameters_format, file);
  return all;
}

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
