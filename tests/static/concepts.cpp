// SPDX-License-Identifier: BSD-3-Clause
// What is a layer, a loss, an optimizer, a layout, and what is not.
#include <halo/nn.hpp>
#include <halo/optim.hpp>

using namespace halo;

namespace {

static_assert(nn::layer<nn::linear<4, 2>, shape<4>>);
static_assert(!nn::layer<nn::linear<4, 2>, shape<5>>);
static_assert(!nn::layer<nn::linear<4, 2>, shape<2, 2>>);
static_assert(nn::layer<nn::relu, shape<5>> && nn::layer<nn::gelu, shape<2, 3, 4>>);
static_assert(nn::layer<nn::dropout<>, shape<5>> && nn::layer<nn::layer_norm, shape<3, 3>>);
static_assert(!nn::layer<nn::relu, int> && !nn::layer<int, shape<4>>);
static_assert(!nn::layer<kernel::relu, shape<4>>);  // a function is no layer

static_assert(nn::loss<nn::cross_entropy> && nn::loss<nn::mean_square>);
static_assert(!nn::loss<nn::relu> && !nn::loss<int>);

using layout = nn::sequential<nn::linear<4, 2>>::layout;
static_assert(parameter_layout<layout> && parameter_layout<flat_layout<7>>);
static_assert(!parameter_layout<int> && !parameter_layout<nn::linear<4, 2>>);

template <class O>
constexpr bool rules = optim::optimizer<O> && optim::optimizer<O, layout, float> &&
                       optim::optimizer<O, layout, double>;
static_assert(rules<optim::sgd> && rules<optim::momentum> && rules<optim::adagrad>);
static_assert(rules<optim::rmsprop> && rules<optim::adam>);
static_assert(!optim::optimizer<int> && !optim::optimizer<nn::cross_entropy>);

static_assert(floating<float> && floating<double> && !floating<long double> && !floating<int>);

}  // namespace
