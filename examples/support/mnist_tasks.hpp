// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The problems of meta_train.cpp that need MNIST.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/fingerprint.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/mnist.hpp>
#include <halo/data/split.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/task/adapted.hpp>
#include <halo/task/shuffled.hpp>
#include <halo/task/supervised.hpp>
#include <halo/zoo/domains.hpp>
#include <halo/zoo/networks.hpp>

#include "arguments.hpp"
#include "meta_tasks.hpp"

namespace support {

/// The 60,000 digits of MNIST's training files, a tenth of them held out; its test files are left
/// to those who judge.
[[nodiscard]] inline task::examples mnist_digits(std::string const& folder) {
  if (folder.empty()) leave_without_data("halo-meta-train");
  auto sides = data::stratified_split(data::load_mnist(folder + "/mnist", "train"), 0.1, seed{1});
  return {std::move(sides.train), std::move(sides.test)};
}

/// What tells these rows, and parameters that were trained on others, from any other.
[[nodiscard]] inline std::string fingerprint_of(data::dataset const& rows,
                                                std::span<float const> trained) {
  fingerprint all = halo::fingerprint_of(std::span<float const>(rows.x.data(), rows.x.size()));
  for (auto const& part : {halo::fingerprint_of(std::span(rows.y.data(), rows.y.size())),
                           halo::fingerprint_of(trained)})
    all.add(part.text().data());
  return all.text().data();
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
          task_type({digits, 128, seed{stream}}), o.longest_window));
    }
    return places;
  }
  /// What tells their data from other data.
  [[nodiscard]] std::string data() const { return fingerprint_of(digits->train, {}); }
};

/// Adaptation as HALO's paper meta-trains on [Li et al. 2020, supplement]: the CNN of its Fig.
/// 2(a), two epochs old on the even digits (Adam at 1e-3), its head drawn anew, learns the odd
/// ones. 64 examples a mini-batch, weights ~ N(0, 0.01²).
class odd_digits {
  using network = zoo::mnist_cnn<5>;
  using problem = task::supervised<network, float, 64, nn::normal>;
  using task_type = task::shuffled<task::adapted<problem>>;
  static constexpr std::size_t batch = 64;

 public:
  explicit odd_digits(std::string const& folder) : trained_(network::parameters) {
    task::examples const all = mnist_digits(folder);
    auto const of = [&](std::span<std::int32_t const> labels) {
      return std::make_shared<task::examples const>(task::examples{
          data::select_classes(all.train, labels), data::select_classes(all.held_out, labels)});
    };
    odd_ = of(zoo::mnist_domains.a);
    pretrain(of(zoo::mnist_domains.b));
  }

  template <class P>
  [[nodiscard]] std::vector<std::unique_ptr<meta::slot<P>>> pool(pool_options const& o) const {
    std::vector<std::unique_ptr<meta::slot<P>>> places;
    for (std::size_t i = 0; i < o.places; ++i) {
      problem inner(odd_, batch, seed{(o.validation ? 900 : 100) + i});
      places.push_back(std::make_unique<meta::task_slot<P, task_type>>(
          task_type(task::adapted(std::move(inner), std::span<float const>(trained_))),
          o.longest_window, layers_of<problem>(i, o)));
    }
    return places;
  }
  /// What tells their data from other data.
  [[nodiscard]] std::string data() const { return fingerprint_of(odd_->train, trained_); }

 private:
  void pretrain(std::shared_ptr<task::examples const> even) {
    problem p(std::move(even), batch, seed{5});
    std::vector<float> gradient(network::parameters);
    p.start(seed{6}, trained_.data());
    optim::adam const rule{1e-3F};
    auto state = rule.init<network::layout, float>();
    std::uint64_t const steps = 2 * p.rows() / batch;
    for (std::uint64_t t = 0; t < steps; ++t) {
      (void)p.value_and_gradient(task::part::train, t, trained_.data(), gradient.data());
      (void)rule.step(trained_.data(), static_cast<float const*>(gradient.data()), state);
    }
    std::printf("pre-trained on the even digits: %.2f %% of those held out are right\n",
                100 * p.accuracy(trained_.data()));
  }

  std::shared_ptr<task::examples const> odd_;
  std::vector<float> trained_;
};

}  // namespace support
