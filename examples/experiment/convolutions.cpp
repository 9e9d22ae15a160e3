// SPDX-License-Identifier: BSD-3-Clause
#include "convolutions.hpp"

#include <memory>

namespace experiment {

template std::unique_ptr<subject> subject_on<activity_network, rules::paper>(support::recipe,
                                                                             halo::layer_mask);
template std::unique_ptr<subject> subject_on<digits_network, rules::paper>(support::recipe,
                                                                           halo::layer_mask);
template std::unique_ptr<subject> subject_on<cifar_network, rules::all>(support::recipe,
                                                                        halo::layer_mask);
template std::unique_ptr<subject> subject_on<deep_cifar_network, rules::paper>(support::recipe,
                                                                               halo::layer_mask);

}  // namespace experiment
