// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/summary.hpp>

#include <doctest/doctest.h>

#include <string>

#include <halo/nn/dropout.hpp>
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

namespace nn_summary_test {

using namespace halo;

namespace {

/// The last line: quantised weights, and the room that products take, which the registers decide.
template <class Network>
std::string beside_examples() {
  std::size_t const floats = Network::arena_size(64) - 64 * Network::memory_per_row;
  return "whatever their number: workspace " + std::to_string(floats * sizeof(float)) + " bytes\n";
}

}  // namespace

TEST_CASE("summary: layers, parameters, operations and bytes, to the letter") {
  using network = nn::sequential<nn::linear<128, 30>, nn::layer_norm, nn::leaky_relu, nn::dropout<>,
                                 nn::linear<30, 3>>;
  // workspace: 30 linear, 2 + 30 norm with the activation on top, 30 dropout, 3, two gradients
  CHECK(nn::summary<network>() ==
        "#    layer         outputs   parameters  multiply-adds\n"
        "0    linear             30         3870           3840\n"
        "1    layer norm         30           60            120\n"
        "2    leaky relu         30            0              0\n"
        "3    dropout            30            0              0\n"
        "4    linear              3           93             90\n"
        "inputs 128, outputs 3, parameters 4023 (16092 bytes)\n"
        "per example: forward 4050 multiply-adds, step 8310, workspace 620 bytes\n" +
            beside_examples<network>());
}

TEST_CASE("summary: layers of a layer stand below it") {
  using network =
      nn::sequential<nn::linear<4, 8>,
                     nn::residual<nn::projection<nn::linear<8, 3>>, nn::relu, nn::linear<8, 3>>>;
  std::string const text = nn::summary<network>();
  CHECK(text.find("0        linear              8           40             32\n"
                  "1        residual            3            0              0\n"
                  "1.0      projection          3            0              0\n"
                  "1.0.0    linear              3           27             24\n"
                  "1.1      relu                8            0              0\n"
                  "1.2      linear              3           27             24\n"
                  "inputs 4, outputs 3, parameters 94 (376 bytes)\n") != std::string::npos);
}

TEST_CASE("summary: quantised copies of weights are counted once") {
  using network = nn::sequential<nn::quantised<nn::linear<4, 8>>, nn::relu, nn::linear<8, 3>>;
  // workspace: 8 quantised linear, its range, 3, one gradient, 4 quantised inputs
  CHECK(nn::summary<network>() ==
        "#    layer             outputs   parameters  multiply-adds\n"
        "0    quantised linear        8           40             32\n"
        "1    relu                    8            0              0\n"
        "2    linear                  3           27             24\n"
        "inputs 4, outputs 3, parameters 67 (268 bytes)\n"
        "per example: forward 56 multiply-adds, step 136, workspace 100 bytes\n" +
            beside_examples<network>());
  CHECK(network::arena_size(0) >= 40);  // the quantised copies
}

}  // namespace nn_summary_test
