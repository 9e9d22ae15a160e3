// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <halo/core/random.hpp>

#include "../support/materials.hpp"
#include "subject.hpp"

namespace experiment {

/// The residual network that HALO's authors prune and bring to 8 bits [Li et al. 2020, Fig. 7], a
/// translation unit of its own.
[[nodiscard]] std::unique_ptr<subject> pruned_resnet(support::recipe images);

/// Writes which channels stay after so many steps, a header for halo/zoo/slimmed_channels.hpp.
void write_channels(std::string const& path, support::materials const& images, std::uint64_t steps,
                    halo::seed s);

}  // namespace experiment
