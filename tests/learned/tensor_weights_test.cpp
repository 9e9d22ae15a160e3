// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/tensor_weights.hpp>

#include <doctest/doctest.h>

namespace learned_tensor_weights_test {

namespace learned = halo::learned;

TEST_CASE("a tensor-wise RNN's tensors: two GRUs, an output that reads both, three first states") {
  constexpr learned::tensor_options with{}, without{.prior = false};
  constexpr auto count = [](std::size_t units, std::size_t global_units, std::size_t features,
                            std::size_t outputs) {
    std::size_t const seen = features + global_units + units, both = units + global_units;
    return 3 * units * (seen + 1) + 3 * global_units * (both + 1) + outputs * (both + 1) + units +
           global_units;
  };
  static_assert(learned::tensor_weights<with, 21, 6>.size ==
                count(with.units, with.global_units, 21, 6));
  static_assert(learned::tensor_weights<without, 16, 5>.size ==
                count(without.units, without.global_units, 16, 5) + 1);
  for (auto const& w : learned::tensor_weights<with, 21, 6>.entries) {
    CAPTURE(w.name);
    bool const reads = w.name == "output" || w.name == "output_bias";
    if (reads) CHECK(w.draw.spread == 0);
    if (reads) CHECK(w.draw.center == 0);
  }
}

}  // namespace learned_tensor_weights_test
