// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Problems of meta_train.cpp that resemble what a device meets: networks that begin at random, and
// networks that go on where another problem left them.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <halo/data/dataset.hpp>
#include <halo/optim/adam.hpp>
#include <halo/task/adapted.hpp>

#include "meta_tasks.hpp"

namespace support {

/// Examples whose features were scaled and shifted.
[[nodiscard]] inline std::shared_ptr<task::examples const> drifted(task::examples const& from,
                                                                   double strength, seed s) {
  auto const moved = [&](data::dataset const& d) {
    data::dataset to = data::make_dataset(d.rows(), d.features(), d.classes);
    generator g(s, 0x6472696674);  // "drift"
    for (std::size_t j = 0; j < d.features(); ++j) {
      auto const a = static_cast<float>(std::exp(strength * static_cast<double>(g.normal())));
      auto const b = static_cast<float>(strength * static_cast<double>(g.normal()));
      for (std::size_t i = j; i < d.rows() * d.features(); i += d.features())
        to.x.data()[i] = a * d.x.data()[i] + b;
    }
    std::copy_n(d.y.data(), d.rows(), to.y.data());
    return to;
  };
  return std::make_shared<task::examples const>(
      task::examples{moved(from.train), moved(from.held_out)});
}

/// Parameters that know a task: so many steps of Adam.
template <class Task>
[[nodiscard]] std::vector<float> taught(Task t, std::uint64_t steps) {
  using layout = typename Task::layout;
  std::vector<float> theta(layout::size), gradient(layout::size);
  auto const state = std::make_unique<optim::adam::state<layout, float>>();
  t.start(seed{50}, theta.data());
  for (std::uint64_t i = 0; i < steps; ++i) {
    t.value_and_gradient(task::part::train, i, theta.data(), gradient.data());
    (void)optim::adam{{.rate = 2e-3F}}.step(theta.data(),
                                            static_cast<float const*>(gradient.data()), *state);
  }
  return theta;
}

/// Teachers for three networks, with classes of unequal sizes too and more rows held out. Every
/// other problem is met by a network that knows its features undrifted, with its head or without.
struct various_teachers {
  template <class P>
  [[nodiscard]] std::vector<std::unique_ptr<meta::slot<P>>> pool(pool_options const& o) const {
    std::vector<std::unique_ptr<meta::slot<P>>> places;
    for (std::size_t i = 0; i < o.places; ++i)
      places.push_back(i % 3 == 0   ? place<P, narrow>(i, o)
                       : i % 3 == 1 ? place<P, deep>(i, o)
                                    : place<P, wide>(i, o));
    return places;
  }

  template <class P, class Network>
  [[nodiscard]] static std::unique_ptr<meta::slot<P>> place(std::size_t i, pool_options const& o) {
    using inner_type = task::supervised<Network>;
    using task_type = task::reparametrised<task::adapted<inner_type>>;
    seed const stream{(o.report ? 5000U : o.validation ? 900U : 100U) + i};
    std::size_t const batch = std::size_t{16} << (i / 3 % 3);
    task::teacher_options t = teacher_of(i, o);
    t.imbalance = 0.1 * static_cast<double>(i / 5 % 4);
    t.held_out = o.quick ? 200 : 4000;
    auto examples = task::make_teacher(t, stream);
    std::vector<float> known(inner_type::layout::size);
    std::size_t anew = inner_type::layout::layers;
    if (i % 2 == 1) {
      known = taught(inner_type(examples, batch, stream), o.quick ? 20 : 800);
      anew = i / 2 % 2;
      examples = drifted(*examples, 0.2 + 0.2 * static_cast<double>(i / 2 % 4), stream);
    }
    task::adapted<inner_type> inner({std::move(examples), batch, stream},
                                    std::span<float const>(known), anew);
    return std::make_unique<meta::task_slot<P, task_type>>(
        task_type(std::move(inner), o.spread), o.longest_window, layers_of<task_type>(o));
  }
};

}  // namespace support
