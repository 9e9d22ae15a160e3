// SPDX-License-Identifier: BSD-3-Clause
// error: halo: safeguard: its network and loss are those of the device
#include <halo/adapt.hpp>
#include <halo/nn.hpp>

using namespace halo;

void look(adapt::adapter<nn::sequential<nn::linear<3, 2>>>& d,
          adapt::safeguard<nn::sequential<nn::linear<4, 2>>, 8>& careful) {
  static_cast<void>(careful.begin(d));
}
