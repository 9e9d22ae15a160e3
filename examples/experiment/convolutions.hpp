// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <utility>

#include <halo/core/layer_mask.hpp>
#include <halo/nn/activation.hpp>
#include <halo/zoo/networks.hpp>

#include "../support/materials.hpp"
#include "authors.hpp"
#include "optimizers.hpp"
#include "subject.hpp"

// Networks of windows and images, which compile longest: a translation unit of their own.

namespace experiment {

using on_logits = halo::nn::activation<relu_of_authors>;
using activity_network = halo::zoo::activity_cnn_lstm<3, on_logits>;
using digits_network = halo::zoo::mnist_cnn<5, on_logits>;
using cifar_network = halo::zoo::cifar_cnn<5, on_logits>;
using deep_cifar_network = halo::zoo::deep_cifar_cnn<5, on_logits>;

/// A network on two domains, with the optimizers it is compiled for.
/// @param always  as subject_of has it
template <class Network, rules Of>
[[nodiscard]] std::unique_ptr<subject> subject_on(support::recipe from,
                                                  halo::layer_mask always = {}) {
  return std::make_unique<subject_of<Network>>(optimizer_of<typename Network::layout, Of>,
                                               std::move(from), always);
}

extern template std::unique_ptr<subject> subject_on<activity_network, rules::paper>(
    support::recipe, halo::layer_mask);
extern template std::unique_ptr<subject> subject_on<digits_network, rules::paper>(support::recipe,
                                                                                  halo::layer_mask);
extern template std::unique_ptr<subject> subject_on<cifar_network, rules::all>(support::recipe,
                                                                               halo::layer_mask);
extern template std::unique_ptr<subject> subject_on<deep_cifar_network, rules::paper>(
    support::recipe, halo::layer_mask);

}  // namespace experiment
