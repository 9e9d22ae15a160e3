// SPDX-License-Identifier: BSD-3-Clause
// Built with -fno-exceptions -fno-rtti: an embedded program takes these storeys as they are, and
// one that learns compiles.
#include <cstdint>

#include <halo/device.hpp>
// and what needs files or a laboratory, but no exceptions
#include <halo/autodiff.hpp>
#include <halo/learned.hpp>
#include <halo/store.hpp>
#include <halo/task.hpp>

namespace {

using namespace halo;
using network = nn::sequential<nn::linear<4, 8>, nn::relu, nn::linear<8, 3>>;
using device = adapt::adapter<network, nn::cross_entropy,
                              optim::scheduled<optim::pulled<optim::adam>, optim::by_horizon>, 2>;

}  // namespace

int main() {
  static device d;
  float const x[8] = {1, 2, 3, 4, 4, 3, 2, 1};
  std::int32_t const y[2] = {0, 2};
  static adapt::nearest_mean<8, 3> means;
  bool const begun = !d.try_start_head(x, y) && !d.try_count_in(x, y, means);
  return begun && means.rows() == 2 && d.step(x, y).status == optim::status::done ? 0 : 1;
}
