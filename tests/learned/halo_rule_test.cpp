// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/halo_rule.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/pretrained/leaky_hierarchical_rnn.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/run.hpp>
#include <halo/data/batches.hpp>
#include <halo/meta/slot.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/gated.hpp>
#include <halo/task/supervised.hpp>
#include <halo/task/teacher.hpp>

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<20, 24>, nn::relu, nn::linear<24, 5>>;
static_assert(optim::optimizer<learned::halo_rule, network::layout>);
static_assert(std::is_same_v<optim::policy_of<learned::halo_rule>, optim::gated<>>);

}  // namespace

TEST_CASE("trained weights are finite and move the controller") {
  auto const rule = learned::pretrained::best_tensor_rnn();
  learned::tensor_rnn<> const untrained{seed{1}};
  double moved = 0;
  for (std::size_t i = 0; i < rule.values().size(); ++i) {
    CHECK(std::isfinite(rule.values()[i]));
    moved += std::abs(static_cast<double>(rule.values()[i]) -
                      static_cast<double>(untrained.values()[i]));
  }
  CHECK(moved > 1);
}

// Teachers with 20 features and 5 classes: no task of the meta-training has either.
TEST_CASE("trained weights beat untrained ones on tasks of another kind") {
  using task_type = task::supervised<network>;
  using program = learned::tensor_program<>;
  std::array<std::uint64_t, 2> const checkpoints{300, 800};
  std::array<double, 2> gain{};
  for (std::uint64_t i = 0; i < 8; ++i) {
    CAPTURE(i);
    task::teacher_options o;
    o.rows = 2000U << (i % 4);
    o.features = 20;
    o.classes = 5;
    o.hidden = 16;
    o.label_noise = 0.05 * static_cast<double>(i % 3);
    task_type problem(task::make_teacher(o, seed{4000 + i}), 32, seed{i});
    meta::task_slot<program, task_type> place(std::move(problem), 1);
    auto const without = place.evaluate(learned::tensor_rnn<>{}, seed{i}, checkpoints);
    auto const with = place.evaluate(learned::pretrained::best_tensor_rnn(), seed{i}, checkpoints);
    for (std::size_t k = 0; k < 2; ++k) gain[k] += (with[k].accuracy - without[k].accuracy) / 8;
  }
  MESSAGE("points gained at 300 and 800 steps: " << 100 * gain[0] << ", " << 100 * gain[1]);
  CHECK(gain[0] > 0.005);
  CHECK(gain[1] > 0);
}

TEST_CASE("the trained hierarchical RNN goes down where the untrained one crawls") {
  using task_type = task::supervised<network>;
  using rule = learned::hierarchical_rnn<learned::hierarchical::leaky>;
  std::array<std::uint64_t, 1> const checkpoints{200};
  task::teacher_options o;
  o.features = 20;
  o.classes = 5;
  meta::task_slot<rule::program_type, task_type> place(
      task_type(task::make_teacher(o, seed{4100}), 32, seed{1}), 1);
  double const without = place.evaluate(rule{}, seed{1}, checkpoints)[0].accuracy;
  double const with =
      place.evaluate(learned::pretrained::leaky_hierarchical_rnn(), seed{1}, checkpoints)[0]
          .accuracy;
  CAPTURE(without);
  CHECK(with > without + 0.1);
}

TEST_CASE("an adapter with halo needs no number") {
  using device = adapt::adapter<network, nn::cross_entropy, learned::halo_rule, 32>;
  auto const examples = task::make_teacher({.rows = 4000, .features = 20, .classes = 5}, seed{77});
  auto const d = std::make_unique<device>();
  d->set_training_rows(examples->train.rows());
  data::batches stream(examples->train, 32, seed{1});
  double const before = d->accuracy(examples->held_out.x, examples->held_out.y);
  adapt::run(*d, stream, adapt::budget{.iterations = 1500});
  double const after = d->accuracy(examples->held_out.x, examples->held_out.y);
  CAPTURE(before);
  CAPTURE(after);
  CHECK(after > before + 0.3);
}
