// SPDX-License-Identifier: BSD-3-Clause
// An own layer, an own loss and an own optimizer (support/lion.hpp), together: types with the
// members that their kind needs (docs/concepts.md). They go wherever halo's own do: into wrappers,
// under masks and schedules, into checkpoints.
#include <cstdio>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/nn.hpp>
#include <halo/optim.hpp>

#include "support/lion.hpp"

using namespace halo;

/// y = x³: a function of registers, which nn::activation makes a layer.
struct cube {
  static constexpr char const* name = "cube";
  static constexpr bool from_output = false;  // its slope needs x
  auto operator()(auto x) const noexcept { return x * x * x; }
  auto slope(auto x) const noexcept { return decltype(x)(3) * x * x; }
};

/// e² + e⁴ with e = y - t: far errors are dear.
struct steep : nn::pointwise_loss<steep> {
  static constexpr char const* name = "steep";
  template <class V, class B>
  static kernel::loss_and_slope<V> apply(V const& y, B const& t) noexcept {
    V const e = y - V(t), square = e * e;
    return {square + square * square, V(2) * e + V(4) * e * square};
  }
};

using network = nn::sequential<nn::linear<2, 16>, nn::activation<cube>, nn::linear<16, 1>>;
static auto learner =
    optim::averaged(optim::scheduled(support::lion{.rate = 2e-3F}, optim::cosine{.steps = 2000}));
static adapt::adapter<network, steep, decltype(learner), 32> device(learner, seed{1});

int main() {
  if (char const* const broken = optim::broken_promise(support::lion{})) {
    std::printf("lion does not keep this: %s\n", broken);
    return 1;
  }
  generator g(seed{2});
  std::vector<float> x(64), y(32);
  for (int i = 0; i < 2000; ++i) {
    for (float& v : x) v = g.uniform();
    for (std::size_t j = 0; j < 32; ++j) y[j] = x[2 * j] - x[2 * j + 1] * x[2 * j + 1];
    device.freeze(i < 1000 ? layer_mask{} : layers_named<network::layout>("0"));
    device.step(x, y);
  }
  double const loss = device.evaluate(x, y).loss;
  std::printf("%s, %s loss %.5f\n", decltype(learner)::name, steep::name, loss);
  return loss < 0.01 ? 0 : 1;
}
