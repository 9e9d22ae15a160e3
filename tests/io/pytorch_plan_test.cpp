// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/pytorch_plan.hpp>

#include <doctest/doctest.h>

#include <string>

#include "../support/pytorch_networks.hpp"

namespace io_pytorch_plan_test {

using namespace halo;

namespace {

/// What PyTorch has of a network, a line a layer.
template <class Network>
std::string plan() {
  std::string text;
  for (auto const& layer : io::detail::pytorch_layers<Network>()) {
    for (auto const& t : layer)
      text += std::string(t.leaf) + to_string(t.how.shape()) + (t.second ? "+ " : " ");
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("pytorch_plan: the tensors of each layer, in the order of a module's") {
  CHECK(plan<support::pytorch::norms>() ==
        "weight[4, 3, 3, 3] bias[4] \n"
        "weight[4] bias[4] running_mean[4] running_var[4] \n"
        "weight[4] bias[4] \n"
        "weight[4, 5, 4] bias[4, 5, 4] \n"
        "weight[80] bias[80] running_mean[80] running_var[80] \n"
        "weight[80] bias[80] \n"
        "weight[3, 80] bias[3] \n");
  CHECK(plan<support::pytorch::bare_lstm>() ==
        "weight_ih_l0[20, 3] weight_hh_l0[20, 5] bias_ih_l0[20] bias_hh_l0[20]+ \n"
        "weight[3, 5] bias[3] \n");
}

TEST_CASE("pytorch_plan: what may be absent, and where a second bias ends") {
  auto const layers = io::detail::pytorch_layers<support::pytorch::gru>();
  auto const wanted = io::detail::wanted_by(layers);
  REQUIRE(wanted.size() == 3);
  REQUIRE(wanted[1].size() == 4);
  CHECK_FALSE(wanted[1][1].optional);
  CHECK(wanted[1][3].optional);
  CHECK(wanted[1][3].rank == 3);
  CHECK(layers[1][3].inner->name() == "1.inner_bias");
  CHECK(layers[1][2].inner == nullptr);
  auto const norm = io::detail::wanted_by(io::detail::pytorch_layers<support::pytorch::bare>())[1];
  CHECK(norm[0].optional);
  CHECK_FALSE(norm[3].optional);
}

}  // namespace io_pytorch_plan_test
