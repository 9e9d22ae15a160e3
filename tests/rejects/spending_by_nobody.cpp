// SPDX-License-Identifier: BSD-3-Clause
// error: halo: spending: the second argument is a model of energy, such as energy::horowitz45, or
// an
#include <halo/adapt/adapter.hpp>
#include <halo/adapt/spending.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using device = halo::adapt::adapter<halo::nn::sequential<halo::nn::linear<2, 2>>>;
struct chip {
  double joules() const { return 1; }
};

int main() {
  device d;
  halo::adapt::spending spent(d, chip{});
}
