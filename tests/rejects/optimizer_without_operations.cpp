// SPDX-License-Identifier: BSD-3-Clause
// error: halo: optimizer: `operations_per_parameter`, a number, is missing
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

struct own {
  static constexpr char const* name = "own";
  static constexpr void record(auto&, auto&& f) { f.constant("name", "own"); }
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
                     optim::step_context<T> const& = {}) const noexcept {
    return optim::status::empty;
  }
};

using network = nn::sequential<nn::linear<4, 2>>;
static adapt::adapter<network, nn::cross_entropy, own, 8> device;
