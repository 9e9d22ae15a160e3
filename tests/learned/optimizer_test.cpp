// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/optimizer.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/bad_option.hpp>
#include <halo/core/record.hpp>
#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/optim/operations.hpp>

#include "../support/allocation.hpp"
#include "../support/layouts.hpp"
#include "../support/numbers.hpp"
#include "../support/unrecorded.hpp"

namespace learned_optimizer_test {

namespace {

using namespace halo;
using program = learned::hierarchical_program<>;
using rule_type = learned::hierarchical_rnn<>;
using layout = support::three_layers<5, 3, 40, 16>;
using state = rule_type::state<layout>;

std::vector<double> saved(state& s) {
  std::vector<double> all;
  walk(s, [&](field_path const&, auto const& field) {
    for (auto const x : field.values) all.push_back(static_cast<double>(x));
  });
  return all;
}

/// A state after one step, and what it needs for another.
struct run {
  rule_type rule{seed{1}};
  std::unique_ptr<state> s = std::make_unique<state>(rule.init<layout>());
  std::vector<float> theta = support::numbers<float>(layout::size, 1);
  std::vector<float> gradient = support::numbers<float>(layout::size, 2);
  optim::status step(optim::step_context<float> const& context = {}) {
    return rule.step(theta.data(), gradient.data(), *s, context);
  }
};

}  // namespace

TEST_CASE("what a step costs counts the networks of tensors and of the problem") {
  // every matrix of the table once a parameter, a tensor or a step; biases and features besides
  auto const matrix = [](std::string_view name) {
    for (auto const& w : program::table.entries) {
      if (w.name == name) return w.rows * w.columns;
    }
    return std::size_t{0};
  };
  std::size_t const tensor = matrix("tensor.gates") + matrix("tensor.candidate") +
                             matrix("tensor_to_parameter") + matrix("global_to_parameter") +
                             matrix("global_to_tensor");
  std::size_t const step = matrix("global.gates") + matrix("global.candidate");
  REQUIRE(tensor > 3000);
  REQUIRE(step > 1000);
  for (std::uint64_t bits = 1; bits < 8; ++bits) {
    CAPTURE(bits);
    std::size_t n = step, selected = 0;
    for (auto const& info : layout::table) {
      if ((bits >> info.layer & 1U) == 0) continue;
      n += tensor;
      selected += info.count;
    }
    CHECK(optim::operations<rule_type, layout>(layer_mask(bits)) ==
          n + selected * rule_type::operations_per_parameter);
  }
  CHECK(optim::operations<rule_type, layout>(layer_mask()) == 0);
}

TEST_CASE("given weights are kept, untrained ones follow their seed") {
  auto const w = support::numbers<float>(8350, 3);
  rule_type const given(w);
  CHECK(std::vector<float>(given.values().begin(), given.values().end()) == w);
  rule_type const a{seed{5}}, b{seed{5}}, c{seed{6}};
  CHECK(std::equal(a.values().begin(), a.values().end(), b.values().begin()));
  CHECK(a.values()[0] != c.values()[0]);
  CHECK(a.values()[program::table["step_size"]] == -1);
}

TEST_CASE("a run begins with the initial numbers everywhere") {
  run r;
  auto const w = r.rule.values();
  for (std::size_t t = 0; t < layout::tensors; ++t) {
    std::size_t const n = learned::tiles_of(layout::table[t].count) * learned::tile_lanes;
    for (std::size_t i = 0; i < n; ++i) {
      auto const at = [&](std::size_t k) {
        return r.s->tile(t)[(i / 16 * program::state + k) * 16 + i % 16];
      };
      for (std::size_t k = 0; k < 10; ++k)
        CHECK(at(k) == w[program::table["parameter.initial"] + k]);
      for (std::size_t k = 10; k < 20; ++k) CHECK(at(k) == 0);
      CHECK(at(20) == w[program::table["initial_log_rate"]]);
    }
    for (std::size_t k = 0; k < 20; ++k)
      CHECK(r.s->tensor(t)[k] == w[program::table["tensor.initial"] + k]);
    CHECK(r.s->steps[t] == 0);
  }
  for (std::size_t k = 0; k < 20; ++k)
    CHECK(r.s->global[k] == w[program::table["global.initial"] + k]);
  CHECK(r.s->step == 0);
}

TEST_CASE("log-rates may be scattered for every run") {
  auto const draw = [](std::uint64_t with) {
    rule_type rule{seed{1}};
    rule.config.lowest_log_rate = -12;
    rule.config.highest_log_rate = -4;
    rule.config.draws = seed{with};
    auto const s = std::make_unique<state>(rule.init<layout>());
    std::vector<double> l;
    for (std::size_t i = 0; i < 40; ++i)
      l.push_back(static_cast<double>(
          s->tile(2)[(i / 16 * program::state + program::at_log_rate) * 16 + i % 16]));
    double sum = 0;
    for (double const x : l) sum += x;
    CHECK(static_cast<double>(s->tensor(2)[program::tensor_units]) ==
          doctest::Approx(sum).epsilon(1e-5));
    return l;
  };
  auto const a = draw(1), b = draw(2);
  CHECK(a == draw(1));
  CHECK(a[0] != b[0]);
  double least = 0, most = -100;
  for (double const x : a) {
    least = std::fmin(least, x);
    most = std::fmax(most, x);
  }
  CHECK(least >= -12);
  CHECK(most <= -4);
  CHECK(most - least <= 4);  // half of the range is the tensor's
  CHECK(most - least > 3);
}

TEST_CASE("a loss or gradient that went wrong leaves everything") {
  run r;
  REQUIRE(r.step() == optim::status::done);
  auto const theta = r.theta, gradient = r.gradient;
  auto const before = saved(*r.s);
  auto const refused = [&](optim::step_context<float> const& context) {
    CHECK(r.step(context) == optim::status::non_finite);
    CHECK(r.theta == theta);
    CHECK(saved(*r.s) == before);
  };
  optim::step_context<float> context;
  context.loss = std::nan("");
  refused(context);
  context.loss = -std::numeric_limits<double>::infinity();
  refused(context);
  context.loss = 0;
  for (float const bad : {1.01e15F, -1.01e15F, std::numeric_limits<float>::infinity()}) {
    r.gradient[7] = bad;
    refused(context);
  }
  r.gradient[7] = std::numeric_limits<float>::quiet_NaN();
  refused(context);
  context.scale = std::numeric_limits<float>::infinity();
  r.gradient = gradient;
  refused(context);
  context.scale = 1;
  context.rate = 1e300;  // of a schedule: a float that is infinite
  refused(context);
}

TEST_CASE("the largest gradient that is taken leaves finite numbers, step after step") {
  run r;
  for (int k = 0; k < 30; ++k) {
    for (std::size_t i = 0; i < layout::size; ++i)
      r.gradient[i] = (i + static_cast<std::size_t>(k)) % 3 == 0 ? 1e15F : k % 2 == 0 ? -1e15F : 0;
    REQUIRE(r.step() == optim::status::done);
    for (double const x : saved(*r.s)) REQUIRE(std::isfinite(x));
    for (float const x : r.theta) REQUIRE(std::isfinite(x));
  }
}

TEST_CASE("an empty step leaves everything, a masked one what it leaves out") {
  run r;
  REQUIRE(r.step() == optim::status::done);
  auto const theta = r.theta;
  auto const before = saved(*r.s);
  optim::step_context<float> context;
  context.mask = {};
  CHECK(r.step(context) == optim::status::empty);
  CHECK(r.theta == theta);
  CHECK(saved(*r.s) == before);
  context.mask = layer_mask::only(1);
  CHECK(r.step(context) == optim::status::done);
  for (std::size_t t = 0; t < layout::tensors; ++t) CHECK(r.s->steps[t] == (t == 2 ? 2 : 1));
  CHECK(r.s->step == 2);
}

TEST_CASE("scale and limit act on the gradient before the program sees it") {
  run scaled, limited, by_hand;
  optim::step_context<float> context;
  context.scale = 0.25F;
  REQUIRE(scaled.step(context) == optim::status::done);
  for (float& g : by_hand.gradient) g *= 0.25F;
  REQUIRE(by_hand.step() == optim::status::done);
  CHECK(scaled.theta == by_hand.theta);
  run limited_by_hand;
  context.scale = 1e16F;
  context.limit = 1e12F;
  REQUIRE(limited.step(context) == optim::status::done);
  for (float& g : limited_by_hand.gradient) g = std::fmin(std::fmax(g * 1e16F, -1e12F), 1e12F);
  REQUIRE(limited_by_hand.step() == optim::status::done);
  CHECK(limited.theta == limited_by_hand.theta);
}

TEST_CASE("a witness sees every selected tensor between the passes") {
  run r;
  optim::step_context<float> context;
  context.mask.set(1, false);
  std::vector<std::size_t> seen;
  auto const before = r.theta;
  auto const status = r.rule.step(r.theta.data(), r.gradient.data(), *r.s, context,
                                  [&](std::size_t i, float const* carry, float const* mean) {
                                    seen.push_back(i);
                                    CHECK(std::isfinite(carry[0]));
                                    CHECK(std::isfinite(mean[program::sums - 1]));
                                    std::size_t const at = layout::table[i].offset;
                                    CHECK(r.theta[at] == before[at]);
                                  });
  CHECK(status == optim::status::done);
  CHECK(seen == std::vector<std::size_t>{0, 1, 3, 4});
}

TEST_CASE("a step allocates nothing") {
  run r;
  auto lstm = std::make_unique<learned::coordinate_lstm<>>();
  using lstm_state = learned::coordinate_lstm<>::state<layout>;
  auto s = std::make_unique<lstm_state>(lstm->init<layout>());
  if (!support::allocations_are_counted()) {
    MESSAGE("skipped: allocations are not counted under this sanitizer");
    return;
  }
  optim::step_context<float> masked;
  masked.mask = layer_mask::only(2);
  std::size_t const count = support::allocations_of([&] {
    for (int k = 0; k < 3; ++k) {
      (void)r.step();
      (void)r.step(masked);
      (void)lstm->step(r.theta.data(), r.gradient.data(), *s);
    }
  });
  CHECK(count == 0);
}

TEST_CASE("what of a state is saved") {
  auto const names = [](auto& s) {
    std::vector<std::string> all;
    walk(s, [&](field_path const& path, auto const&) {
      path.each([&](std::string_view name) { all.emplace_back(name); });
    });
    return all;
  };
  run r;
  CHECK(names(*r.s) ==
        std::vector<std::string>{"coordinates", "tensors", "global", "steps", "step"});
  learned::coordinate_lstm<>::state<layout> bare;
  CHECK(names(bare) == std::vector<std::string>{"coordinates", "steps", "step"});
}

TEST_CASE("an optimizer says what it is: program, options, sizes and weights") {
  auto const told = [](auto const& rule) {
    std::vector<std::string> all;
    walk(rule, [&all]<class T>(field_path const& path, recorded_field<T> const& field) {
      std::string line;
      path.each([&line](std::string_view name) { line.append(".").append(name); });
      line += field.is_state() ? " state" : "";
      if constexpr (recorded_field<T>::is_text)
        line.append(" ").append(field.values.data(), field.values.size());
      else
        for (auto const x : field.values) line.append(" ").append(std::to_string(x));
      all.push_back(line);
    });
    return all;
  };
  using learned::hierarchical_options;
  constexpr hierarchical_options slower{.scale_bias = 5};
  auto const plain = told(rule_type(seed{1}));
  CHECK(plain == told(rule_type(seed{1})));
  CHECK(plain != told(rule_type(seed{2})));                          // other weights
  CHECK(plain != told(learned::hierarchical_rnn<slower>(seed{1})));  // another option
  rule_type drawn(seed{1});
  drawn.config.highest_log_rate = 1;
  CHECK(plain != told(drawn));  // another number of its own
  CHECK(first_bad_option(drawn).has_value() == false);
  drawn.config.highest_log_rate = 40;
  CHECK(std::string_view(first_bad_option(drawn)->path.data()) == "config.highest_log_rate");
}

TEST_CASE("a state records all but the scratch of a step") {
  auto const s = std::make_unique<state>(rule_type().init<layout>());
#if defined(__GNUC__) && !defined(__clang__)  // which alone knows padding
  auto const behind = [](auto const& array) {
    return sizeof(array) - array.size() * sizeof(float);  // whole cache lines
  };
  CHECK(support::unrecorded_bytes(*s) ==
        sizeof(s->carry) + behind(s->coordinates) + behind(s->tensors) + behind(s->global));
#endif
}

}  // namespace learned_optimizer_test
