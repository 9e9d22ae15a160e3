// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/checkpoint_file.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/io/checksum.hpp>
#include <halo/io/file.hpp>
#include <halo/io/safetensors.hpp>

namespace halo::adapt {

/// Writes parameters, and the running statistics of a network that has some: what it starts from on
/// another device.
///
/// halo::error when their number is not Network::parameters, one is not finite, or the file cannot
/// be written; an old file is replaced completely or not at all.
template <class Network>
void save_parameters(std::string const& path, std::span<float const> parameters,
                     std::span<float const> statistics = {}) {
  throw_if(detail::check_parameters<Network>(parameters, statistics), "checkpoint");
  std::vector<io::tensor_view> tensors;
  detail::add_parameters<typename Network::layout>(tensors, parameters);
  detail::add_parameters<typename Network::statistics_layout>(tensors, statistics);
  std::string const network = detail::words_of<Network>();
  std::array<io::metadata_entry, 3> const metadata{{{"format", detail::parameters_format},
                                                    {"network", network},
                                                    {"version", detail::checkpoint_version}}};
  io::save_safetensors(path, tensors, metadata);
}

/// The parameters of a network, in the order of its layout, and behind them its statistics, where
/// it has some, in the order of theirs: what adapter::assign takes. From a file that save or
/// save_parameters wrote, or any other with tensors of the same names and shapes.
///
/// halo::error with file, tensor, expected and found: a tensor is missing, has another type or
/// shape, is not finite or belongs to no layer of this network, or the file says that it is another
/// network's.
template <class Network>
[[nodiscard]] aligned_buffer<float> read_parameters(io::safetensors const& file) {
  detail::checkpoint_reader const reader(file);
  if (file.metadata("network")) reader.expect_metadata("network", detail::words_of<Network>());
  aligned_buffer<float> theta = reader.parameters<Network>();
  reader.expect_no_others<Network>([](std::string_view name) {
    return name.starts_with("optimizer.") || name.starts_with("policy.") ||
           name.starts_with("run.");
  });
  return theta;
}

/// The same from a file; errors as above and as io::load_safetensors.
///
///     device d(optim::adam{}, adapt::load_parameters<network>("gas.safetensors").span());
template <class Network>
[[nodiscard]] aligned_buffer<float> load_parameters(std::string const& path) {
  return read_parameters<Network>(io::load_safetensors(path));
}

/// The bytes of a file with all that an adapter needs to go on with the same bits: parameters, the
/// states of optimizer and policy, counters, seed.
///
/// What the program says is not in the file: the configurations of optimizer and policy, the
/// largest mini-batch. halo::error when a number is not finite; `name` stands in it.
template <class Device>
[[nodiscard]] aligned_buffer<std::byte> write(Device& device, std::string_view name = "memory") {
  std::vector<io::tensor_view> tensors;
  std::deque<std::string> names;  // views of them stay valid
  detail::add_parameters<typename Device::layout>(tensors, device.parameters());
  detail::add_parameters<typename Device::network::statistics_layout>(tensors, device.statistics());
  device.fields([&](std::string_view group, std::string_view field, auto values) {
    if (group == "parameters" || group == "statistics") return;
    names.push_back(detail::field_name(group, field));
    tensors.push_back(io::as_tensor(names.back(), values, {values.size()}));
  });
  std::sort(tensors.begin(), tensors.end(),
            [](io::tensor_view const& a, io::tensor_view const& b) { return a.name < b.name; });
  for (io::tensor_view const& t : tensors) {
    if (!t.finite()) {
      fail("checkpoint", std::string(name) + ": tensor " + io::quoted(t.name), "finite numbers",
           "NaN or infinity");
    }
  }
  std::string const network = detail::words_of<typename Device::network>();
  std::string const sum = io::checksum(tensors);
  std::array<io::metadata_entry, 6> const metadata{{{"checksum", sum},
                                                    {"format", detail::adapter_format},
                                                    {"loss", Device::loss::name},
                                                    {"network", network},
                                                    {"optimizer", Device::optimizer_type::name},
                                                    {"version", detail::checkpoint_version}}};
  return io::write_safetensors(tensors, metadata);
}

/// Writes them to a file; an old one is replaced completely or not at all. Errors as above and as
/// io::save_atomically.
template <class Device>
void save(Device& device, std::string const& path) {
  io::save_atomically(path, write(device, path).span());
}

/// Puts an adapter where the saved one was: its next steps have the bits that the saved one's would
/// have had, given the same program and examples.
///
/// halo::error with file, tensor or key, expected and found, and nothing of the device changed: the
/// file is of another kind, version, network, loss or optimizer, lacks a tensor or has one too
/// many, holds a number that is not finite or a wrong byte.
template <class Device>
void resume(Device& device, io::safetensors const& file) {
  using network = typename Device::network;
  detail::checkpoint_reader const reader(file);
  reader.expect_metadata("format", detail::adapter_format);
  reader.expect_metadata("version", detail::checkpoint_version);
  reader.expect_metadata("network", detail::words_of<network>());
  reader.expect_metadata("loss", Device::loss::name);
  reader.expect_metadata("optimizer", Device::optimizer_type::name);
  aligned_buffer<float> const theta = reader.parameters<network>();
  auto const for_each_field = [&](auto&& use) {
    device.fields([&](std::string_view group, std::string_view name, auto values) {
      if (group != "parameters" && group != "statistics")
        use(detail::field_name(group, name), values);
    });
  };
  std::vector<std::string> names;
  for_each_field([&]<class T, std::size_t N>(std::string const& name, std::span<T, N> values) {
    static_cast<void>(reader.at(name, io::dtype_of<T>(), {values.size()}));
    names.push_back(name);
  });
  reader.expect_no_others<network>([&names](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  });
  reader.expect_metadata("checksum", io::checksum(file.tensors()));
  device.assign(theta.span());  // from here on nothing fails
  for_each_field([&]<class T, std::size_t N>(std::string const& name, std::span<T, N> values) {
    file.at(name).copy_to(std::span<T>(values));
  });
}

/// The same from a file; errors as above and as io::load_safetensors.
template <class Device>
void resume(Device& device, std::string const& path) {
  resume(device, io::load_safetensors(path));
}

}  // namespace halo::adapt
