// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>

#include <halo/data/gas_sensor.hpp>
#include <halo/data/thyroid.hpp>
#include <halo/zoo/networks.hpp>

#include "../support/public_data.hpp"
#include "subject.hpp"

namespace experiment {

/// The networks of the paper on their data sets; null where the data are not there, which is said.
[[nodiscard]] inline std::unique_ptr<subject> subject_called(std::string const& network,
                                                             std::string const& data) {
  using namespace halo;
  auto const there = [&](char const* folder) { return support::found(network, data, folder); };
  if (network == "thyroid" && there("thyroid")) {
    auto const all = std::make_shared<data::thyroid const>(data::load_thyroid(data + "/thyroid"));
    return std::make_unique<subject_of<zoo::thyroid_mlp<>>>(
        [all](std::uint64_t number) { return support::thyroid_materials(*all, number); });
  }
  if (network == "gas" && there("gas")) {
    auto const all = std::make_shared<data::gas_sensor const>(data::load_gas_sensor(data + "/gas"));
    return std::make_unique<subject_of<zoo::gas_sensor_mlp<>>>(
        [all](std::uint64_t number) { return support::other_gases(*all, number); });
  }
  if (network == "activity" && there("UCI HAR Dataset")) {
    using activity = zoo::activity_cnn_lstm<>;
    return std::make_unique<subject_of<activity>>(
        support::once([data] { return support::har_channels_first(data); }),
        layer_mask::top(activity::layers - 3, activity::layers));  // masks are for convolutions
  }
  auto const images = [&] {
    return support::once([data] { return support::cifar_materials(data); });
  };
  if (network == "cifar" && there("cifar-10-batches-bin"))
    return std::make_unique<subject_of<zoo::cifar_cnn<>>>(images());
  if (network == "deep-cifar" && there("cifar-10-batches-bin"))
    return std::make_unique<subject_of<zoo::deep_cifar_cnn<>>>(images());
  return nullptr;
}

}  // namespace experiment
