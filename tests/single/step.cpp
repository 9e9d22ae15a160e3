// SPDX-License-Identifier: BSD-3-Clause
// The device storey as one file, behind the macros that Arduino and Windows define: a network
// learns. Built without exceptions, once with vector registers and once without xsimd.
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define abs(x) ((x) > 0 ? (x) : -(x))
#define round(x) ((x) >= 0 ? (long)((x) + 0.5) : (long)((x)-0.5))

#include "halo_device.hpp"

#include <cstdint>

namespace {

using namespace halo;
using network = nn::sequential<nn::linear<4, 8>, nn::relu, nn::linear<8, 3>>;

}  // namespace

int main() {
  static adapt::adapter<network, nn::cross_entropy, learned::halo_rule, 3> device({}, seed{1});
  float const x[12] = {1, 2, 3, 4, 4, 3, 2, 1, 0, -4, 0, 4};
  std::int32_t const y[3] = {0, 2, 1};
  double first = 0, last = 0;
  for (int i = 0; i < 30; ++i) {
    auto const report = device.step(x, y);
    if (report.status != optim::status::done) return 1;
    (i == 0 ? first : last) = report.loss;
  }
  return max(first, 3 * last) == first && min(1, 2) == 1 && abs(-2) == 2 ? 0 : 1;
}
