// SPDX-License-Identifier: BSD-3-Clause
// The CNN of HALO's paper, Fig. 2(a), learns all its layers by halo's rule, an image at a time, in
// 256 KB of RAM. Images lie in flash. Prints how many of 50 it names right before and after, and
// what became of the parameters.
#include <cstdint>
#include <span>

#include <halo/device.hpp>

#include "digits.hpp"
#include "support/console.hpp"

namespace nn = halo::nn;

// two convolutions whose rows in between are never all there; activations are computed again
using network =
    nn::recomputed<nn::sequential<halo::shape<28, 28, 1>,
                                  nn::in_bands<4, nn::conv2d<8, 3>, nn::relu, nn::conv2d<8, 5>>,
                                  nn::relu, nn::flatten, nn::linear<6272, 5>>>;
static_assert(network::parameters == 33'053);
using device_type =
    halo::adapt::adapter<network, nn::cross_entropy, halo::learned::leanest_halo_rule, 1>;
constexpr std::size_t stack = 4096;
static_assert(sizeof(void*) != 4 || sizeof(device_type) + stack + 1024 <= 256 * 1024);

namespace {

constexpr std::size_t steps = 100;
constexpr digits::images<steps> known(1);
constexpr digits::images<50> others(2);

std::uint32_t right(device_type const& device) {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < others.y.size(); ++i)
    n += device.try_evaluate(others.image(i), others.label(i)).accuracy > 0.5 ? 1U : 0U;
  return n;
}

}  // namespace

int main() {
  static device_type device({}, halo::seed{1});
  std::uint32_t const before = right(device);
  device.set_plan({.horizon = steps});
  for (std::size_t i = 0; i < steps; ++i)
    if (device.try_step(known.image(i), known.label(i)).status != halo::optim::status::done)
      return 1;
  std::uint32_t const after = right(device);
  support::write_decimal(before), support::write(" of 50 right, then ");
  support::write_decimal(after), support::write(", parameters ");
  support::write(halo::fingerprint_of(device.parameters()).text().data());
  support::write("\n");
  return after >= 40 && after > before + 10 ? 0 : 1;
}
