// SPDX-License-Identifier: BSD-3-Clause
// error: halo: spending: behind the model come a meter, which has read(), resolution() and source()
#include <halo/adapt/adapter.hpp>
#include <halo/adapt/spending.hpp>
#include <halo/energy/horowitz45.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using device = halo::adapt::adapter<halo::nn::sequential<halo::nn::linear<2, 2>>>;
struct plug {
  halo::energy::reading read() { return {}; }
};

int main() {
  device d;
  plug p;
  halo::adapt::spending spent(d, halo::energy::horowitz45{}, p);
}
