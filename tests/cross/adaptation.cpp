// SPDX-License-Identifier: BSD-3-Clause
// Prints what every adaptation came to, a line each: name, bits of all parameters, accuracy.
#include "support/console.hpp"
#include "support/small_adaptations.hpp"

namespace {

template <class Network, class Optimizer, std::size_t Inputs, std::size_t Classes>
bool print(char const* name, int steps) {
  static halo::adapt::adapter<Network, halo::nn::cross_entropy, Optimizer, 8> device({},
                                                                                     halo::seed{1});
  auto const r = support::adapt<decltype(device), Inputs, Classes>(device, steps);
  support::write(name);
  support::write(" ");
  support::write_hexadecimal(r.bits);
  support::write(" ");
  support::write_decimal(static_cast<std::uint32_t>(100 * r.accuracy));
  support::write("\n");
  return r.done && r.accuracy > 0.6;
}

}  // namespace

int main() {
  using halo::learned::halo_rule, halo::learned::lean_halo_rule;
  using halo::optim::adam, halo::optim::momentum;
  bool good = print<support::perceptron, momentum, 26, 4>("perceptron,momentum", 200);
  good = print<support::perceptron, adam, 26, 4>("perceptron,adam", 200) && good;
  good = print<support::perceptron, halo_rule, 26, 4>("perceptron,halo_rule", 200) && good;
  good =
      print<support::perceptron, lean_halo_rule, 26, 4>("perceptron,lean_halo_rule", 200) && good;
  good = print<support::convolutional, adam, 144, 4>("convolutional,adam", 60) && good;
  good = print<support::convolutional, halo_rule, 144, 4>("convolutional,halo_rule", 60) && good;
  good = print<support::recurrent, halo_rule, 48, 4>("recurrent,halo_rule", 60) && good;
  return good ? 0 : 1;
}
