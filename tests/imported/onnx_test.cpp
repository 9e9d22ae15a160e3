// SPDX-License-Identifier: BSD-3-Clause
// What halo-import made of ONNX models answers what PyTorch did (golden/make_onnx.py).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include <halo/adapt/checkpoint.hpp>
#include <halo/adapt/evaluate.hpp>
#include <halo/io/safetensors.hpp>

#include "../golden/onnx/cnn.hpp"
#include "../golden/onnx/folded.hpp"
#include "../golden/onnx/gru.hpp"
#include "../golden/onnx/imported_signal.hpp"
#include "../golden/onnx/lstm.hpp"
#include "../golden/onnx/mlp.hpp"
#include "../golden/onnx/pools.hpp"
#include "../golden/onnx/residual.hpp"
#include "../golden/onnx/sequence.hpp"
#include "../support/golden.hpp"

namespace imported_onnx_test {

using namespace halo;
using support::golden;

namespace {

/// Turns logits into what a model has behind its last linear layer.
void softmax(std::span<float> row, bool logarithms) {
  double sum = 0;
  for (float const v : row) sum += std::exp(static_cast<double>(v));
  for (float& v : row) {
    double const log = static_cast<double>(v) - std::log(sum);
    v = static_cast<float>(logarithms ? log : std::exp(log));
  }
}

enum class end { linear, softmax, log_softmax };

/// How far an imported network is from what PyTorch answered.
template <class Network>
double distance(std::string const& name, end last = end::linear) {
  auto const answers = io::load_safetensors(golden("onnx/answers.safetensors"));
  auto const x = answers.at(name + ".x").as<float>(), y = answers.at(name + ".y").as<float>();
  auto const values = adapt::load_parameters<Network>(golden("onnx/" + name + ".safetensors"));
  REQUIRE(x.size() == 3 * Network::inputs);
  REQUIRE(y.size() == 3 * Network::outputs);
  std::vector<float> found(y.size());
  adapt::inference_workspace<Network, 2> work;
  adapt::network_view const all{values.span().first(Network::parameters),
                                values.span().subspan(Network::parameters)};
  adapt::predict<Network>(all, x, std::span<float>(found), work);
  double most = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (last != end::linear && i % Network::outputs == 0)
      softmax(std::span(found).subspan(i, Network::outputs), last == end::log_softmax);
    double const here = std::abs(static_cast<double>(found[i]) - static_cast<double>(y[i]));
    most = here <= most ? most : here;  // NaN is worst
  }
  return most;
}

}  // namespace

TEST_CASE("onnx: linear layers with and without bias, a sum, activations, softmax") {
  CHECK(distance<mlp::network>("mlp", end::softmax) < 1e-5);
}

TEST_CASE("onnx: a CNN of PyTorch's, its norms as they are and folded into convolutions") {
  CHECK(distance<cnn::network>("cnn", end::log_softmax) < 1e-5);
  CHECK(distance<folded::network>("folded") < 1e-5);
}

TEST_CASE("onnx: residuals, one of which projects, and the mean of the places") {
  CHECK(distance<residual::network>("residual") < 1e-5);
}

TEST_CASE("onnx: the last states of an LSTM and a GRU of PyTorch's behind a convolution") {
  CHECK(distance<lstm::network>("lstm") < 1e-5);
  CHECK(distance<gru::network>("gru") < 1e-5);
}

TEST_CASE("onnx: images with channels last, TensorFlow's names of padding, pools") {
  CHECK(distance<pools::network>("pools") < 1e-5);
}

TEST_CASE("onnx: sequences with the steps first, states of all steps, a sum of them") {
  CHECK(distance<sequence::network>("sequence") < 1e-5);
}

TEST_CASE("onnx: convolution, pools and mean along one axis") {
  CHECK(distance<imported_signal::network>("imported_signal") < 1e-5);
}

}  // namespace imported_onnx_test
