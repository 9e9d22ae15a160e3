// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/checkpointed.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/dropout.hpp>
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network_cases.hpp"

namespace nn_checkpointed_test {

using namespace halo;
using support::draw;

namespace {

/// The same layers, kept and run again; both stand one line deeper, so that dropout draws the same.
struct kept_case {
  using network = nn::sequential<
      nn::linear<6, 8>,
      nn::projection<nn::layer_norm, nn::gelu, nn::dropout<>, nn::linear<8, 8>, nn::tanh>,
      nn::linear<8, 3>>;
};
struct again_case {
  using network = nn::sequential<
      nn::linear<6, 8>,
      nn::checkpointed<nn::layer_norm, nn::gelu, nn::dropout<>, nn::linear<8, 8>, nn::tanh>,
      nn::linear<8, 3>>;
};
constexpr std::size_t capacity = 20;

template <class Case>
std::vector<float> gradient(std::vector<float> const& theta, std::vector<float> const& x,
                            std::vector<float> const& dy, layer_mask mask,
                            std::vector<std::uint32_t> const& rows) {
  using network = typename Case::network;
  support::runner<Case, float, capacity> run;
  std::vector<float> g(network::parameters, 7), some = x;
  run.forward(theta, x);
  if (!rows.empty()) {
    nn::pass p = run.pass;
    p.rows = x.size() / network::inputs;
    p.capacity = capacity;
    network::keep_rows(p, rows.data(), rows.size(), run.work.arena.data());
    run.pass.source = rows.data();
    some.clear();
    for (std::uint32_t i : rows)
      for (std::size_t j = 0; j < network::inputs; ++j) some.push_back(x[i * network::inputs + j]);
  }
  run.backward(theta, some, dy, g, mask);
  return g;
}

}  // namespace

TEST_CASE("checkpointed: same bits, without the memory between its ends") {
  using kept = kept_case::network;
  using again = again_case::network;
  static_assert(kept::parameters == again::parameters && kept::layers == 4);
  // linear 8, its own output 8, 3, two gradients in flight; in scratch what the layers would have
  // kept: norm, gelu with dropout on it, the output, two gradients
  static_assert(again::memory_per_row == 8 + 8 + 3 + 2 * 8 + (2 + 8 + 8) + 8 + 2 * 8);
  auto const theta = draw<float>(kept::parameters, 1, 0.5);
  auto const x = draw<float>(capacity * 6, 2), dy = draw<float>(capacity * 3, 3);
  for (std::uint64_t bits = 0; bits < 16; ++bits) {
    CAPTURE(bits);
    CHECK(gradient<again_case>(theta, x, dy, layer_mask(bits), {}) ==
          gradient<kept_case>(theta, x, dy, layer_mask(bits), {}));
  }
}

TEST_CASE("checkpointed: runs only the kept rows again, with the patterns they had") {
  auto const theta = draw<float>(kept_case::network::parameters, 1, 0.5);
  auto const x = draw<float>(capacity * 6, 2), dy = draw<float>(5 * 3, 3);
  std::vector<std::uint32_t> const rows{1, 3, 4, 11, 19};
  CHECK(gradient<again_case>(theta, x, dy, layer_mask::all(), rows) ==
        gradient<kept_case>(theta, x, dy, layer_mask::all(), rows));
}

}  // namespace nn_checkpointed_test
