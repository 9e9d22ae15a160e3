// SPDX-License-Identifier: BSD-3-Clause
// Prints what every adaptation came to, a line each: name, bits of all parameters, accuracy.
#include "adaptation.hpp"
#include "console.hpp"

#if !defined(__NEWLIB__)
#  include <cstdio>
void cross::write(char const* text) { std::fputs(text, stdout); }
#endif

namespace {

template <class Network, class Optimizer, std::size_t Inputs, std::size_t Classes>
bool print(char const* name, int steps) {
  static halo::adapt::adapter<Network, halo::nn::cross_entropy, Optimizer, 8> device({},
                                                                                     halo::seed{1});
  auto const r = cross::adapt<decltype(device), Inputs, Classes>(device, steps);
  cross::write(name);
  cross::write(" ");
  cross::write_hexadecimal(r.bits);
  cross::write(" ");
  cross::write_decimal(static_cast<std::uint32_t>(100 * r.accuracy));
  cross::write("\n");
  return r.done && r.accuracy > 0.6;
}

}  // namespace

int main() {
  using halo::optim::adam, halo::optim::momentum, halo::learned::halo_rule;
  bool good = print<cross::perceptron, momentum, 26, 4>("perceptron,momentum", 200);
  good = print<cross::perceptron, adam, 26, 4>("perceptron,adam", 200) && good;
  good = print<cross::perceptron, halo_rule, 26, 4>("perceptron,halo_rule", 200) && good;
  good = print<cross::convolutional, adam, 144, 4>("convolutional,adam", 60) && good;
  good = print<cross::convolutional, halo_rule, 144, 4>("convolutional,halo_rule", 60) && good;
  good = print<cross::recurrent, halo_rule, 48, 4>("recurrent,halo_rule", 60) && good;
  return good ? 0 : 1;
}
