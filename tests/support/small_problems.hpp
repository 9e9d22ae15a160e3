// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <vector>

#include <halo/learned/horizon_rule.hpp>
#include <halo/meta/grid.hpp>
#include <halo/meta/pretrain.hpp>
#include <halo/meta/problem.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/task/few_rows.hpp>
#include <halo/task/teacher.hpp>

namespace support {

/// A small network, and optimizers that tests of meta compare on it.
using small_network =
    halo::nn::sequential<halo::nn::linear<6, 8>, halo::nn::relu, halo::nn::linear<8, 3>>;
using small_task = halo::task::few_rows<small_network, halo::nn::cross_entropy, 32>;
using horizon = halo::learned::horizon_rule<>;
using small_problem =
    halo::meta::problem<halo::optim::momentum, halo::optim::adam, halo::meta::cosine_adam, horizon>;
using small_problems = std::vector<std::shared_ptr<small_problem const>>;

inline std::shared_ptr<small_task::split const> small_split(halo::seed s) {
  auto const made =
      halo::task::make_teacher({.rows = 300, .held_out = 200, .features = 6, .classes = 3}, s);
  return std::make_shared<small_task::split const>(small_task::split{made->train, made->held_out});
}

inline std::shared_ptr<small_problem const> small_place(char const* family, halo::seed s,
                                                        std::size_t anew) {
  auto const from = small_split(s);
  std::vector<float> const known =
      halo::meta::pretrain<small_network>(from->train, s, {.steps = 300, .rate = 1e-2F});
  return halo::meta::make_problem<halo::optim::momentum, halo::optim::adam, halo::meta::cosine_adam,
                                  horizon>(family, small_task(from, known, {.anew = anew}));
}

}  // namespace support
