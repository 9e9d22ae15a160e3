// SPDX-License-Identifier: BSD-3-Clause
// Prints the bytes of a checkpoint in memory as one number, and where a device comes that resumes
// from them: the same everywhere, so that a checkpoint goes on wherever it is taken to.
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/device.hpp>

#include "support/console.hpp"
#include "support/small_adaptations.hpp"

namespace {

using namespace halo;
using network = nn::sequential<nn::linear<8, 16>, nn::batch_norm, nn::tanh, nn::linear<16, 4>>;
using device_type = adapt::adapter<network, nn::cross_entropy, optim::adam, 8>;

void print(char const* what, std::uint64_t bits) {
  support::write(what);
  support::write_hexadecimal(bits);
  support::write("\n");
}

}  // namespace

int main() {
  static device_type device({}, seed{1}), other({}, seed{2});
  static_cast<void>(support::adapt<device_type, 8, 4>(device, 30));
  auto const bytes = adapt::write(device);
  fingerprint of;
  for (std::byte const b : bytes.span()) of.add(std::to_integer<unsigned char>(b));
  print("checkpoint ", of.value());
  adapt::resume(bytes.span(), other);
  auto const went_on = support::adapt<device_type, 8, 4>(device, 30);
  auto const resumed = support::adapt<device_type, 8, 4>(other, 30);
  print("went on    ", went_on.bits);
  print("resumed    ", resumed.bits);
  return went_on.bits == resumed.bits && went_on.done ? 0 : 1;
}
