// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/trainer.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/huber.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/gated.hpp>
#include <halo/optim/selection.hpp>
#include <halo/task/reparametrised.hpp>
#include <halo/task/supervised.hpp>
#include <halo/task/teacher.hpp>

#include "../support/data.hpp"
#include "../support/learned_rate.hpp"
#include "../support/two_tensors.hpp"

namespace meta_trainer_test {

namespace {

using namespace halo;
using program = support::learned_rate;
using problem = support::two_tensors<float>;
using trainer = meta::trainer<program>;

std::vector<std::unique_ptr<meta::slot<program>>> pool_of(std::vector<problem> const& tasks) {
  std::vector<std::unique_ptr<meta::slot<program>>> pool;
  for (problem const& p : tasks)
    pool.push_back(std::make_unique<meta::task_slot<program, problem>>(p, 20));
  return pool;
}
meta::training options() {
  meta::training o;
  o.shortest_window = 5;
  o.longest_window = 20;
  o.shortest_run = 20;
  o.longest_run = 60;
  o.rate = 0.05;
  o.most_loss = 1e3;
  o.loss = {};
  o.draws = seed{12};
  return o;
}

}  // namespace

TEST_CASE("trainer: the same bits for any number of threads") {
  using network = nn::sequential<nn::linear<4, 6>, nn::relu, nn::linear<6, 3>>;
  using classes = task::reparametrised<task::supervised<network, float, 8>>;
  using controller = learned::tensor_program<>;
  using policy = optim::gated<optim::selection>;
  auto const weights = [](std::size_t threads) {
    std::vector<std::unique_ptr<meta::slot<controller>>> pool;
    for (std::uint64_t i = 0; i < 5; ++i) {
      task::teacher_options t;
      t.rows = 100;
      t.features = 4;
      t.classes = 3;
      t.hidden = 6;
      task::supervised<network, float, 8> inner(task::make_teacher(t, seed{i}), 8, seed{i});
      pool.push_back(std::make_unique<meta::task_slot<controller, classes, policy>>(
          classes(std::move(inner), 0.5), 12,
          policy{
              .inner = optim::selection::uniform(0.7), .rows = 8, .hardest = 3, .accuracy = 0.3}));
    }
    meta::training o;
    o.shortest_window = 4;
    o.longest_window = 12;
    o.shortest_run = 10;  // some runs end and begin anew
    o.longest_run = 30;
    o.threads = threads;
    meta::trainer<controller> t(learned::optimizer<controller>(seed{1}), o, std::move(pool));
    std::size_t restarted = 0;
    for (int i = 0; i < 6; ++i) restarted += t.update().restarted;
    CHECK(restarted > 0);
    return std::vector<float>(t.weights().begin(), t.weights().end());
  };
  auto const one = weights(1);
  CHECK(one == weights(2));
  CHECK(one == weights(3));
  learned::optimizer<controller> const untrained(seed{1});
  CHECK(one != std::vector<float>(untrained.values().begin(), untrained.values().end()));
}

TEST_CASE("trainer: learns on regression under any loss, and judges by the baseline that is gone") {
  using network = nn::sequential<nn::linear<3, 2>>;
  using line = task::supervised<network, float, 8, nn::he, nn::huber<>>;
  auto const part = [](std::size_t rows, std::uint64_t stream) {
    data::regression d = data::make_regression(rows, 3, 2);
    generator g(seed{4}, stream);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < 3; ++j) d.x(i, j) = g.normal();
      d.y(i, 0) = 2 * d.x(i, 0) - d.x(i, 1);
      d.y(i, 1) = d.x(i, 2) + 1;
    }
    return d;
  };
  auto const from = std::make_shared<task::basic_examples<float> const>(
      task::basic_examples<float>{part(64, 1), part(32, 2)});
  auto const pool = [&] {
    std::vector<std::unique_ptr<meta::slot<program>>> all;
    for (std::uint64_t i = 0; i < 2; ++i)
      all.push_back(std::make_unique<meta::task_slot<program, line>>(line(from, 8, seed{i}), 20));
    return all;
  };
  trainer t(trainer::optimizer_type(), options(), pool());
  auto const judge = [&] {
    auto const all = pool();
    return all[0]->evaluate(trainer::optimizer_type(t.weights()), seed{9}, std::array{30UL})[0];
  };
  meta::score const before = judge();
  for (int i = 0; i < 100; ++i) CHECK(t.update().diverged == 0);
  meta::score const after = judge();
  CHECK(after.finite);
  CHECK(after.loss < 0.5 * before.loss);
  CHECK(after.accuracy > before.accuracy + 0.2);
}

TEST_CASE("trainer: the meta-loss falls, and the rate rises to what the problem bears") {
  trainer t(trainer::optimizer_type(), options(), pool_of(std::vector<problem>(4)));
  double first = 0, last = 0;
  for (int i = 0; i < 120; ++i) {
    auto const r = t.update();
    CHECK(r.update == static_cast<std::uint64_t>(i));
    CHECK(r.diverged == 0);
    if (i < 10) first += r.loss / 10;
    if (i >= 110) last += r.loss / 10;
  }
  CAPTURE(first);
  CAPTURE(last);
  CHECK(last < 0.5 * first);
  CHECK(t.weights()[0] > -5.5F);
  CHECK(t.weights()[0] < -1.5F);
  CHECK(t.updates() == 120);
}

TEST_CASE("trainer: a meta-gradient is the mean over the pool, whatever its order of work") {
  // one update of RMSProp moves each weight by rate·g/√(0.9 + 0.1 g²): g can be had back
  auto const gradient = [](std::vector<problem> const& tasks, std::uint64_t draws) {
    auto o = options();
    o.rule = meta::training::update_rule::rmsprop;
    o.clip_norm = 1e9;
    o.rate = 1e-2;
    o.longest_window = o.shortest_window;
    o.draws = seed{draws};
    trainer t(trainer::optimizer_type(), o, pool_of(tasks));
    double const norm = t.update().norm;
    double const moved = (-7.0 - static_cast<double>(t.weights()[0])) / 1e-2;
    CHECK(std::abs(moved) ==
          doctest::Approx(norm / std::sqrt(0.9 + 0.1 * norm * norm)).epsilon(1e-3));
    return moved > 0 ? norm : -norm;
  };
  // a pool of one has the draws of the first place of a larger pool; the second is unusable there
  double const alone = gradient({problem{}}, 5);
  CHECK(alone < 0);  // the loss falls when the rate rises
  CHECK(gradient({problem{}, problem{.breaks = 2}}, 5) == doctest::Approx(alone));
}

TEST_CASE("trainer: a run that diverged begins anew and teaches nothing") {
  trainer t(trainer::optimizer_type(), options(), pool_of({problem{}, problem{.breaks = 3}}));
  trainer alone(trainer::optimizer_type(), options(), pool_of({problem{}}));
  for (int i = 0; i < 10; ++i) {
    auto const r = t.update();
    auto const a = alone.update();
    CHECK(r.diverged == 1);
    CHECK(r.restarted >= 1);
    CHECK(std::isfinite(r.loss));
    CHECK(r.loss == a.loss);
    CHECK(t.weights()[0] == alone.weights()[0]);
  }
}

TEST_CASE("trainer: where every run breaks, the weights stay") {
  trainer t(trainer::optimizer_type(), options(), pool_of({problem{.breaks = 0}, {.breaks = 1}}));
  for (int i = 0; i < 3; ++i) {
    auto const r = t.update();
    CHECK(r.diverged == 2);
    CHECK(r.norm == 0);
    CHECK(r.status == meta::update_status::diverged);
    CHECK(std::isnan(r.loss));
    CHECK(r.restarted == 2);
    CHECK(t.weights()[0] == -7.0F);
  }
  CHECK(t.updates() == 3);
}

TEST_CASE("trainer: a training that has learned nothing for long ends with a sentence") {
  auto o = options();
  o.most_failures = 3;
  trainer t(trainer::optimizer_type(), o, pool_of({problem{.breaks = 0}, {.breaks = 1}}));
  for (int i = 0; i < 2; ++i) CHECK(t.update().status == meta::update_status::diverged);
  CHECK(support::message_of<halo::error>([&] { (void)t.update(); }) ==
        "meta-training: update 2: expected one of 3 updates to teach something, found 2 runs out "
        "of bounds, 0 whose meta-gradient is not finite");
}

namespace {

/// A step of √(0 g): finite, but its derivative by the weight is not.
struct rootless : support::learned_rate {
  static constexpr char const* name = "rootless";
  template <class R, class V>
  static V apply(R const& r, V const&, V const& theta, V*, V const* carried) {
    using std::sqrt;
    return theta - sqrt(r.weight(0) * halo::learned::as_number<V>(0)) * carried[0];
  }
};

}  // namespace

TEST_CASE("trainer: a meta-gradient that is no number is told, not taken for 0") {
  std::vector<std::unique_ptr<meta::slot<rootless>>> pool;
  pool.push_back(std::make_unique<meta::task_slot<rootless, problem>>(problem{}, 20));
  float const weight = 1;
  meta::trainer<rootless> t(learned::optimizer<rootless>(std::span<float const>(&weight, 1)),
                            options(), std::move(pool));
  auto const r = t.update();
  CHECK(r.status == meta::update_status::non_finite);
  CHECK(r.unusable == 1);
  CHECK(r.diverged == 0);
  CHECK(r.restarted == 1);
  CHECK(std::isnan(r.loss));
  CHECK(t.weights()[0] == 1.0F);
}

TEST_CASE("trainer: a pool of nothing is refused") {
  CHECK(support::message_of<halo::error>([] {
          trainer const t(trainer::optimizer_type(), options(), pool_of({}));
        }) == "meta-training: pool: expected at least one task, found none");
}

TEST_CASE("trainer: a loss that is too high is a divergence too") {
  auto o = options();
  o.most_loss = 1e-3;
  trainer t(trainer::optimizer_type(), o, pool_of({problem{}}));
  CHECK(t.update().diverged == 1);
  CHECK(t.weights()[0] == -7.0F);
}

TEST_CASE("trainer: windows of one length are of that length") {
  for (std::size_t n = 1; n <= 20; ++n) {
    auto o = options();
    o.shortest_window = o.longest_window = n;
    o.shortest_run = o.longest_run = 2 * n;
    trainer t(trainer::optimizer_type(), o, pool_of({problem{}}));
    CHECK(t.update().restarted == 0);
    CHECK(t.update().restarted == 1);
  }
}

}  // namespace meta_trainer_test
