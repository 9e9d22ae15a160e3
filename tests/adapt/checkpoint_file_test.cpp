// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/checkpoint_file.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <halo/io/safetensors.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/data.hpp"

using namespace halo;
using adapt::detail::checkpoint_reader;

TEST_CASE("checkpoint_file: a network in words") {
  using network = nn::sequential<nn::linear<12, 10>, nn::linear<10, 3>>;
  CHECK(adapt::detail::words_of<network>() == "12 > linear 10 > linear 3");
}

TEST_CASE("checkpoint_file: a shape is as long as its rank") {
  parameter_info info;
  info.extents = {4, 3, 0, 0};
  info.rank = 2;
  CHECK(adapt::detail::shape_of(info) == io::extents{4, 3});
  info.rank = 0;
  CHECK(adapt::detail::shape_of(info) == io::extents{});
}

TEST_CASE("checkpoint_file: parameters of a layout, there and back") {
  using network = nn::sequential<nn::linear<2, 3>, nn::linear<3, 1>>;
  using layout = network::layout;
  std::vector<float> const theta{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
  std::vector<io::tensor_view> tensors;
  adapt::detail::add_parameters<layout>(tensors, theta);
  CHECK(tensors.size() == 4);
  CHECK(tensors[2].name == "1.weight");
  CHECK(tensors[2].shape == io::extents{3, 1});
  CHECK(tensors[2].as<float>()[0] == 10.0F);
  auto const file = io::parse_safetensors(io::write_safetensors(tensors).span(), "w");
  checkpoint_reader const reader(file);
  CHECK(std::ranges::equal(reader.parameters<network>().span(), theta));
  reader.expect_no_others<network>([](std::string_view) { return false; });
  using shorter = nn::sequential<nn::linear<2, 3>>;
  auto const message = [&](auto known) {
    return tests::message_of<error>([&] { reader.expect_no_others<shorter>(known); });
  };
  CHECK(message([](std::string_view) { return false; }) ==
        "checkpoint: w: tensor '1.bias': expected no tensor of that name, found [1]");
  CHECK(message([](std::string_view name) { return name[0] == '1'; }) == "no error");
}

TEST_CASE("checkpoint_file: layers of a layer stand behind one mark more") {
  using network =
      nn::sequential<nn::linear<2, 3>,
                     nn::residual<nn::projection<nn::linear<3, 4>>, nn::linear<3, 4>>, nn::relu>;
  CHECK(adapt::detail::words_of<network>() ==
        "2 > linear 3 > residual 4 >> projection 4 >>> linear 4 >> linear 4 > relu 4");
}
