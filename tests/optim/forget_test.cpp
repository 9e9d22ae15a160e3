// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/forget.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim.hpp>

#include "../support/data.hpp"
#include "../support/network.hpp"

namespace optim_forget_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<3, 5>, nn::tanh, nn::linear<5, 4>, nn::linear<4, 2>>;
using layout = network::layout;

/// Every number of a state, by kind, in the order of its record.
template <class State>
std::vector<double> numbers(State& s, bool of_arrays) {
  std::vector<double> all;
  walk(s, [&]<class T>(field_path const&, recorded_field<T> const& f) {
    bool const array = f.kind == field_kind::per_parameter || f.kind == field_kind::per_tensor;
    if (array == of_arrays)
      for (T const& x : f.values) all.push_back(static_cast<double>(x));
  });
  return all;
}

template <class Optimizer>
void forgets(Optimizer const& rule) {
  INFO(std::string(Optimizer::name));
  using state = typename Optimizer::template state<layout, float>;
  auto const s = std::make_unique<state>(rule.template init<layout, float>());
  auto const fresh = std::make_unique<state>(rule.template init<layout, float>());
  std::vector<float> theta = support::draw<float>(network::parameters, 1);
  auto const walk_on = [&](state& of, std::vector<float>& from, std::uint64_t first) {
    for (std::uint64_t i = first; i < first + 5; ++i) {
      auto const g = support::draw<float>(network::parameters, i);
      REQUIRE(rule.step(from.data(), g.data(), of, optim::step_context<float>{.loss = 1.0}) ==
              optim::status::done);
    }
  };
  walk_on(*s, theta, 10);
  auto const expected = std::make_unique<state>(*s);
  if constexpr (requires { s->global; }) expected->global = fresh->global;  // another problem
  auto const of_run = numbers(*expected, false);
  auto const learned = numbers(*s, true), begin = numbers(*fresh, true);
  if (!begin.empty()) CHECK(learned != begin);

  auto const half = std::make_unique<state>(*s);
  layer_mask const head = layer_mask::top(1, layout::layers);
  optim::forget(rule, *half, head, static_cast<float const*>(theta.data()));
  auto const mixed = numbers(*half, true);
  std::size_t kept = 0, anew = 0;
  for (std::size_t i = 0; i < mixed.size(); ++i) {
    CHECK((mixed[i] == learned[i] || mixed[i] == begin[i]));
    kept += mixed[i] == learned[i] && learned[i] != begin[i];
    anew += mixed[i] == begin[i] && learned[i] != begin[i];
  }
  if (!begin.empty()) {
    CHECK(kept > 0);
    CHECK(anew > 0);
  }

  optim::forget(rule, *s, layer_mask::all(), static_cast<float const*>(theta.data()));
  CHECK(numbers(*s, true) == begin);
  if constexpr (!optim::keeps_average<state>) CHECK(numbers(*s, false) == of_run);
}

}  // namespace

TEST_CASE("forget: what is there for parameters and tensors begins as init makes it") {
  forgets(optim::sgd{});
  forgets(optim::momentum{});
  forgets(optim::adagrad{{.initial = 0.1F}});
  forgets(optim::rmsprop{});
  forgets(optim::adam{});
}

TEST_CASE("forget: of learned optimizers, whose numbers lie in tiles and begin as a program says") {
  forgets(learned::tensor_rnn<>(seed{3}));
  forgets(learned::coordinate_lstm<>(seed{3}));
}

TEST_CASE("forget: inside of wrappers, what they keep of the run stays") {
  using optim::adam;
  forgets(optim::clipped<adam>(adam{}, {.norm = 1.0F}));
  forgets(optim::scheduled<adam, optim::cosine>(adam{}, {.steps = 9}));
  forgets(optim::slimming<adam>(adam{}));
  forgets(optim::pruned<adam>(adam{}));
  forgets(optim::clipped(optim::averaged(adam{}), {.norm = 1.0F}));
  forgets(optim::slimming<optim::clipped<optim::pulled<adam>>>{});
  forgets(optim::clipped<optim::guarded<optim::pruned<adam>>>{});
}

TEST_CASE("forget: an average begins anew as a whole") {
  using rule_type = optim::scheduled<optim::averaged<optim::adam>, optim::cosine>;
  rule_type const rule(optim::averaged<optim::adam>(optim::adam{}), {.steps = 9});
  auto s = rule.init<layout, float>();
  std::vector<float> theta = support::draw<float>(network::parameters, 1);
  auto const g = support::draw<float>(network::parameters, 2);
  for (int i = 0; i < 3; ++i) rule.step(theta.data(), g.data(), s);
  CHECK(optim::average_steps(s) == 3);
  optim::forget(rule, s, layer_mask::only(2), static_cast<float const*>(theta.data()));
  CHECK(optim::average_steps(s) == 0);
  CHECK(s.steps == 3);
  CHECK(s.inner.inner.steps[0] == 3);
  CHECK(s.inner.inner.steps[layout::tensors - 1] == 0);
}

TEST_CASE_TEMPLATE("forget: what was pruned stays so where the new parameters are 0", Rule,
                   optim::pruned<optim::adam>, optim::clipped<optim::pruned<optim::adam>>,
                   optim::slimming<optim::clipped<optim::pruned<optim::clipped<optim::adam>>>>) {
  Rule const rule{};
  auto s = rule.template init<layout, float>();
  std::vector<float> theta = support::draw<float>(network::parameters, 1);
  optim::prune(s, std::span(theta), 0.5);
  auto const gone = s.gone;
  optim::forget(rule, s, layer_mask::all(), static_cast<float const*>(theta.data()));
  CHECK(std::ranges::equal(s.gone, gone));
  parameter_info const& last = layout::table[layout::tensors - 2];
  for (std::size_t i = last.offset; i < last.offset + last.count; ++i) theta[i] = 1.0F;
  optim::forget(rule, s, layer_mask::only(2), static_cast<float const*>(theta.data()));
  for (std::size_t i = 0; i < network::parameters; ++i) {
    bool const before = ((gone[i / 64] >> (i % 64)) & 1U) != 0;
    bool const after = ((s.gone[i / 64] >> (i % 64)) & 1U) != 0;
    CHECK(after == (before && (i < last.offset || i >= last.offset + last.count)));
  }
}

}  // namespace optim_forget_test
