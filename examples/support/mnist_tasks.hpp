// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The problems of meta_train.cpp that need MNIST.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/data/idx.hpp>
#include <halo/data/split.hpp>
#include <halo/io/file.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/task/shuffled.hpp>
#include <halo/task/supervised.hpp>

#include "meta_tasks.hpp"

namespace support {

/// The 60,000 digits of MNIST's training files, a tenth of them held out; its test files are left
/// to those who judge.
[[nodiscard]] inline task::examples mnist_digits(std::string const& folder) {
  std::string const images = folder + "/mnist/train-images-idx3-ubyte";
  if (folder.empty() || !io::exists(images))
    fail("halo-meta-train", "--data", "a folder that holds mnist/train-images-idx3-ubyte",
         folder.empty() ? "none" : folder);
  auto sides = data::stratified_split(
      data::load_idx_dataset(images, folder + "/mnist/train-labels-idx1-ubyte", 10), 0.1, seed{1});
  return {std::move(sides.train), std::move(sides.test)};
}

/// The optimizee of Andrychowicz et al. 2016: 784-20-10, sigmoid, 128 examples a mini-batch,
/// weights ~ N(0, 0.01²).
struct digits_mlp {
  using network = nn::sequential<nn::linear<784, 20>, nn::sigmoid, nn::linear<20, 10>>;
  using task_type = task::shuffled<task::supervised<network, float, 128, nn::normal>>;

  std::shared_ptr<task::examples const> digits;

  explicit digits_mlp(std::string const& folder)
      : digits(std::make_shared<task::examples const>(mnist_digits(folder))) {}

  template <class P>
  [[nodiscard]] std::vector<std::unique_ptr<meta::slot<P>>> pool(pool_options const& o) const {
    std::vector<std::unique_ptr<meta::slot<P>>> places;
    for (std::size_t i = 0; i < o.places; ++i) {
      std::uint64_t const stream = (o.validation ? 900 : 100) + i;
      places.push_back(std::make_unique<meta::task_slot<P, task_type>>(
          task_type({digits, 128, seed{stream}}), o.longest));
    }
    return places;
  }
};

}  // namespace support
