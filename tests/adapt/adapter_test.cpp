// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/adapter.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>

#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

namespace {

using namespace halo;

/// Keeps what it was told and moves nothing.
struct listener {
  static constexpr char const* name = "listener";
  static constexpr std::size_t operations_per_parameter = 0;
  template <parameter_layout Layout, floating T = float>
  struct state {
    std::uint64_t rows = 1;
    template <class F>
    void fields(F&& f) noexcept {
      f("rows", std::span<std::uint64_t, 1>(&rows, 1));
    }
  };
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    return {};
  }
  template <class Layout, class T>
  optim::status step(T*, T const*, state<Layout, T>& s,
                     optim::step_context<T> const& context = {}) const noexcept {
    s.rows = context.rows;
    return optim::status::done;
  }
};

}  // namespace

TEST_CASE("adapter tells the optimizer how many examples there are") {
  adapt::adapter<nn::sequential<nn::linear<2, 2>>, nn::cross_entropy, listener> device;
  std::array<float, 2> const x{1.0F, -1.0F};
  std::array<std::int32_t, 1> const label{1};
  device.step(x, label);
  CHECK(device.state().rows == 0);
  device.training_rows(4500);
  CHECK(device.training_rows() == 4500);
  device.step(x, label);
  CHECK(device.state().rows == 4500);
}

TEST_CASE("the number of examples is part of a run") {
  adapt::adapter<nn::sequential<nn::linear<2, 2>>, nn::cross_entropy, listener> device;
  device.training_rows(77);
  std::uint64_t found = 0;
  device.fields([&](auto const&... named) {
    auto const all = std::tie(named...);  // ..., name, values
    std::string const name = std::get<sizeof...(named) - 2>(all);
    if (name == "training_rows")
      found = static_cast<std::uint64_t>(std::get<sizeof...(named) - 1>(all)[0]);
  });
  CHECK(found == 77);
}
