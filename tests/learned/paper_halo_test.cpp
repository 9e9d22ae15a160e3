// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/paper_halo.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/random_layers.hpp>
#include <halo/optim/selection.hpp>
#include <halo/task/supervised.hpp>
#include <halo/task/teacher.hpp>

namespace learned_paper_halo_test {

namespace {

using namespace halo;
using rule = learned::paper_halo;
using backbone = learned::hierarchical_rnn<learned::hierarchical::leaky_paper>;
using network =
    nn::sequential<nn::linear<12, 16>, nn::relu, nn::linear<16, 12>, nn::relu, nn::linear<12, 4>>;
using layout = network::layout;
using problem = task::supervised<network, float, 32>;

/// Held-out accuracy after so many steps, and the worst loss over the run's last tenth.
struct ending {
  double accuracy, worst;
};
ending learn(problem& p, backbone const& with, optim::selection const& layers, seed s,
             std::uint64_t steps) {
  std::vector<float> theta(layout::size), gradient(layout::size);
  auto const state = std::make_unique<backbone::state<layout>>(with.init<layout>());
  p.start(s, theta.data());
  ending e{0, 0};
  for (std::uint64_t t = 0; t < steps; ++t) {
    optim::step_context<float> context;
    context.loss = p.value_and_gradient(task::part::train, t, theta.data(), gradient.data());
    context.mask = layers.draw(generator(s), t, layout::layers);
    if (t >= steps - steps / 10) e.worst = std::fmax(e.worst, context.loss);
    float const* const g = gradient.data();
    REQUIRE(with.step(theta.data(), g, *state, context) != optim::status::non_finite);
  }
  e.accuracy = p.accuracy(theta.data());
  return e;
}

}  // namespace

TEST_CASE("paper_halo: the paper's rule with its policy and trained weights") {
  static_assert(optim::optimizer<rule, layout>);
  static_assert(std::is_same_v<optim::policy_of<rule>, optim::random_layers>);
  static_assert(backbone::program_type::features == 9);
  CHECK(std::string(rule::name) == "leaky_hierarchical_rnn");
  rule const r;
  CHECK(std::equal(r.values().begin(), r.values().end(),
                   learned::pretrained::paper_halo_rnn_weights.begin()));
}

TEST_CASE("paper_halo: no run of 3000 steps diverges, with all layers or random ones" *
          doctest::test_suite("long")) {
  double with = 0, without = 0;
  for (std::uint64_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    problem p(task::make_teacher({.rows = 600,
                                  .features = 12,
                                  .classes = 4,
                                  .hidden = 12,
                                  .label_noise = 0.05 * static_cast<double>(i)},
                                 seed{60 + i}),
              32, seed{i});
    std::vector<float> theta(layout::size);
    p.start(seed{i}, theta.data());
    double begun = 0;
    for (std::uint64_t b = 0; b < 20; ++b)
      begun += p.value_and_gradient(task::part::train, b, theta.data(), nullptr) / 20;
    double const before = p.accuracy(theta.data());
    for (auto const& layers : {optim::selection::dense(), optim::selection::thirds(3)}) {
      ending const e = learn(p, rule{}, layers, seed{i}, 3000);
      CHECK(e.worst < begun);
      CHECK(e.accuracy > before + 0.2);
    }
    with += learn(p, rule{}, optim::selection::dense(), seed{i}, 300).accuracy / 4;
    without += learn(p, backbone{seed{1}}, optim::selection::dense(), seed{i}, 300).accuracy / 4;
  }
  CHECK(with > without + 0.03);
}

}  // namespace learned_paper_halo_test
