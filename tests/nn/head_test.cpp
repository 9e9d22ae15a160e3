// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/head.hpp>

#include <doctest/doctest.h>

#include <type_traits>

#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>

namespace nn_head_test {

using namespace halo;

using mlp = nn::sequential<nn::linear<5, 4>, nn::relu, nn::linear<4, 3>>;
static_assert(std::is_same_v<nn::head<mlp>::body, nn::sequential<nn::linear<5, 4>, nn::relu>>);
static_assert(nn::head<mlp>::features == 4 && nn::head<mlp>::outputs == 3);
static_assert(nn::head<mlp>::weights == 24 && nn::head<mlp>::biases == 36);

using cnn = nn::sequential<shape<6, 6, 1>, nn::conv2d<2, 3>, nn::batch_norm, nn::flatten,
                           nn::linear<72, 2>>;
static_assert(nn::head<cnn>::features == 72);

// A network that is a head alone, its input said or not.
using alone = nn::sequential<nn::linear<5, 3>>;
using shaped = nn::sequential<shape<5>, nn::linear<5, 3>>;
static_assert(nn::head<alone>::features == 5 && nn::head<alone>::weights == 0);
static_assert(std::is_same_v<nn::head<shaped>::body, nn::no_body<5>>);
static_assert(nn::has_head<mlp> && nn::has_head<cnn> && nn::has_head<alone>);
static_assert(!nn::has_head<nn::sequential<nn::linear<5, 4>, nn::relu>>);
static_assert(!nn::has_head<nn::sequential<shape<5>, nn::relu>> && !nn::has_head<int>);

TEST_CASE("head: without a body features are the inputs") {
  float const x = 1;
  CHECK(nn::no_body<1>::infer<float*>({}, nullptr, &x, nullptr) == &x);
}

TEST_CASE("head: the table agrees that weights and biases of the last layer lie last") {
  auto const& table = mlp::layout::table;
  CHECK(table[2].offset == nn::head<mlp>::weights);
  CHECK(table[3].offset == nn::head<mlp>::biases);
  CHECK(nn::head<cnn>::body::statistics == cnn::statistics);
  CHECK(cnn::layout::table[cnn::layout::tensors - 2].offset == nn::head<cnn>::weights);
}

}  // namespace nn_head_test
