// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <halo/core/allowed.hpp>
#include <halo/core/error.hpp>
#include <halo/core/options.hpp>
#include <halo/data/dataset.hpp>
#include <halo/nn/loss.hpp>

namespace halo::task {

/// Looks whether a network can learn a dataset under a loss: its features, targets and labels, and
/// at least one row.
/// @throws halo::error naming `who` where it cannot
template <class Network, class Loss>
void expect_fitting(data::basic_dataset<typename Loss::target> const& d, std::string_view who) {
  constexpr bool labelled = data::basic_dataset<typename Loss::target>::labelled;
  std::size_t const targets = labelled ? Network::outputs : Loss::targets(Network::outputs);
  if (d.features() != Network::inputs || d.rows() == 0 ||
      (labelled ? d.classes > targets : d.targets() != targets))
    fail(who, "examples",
         std::to_string(Network::inputs) + " features, " + (labelled ? "at most " : "") +
             std::to_string(targets) + (labelled ? " classes" : " targets") + ", a row",
         std::to_string(d.features()) + " features, " +
             std::to_string(labelled ? d.classes : d.targets()) +
             (labelled ? " classes, " : " targets, ") + std::to_string(d.rows()) + " rows");
  data::expect_whole(d, who);
  if constexpr (labelled) {
    allowed const range = nn::target_range_of<Loss>(Network::outputs);
    for (std::size_t i = 0; i < d.rows(); ++i)
      if (!range.contains(static_cast<double>(d.y.data()[i])))
        fail(who, "label of row " + std::to_string(i), to_string(range),
             std::to_string(d.y.data()[i]));
  }
}

}  // namespace halo::task
