// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Problems of meta_train.cpp for what is to work everywhere: teachers, teachers for networks large
// enough to learn them by heart, and digits.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/mnist.hpp>
#include <halo/task/adapted.hpp>
#include <halo/task/shuffled.hpp>
#include <halo/zoo/domains.hpp>

#include "meta_tasks.hpp"
#include "mnist_tasks.hpp"
#include "various_tasks.hpp"

namespace support {

using large = nn::sequential<nn::linear<32, 128>, nn::relu, nn::linear<128, 128>, nn::relu,
                             nn::linear<128, 6>>;
using digits_network =
    nn::sequential<nn::linear<784, 32>, nn::relu, nn::linear<32, 32>, nn::relu, nn::linear<32, 5>>;

/// Some rows, a share of their labels drawn anew.
[[nodiscard]] inline data::dataset excerpt(data::dataset const& from, std::size_t rows,
                                           double label_noise, seed s) {
  data::row_numbers order(from.rows());
  generator(s).permutation(order);
  order.resize(std::min(rows, order.size()));
  data::dataset to = data::select(from, order);
  generator chance(s, 1);
  for (std::int32_t& y : tensor::elements(to.y)) {
    bool const wrong = chance.bernoulli(label_noise);
    auto const other = chance.below(static_cast<std::uint32_t>(to.classes));
    if (wrong) y = static_cast<std::int32_t>(other);
  }
  return to;
}

/// Half of the places are various_teachers, a quarter teachers with few rows for a network of
/// 21,000 parameters, a quarter digits. To train: a network that knows the odd digits, or a fresh
/// one, learns some of the even ones; to judge the other way round, and what is reported is seen on
/// MNIST's test files.
class mixed_tasks {
 public:
  explicit mixed_tasks(std::string const& folder) {
    task::examples const all = mnist_digits(folder);
    auto const& domains = zoo::mnist_domains;
    even_ = {data::select_classes(all.train, domains.b),
             data::select_classes(all.held_out, domains.b)};
    odd_ = {data::select_classes(all.train, domains.a),
            data::select_classes(all.held_out, domains.a)};
    tested_ = data::select_classes(data::load_mnist(folder + "/mnist", "test"), domains.a);
  }

  template <class P>
  [[nodiscard]] std::vector<std::unique_ptr<meta::slot<P>>> pool(pool_options const& o) const {
    pool_options part = o;
    part.places = o.places - 2 * (o.places / 4);
    auto places = various_teachers().pool<P>(part);
    part.most_rows = 8000;
    for (std::size_t i = 0; i < o.places / 4; ++i)
      places.push_back(various_teachers::place<P, large>(part.places + i, part));
    for (std::size_t i = 0; i < o.places / 4; ++i) places.push_back(digits<P>(i, o));
    return places;
  }

 private:
  template <class P>
  [[nodiscard]] std::unique_ptr<meta::slot<P>> digits(std::size_t i, pool_options const& o) const {
    using problem = task::supervised<digits_network>;
    using task_type = task::reparametrised<task::shuffled<task::adapted<problem>>>;
    constexpr std::array<std::size_t, 6> rows{500, 8000, 1000, 30000, 2000, 4000};
    seed const stream{(o.report ? 5500U : o.validation ? 950U : 150U) + i};
    bool const training = !o.validation && !o.report;
    std::size_t const shift = training ? 0 : o.report ? 2 : 1;
    std::size_t const batch = std::size_t{16} << ((i + shift) % 3);
    auto const some = [&](data::dataset const& train, data::dataset const& held_out, std::size_t n,
                          double noise) {
      return std::make_shared<task::examples const>(task::examples{
          excerpt(train, o.quick ? 200 : n, noise, stream), excerpt(held_out, 2000, 0, stream)});
    };
    task::examples const& first = training ? odd_ : even_;
    task::examples const& second = training ? even_ : odd_;
    auto const known = some(first.train, first.held_out, 8000, 0);
    auto const next = some(second.train, o.report ? tested_ : second.held_out,
                           rows[(i + shift) % 6], 0.1 * static_cast<double>((i + shift) % 4));
    std::size_t const layers = problem::layout::layers;
    std::size_t const anew = i % 3 == 2 ? layers : i % 3;  // head kept, drawn anew, a fresh network
    std::vector<float> theta(problem::layout::size);
    if (anew < layers) theta = taught(problem(known, batch, stream), o.quick ? 20 : 800);
    task::adapted<problem> inner({next, batch, stream}, std::span<float const>(theta), anew);
    return std::make_unique<meta::task_slot<P, task_type>>(
        task_type(task::shuffled(std::move(inner)), o.spread), o.longest_window,
        layers_of<task_type>(o));
  }

  task::examples even_, odd_;
  data::dataset tested_;  // odd digits of the test files
};

}  // namespace support
