// SPDX-License-Identifier: BSD-3-Clause
// The contract of optimizer_test.cpp for learned optimizers, on fewer layouts: one tile and less,
// several tiles with a tail, layers, double.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <halo/learned.hpp>

#include "../support/layouts.hpp"
#include "../support/optimizer_contract.hpp"

using namespace halo;

namespace {

/// The hierarchical RNN with untrained weights, which is a usable optimizer, at the upper end of
/// the rates it is published with.
template <learned::hierarchical_options Options>
struct untrained : learned::hierarchical_rnn<Options> {
  using base = learned::hierarchical_rnn<Options>;
  untrained() : base(weights()) {}
  static std::vector<float> weights() {
    base const drawn{seed{}};
    std::vector<float> w(drawn.values().begin(), drawn.values().end());
    w[base::program_type::table["initial_log_rate"]] = std::log(1e-2F);
    return w;
  }
};

}  // namespace

// Untrained LSTMs walk about: they keep every promise but to go down. Trained ones do not belong
// on this list.
template <>
inline constexpr bool contract::goes_down<learned::coordinate_lstm<>> = false;
template <>
inline constexpr bool contract::goes_down<learned::rnnprop<>> = false;

TEST_CASE_TEMPLATE("every learned optimizer keeps the contract", O,
                   untrained<learned::hierarchical_options{}>,
                   untrained<learned::hierarchical::leaky>, learned::coordinate_lstm<>,
                   learned::rnnprop<>, learned::tensor_rnn<>,
                   learned::tensor_rnn<learned::without_prior>) {
  SUBCASE("1") { contract::keeps_the_contract<O, flat_layout<1>, float>(); }
  SUBCASE("33") { contract::keeps_the_contract<O, flat_layout<33>, float>(); }
  SUBCASE("layers") {
    contract::keeps_the_contract<O, support::three_layers<5, 3, 16, 33>, float>();
  }
  SUBCASE("layers, double") {
    contract::keeps_the_contract<O, support::three_layers<9, 1, 8, 3>, double>();
  }
}
