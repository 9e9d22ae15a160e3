// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include <halo/core/parameter_table.hpp>
#include <halo/core/record.hpp>
#include <halo/optim/optimizer.hpp>

namespace support {

using namespace halo;

/// Moves nothing and remembers what it was told.
struct listener {
  static inline std::vector<optim::step_context<float>> heard;
  static constexpr char const* name = "listener";
  static constexpr std::size_t operations_per_parameter = 1;
  static constexpr void record(auto&, auto&& f) { f.constant("name", name); }
  template <parameter_layout Layout, floating T = float>
  struct state : nothing_recorded {
    using layout = Layout;
    using scalar = T;
  };
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    return {};
  }
  template <class Layout, class T>
  optim::status step(T*, T const*, state<Layout, T>&,
                     optim::step_context<T> const& c = {}) const noexcept {
    heard.push_back(c);
    return optim::status::done;
  }
};

}  // namespace support
