// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The problems of meta_train.cpp: networks on classes that random teachers invent.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <halo/meta/slot.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/selection.hpp>
#include <halo/task/reparametrised.hpp>
#include <halo/task/supervised.hpp>
#include <halo/task/teacher.hpp>

namespace support {

using namespace halo;

using narrow = nn::sequential<nn::linear<32, 32>, nn::relu, nn::linear<32, 6>>;
using deep =
    nn::sequential<nn::linear<32, 48>, nn::relu, nn::linear<48, 32>, nn::relu, nn::linear<32, 6>>;
using wide = nn::sequential<nn::linear<32, 64>, nn::tanh, nn::linear<64, 6>>;

/// How many tasks of which kind, and what their places in a pool are told.
struct pool_options {
  std::size_t places = 24;
  bool validation = false;  ///< other teachers, no re-parametrisation
  std::size_t least_rows = 1000, most_rows = 60000;
  std::size_t longest_window = 1;
  double spread = 0;   ///< of the re-parametrised scales
  bool masks = false;  ///< a tenth, three tenths, half of the steps by thirds of the layers,
  bool half = false;   ///< in every second place only
  bool quick = false;
};

/// Place i of a pool: rows, width, gain, decay, noise and classes run through their values at
/// different paces, so that no two of them always meet.
[[nodiscard]] inline task::teacher_options teacher_of(std::size_t i, pool_options const& o) {
  std::size_t const shift = o.validation ? 3 : 0;
  constexpr std::size_t steps = 7;  // 1000, 2000, 4000 ... 64000
  task::teacher_options t;
  t.rows = std::min(o.most_rows, o.least_rows << ((5 * i + shift) % steps));
  if (o.quick) t.rows = 200;
  t.hidden = std::size_t{8} << ((i + shift) / 2 % 3);
  t.gain = 1.0 + 0.5 * static_cast<double>((i + shift) % 4);
  t.decay = 0.2 * static_cast<double>((i + shift) % 5);
  t.label_noise = 0.05 * static_cast<double>((i + shift) % 6);
  t.classes = 2 + (i + shift) % 5;
  t.scale = i % 3 == 2 ? 0.5 : 1.0;
  return t;
}

/// Which layers a step moves in place i.
template <class Task>
[[nodiscard]] optim::selection layers_of(std::size_t i, pool_options const& o) {
  bool const masked = o.masks && (!o.half || i % 2 == 1);
  return masked ? optim::selection::thirds(Task::layout::layers) : optim::selection::dense();
}

template <class P, class Network>
[[nodiscard]] std::unique_ptr<meta::slot<P>> place_of(std::size_t i, pool_options const& o) {
  using task_type = task::reparametrised<task::supervised<Network>>;
  std::uint64_t const stream = (o.validation ? 900 : 100) + i;
  std::size_t const batch = std::size_t{16} << (i / 3 % 3);
  task::supervised<Network> inner(task::make_teacher(teacher_of(i, o), seed{stream}), batch,
                                  seed{stream});
  return std::make_unique<meta::task_slot<P, task_type>>(
      task_type(std::move(inner), o.spread), o.longest_window, layers_of<task_type>(i, o));
}

/// Random teachers, for these networks in turn.
template <class... Networks>
struct teachers {
  template <class P>
  [[nodiscard]] std::vector<std::unique_ptr<meta::slot<P>>> pool(pool_options const& o) const {
    std::vector<std::unique_ptr<meta::slot<P>>> places;
    constexpr std::array make{&place_of<P, Networks>...};
    for (std::size_t i = 0; i < o.places; ++i) places.push_back(make[i % make.size()](i, o));
    return places;
  }
  /// What tells their data from other data; they are drawn.
  [[nodiscard]] static std::string data() { return {}; }
};

}  // namespace support
