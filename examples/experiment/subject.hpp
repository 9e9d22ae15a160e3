// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/data/dataset.hpp>
#include <halo/energy/estimate.hpp>
#include <halo/energy/find_meter.hpp>
#include <halo/energy/horowitz45.hpp>
#include <halo/optim/adam.hpp>

#include "../support/materials.hpp"
#include "../support/score.hpp"
#include "learner.hpp"
#include "preset.hpp"
#include "trial.hpp"

namespace experiment {

/// A network with two domains: one that it knows and one that it is to learn.
class subject {
 public:
  subject() = default;
  subject(subject const&) = delete;
  subject& operator=(subject const&) = delete;
  virtual ~subject() = default;
  /// One run; several may go on at the same time, and the numbers do not depend on that.
  /// @param meter  of the joules of this run, which then is the only one; none: they are not
  ///               measured
  [[nodiscard]] virtual outcome run(trial const& t, halo::energy::any_meter* meter = nullptr) = 0;
};

/// Numbers of a network that knows the domain it is to know.
using lesson = std::function<std::vector<float>(support::materials const&, trial const&)>;

/// @tparam Network  any network
/// @tparam Starts   new heads may be made of examples (start_head), which takes memory
template <class Network, bool Starts = false>
class subject_of final : public subject {
  using learner_type = learner<Network>;
  using device_type = typename learner_type::device;

 public:
  /// Makes the optimizer of an arm for a run of so many steps from a seed.
  using maker = std::function<any_optimizer(arm const&, std::uint64_t steps, std::uint64_t seed)>;

  /// @param from    the two domains of a seed; called by one thread at a time
  /// @param always  layers that take part in every step, whatever the masks
  /// @param teach   what it knows; by default Adam at 1e-3 teaches it [Li et al. 2020, supplement]
  subject_of(maker make, support::recipe from, halo::layer_mask always = {}, lesson teach = {})
      : make_(std::move(make)), from_(std::move(from)), always_(always), teach_(std::move(teach)) {}

  [[nodiscard]] outcome run(trial const& t, halo::energy::any_meter* meter = nullptr) override {
    using namespace halo;
    std::shared_ptr<world const> const w = world_of(t);
    std::uint64_t const unit = t.by_operations ? dense_step() : 1;
    std::uint64_t const length = unit * t.checkpoints.back();
    any_optimizer const rule = make_(t.with, t.checkpoints.back(), t.seed);
    auto const device = std::make_unique<device_type>(
        typename learner_type::optimizer{rule}, seed{t.seed},
        policy_of<Network::statistics == 0>(t.with.policy, Network::layers, always_, length),
        first_weights_of(t));
    if (!t.with.scratch && w->from.known) {
      device->assign(w->pretrained);
      if (w->from.redraw_head) device->redraw_head(seed{t.seed + 1000});
      if constexpr (Starts)
        if (w->from.start_head) device->start_head(w->from.train->x, w->from.train->y);
    }
    device->set_training_rows(w->from.train->rows());
    support::mini_batches stream(*w->from.train, seed{t.seed + 2000}, w->from.balanced);

    outcome o{.parameters = Network::parameters,
              .rows = w->from.train->rows(),
              .known = w->known,
              .points = {}};
    point now{.measured = meter != nullptr ? 0.0 : std::numeric_limits<double>::quiet_NaN()};
    auto const spent = [&] {
      return t.by_operations ? now.network_operations + now.optimizer_operations : now.iterations;
    };
    o.points.push_back(look(*device, *w, now));
    for (std::uint64_t const checkpoint : t.checkpoints) {
      std::uint64_t const until = unit * checkpoint;
      stopwatch const clock;
      double const joules = meter != nullptr ? meter->read().joules : 0;
      while (spent() < until) {
        adapt::budget b{.begun = now.iterations, .non_finite = adapt::budget::unlimited};
        if (t.told) b.iterations = now.iterations + steps_left(length - spent(), t, now);
        learner_type::run(*device, stream, b, [&](adapt::report const& r) {
          count(now, r, rule);
          return spent() < until;
        });
      }
      now.seconds += clock.seconds();
      if (meter != nullptr) now.measured += meter->read().joules - joules;
      o.points.push_back(look(*device, *w, now));
    }
    o.not_finite = device->totals().non_finite;
    return o;
  }

 private:
  /// What all runs of a seed have in common.
  struct world {
    support::materials from;
    halo::data::dataset some;  ///< rows that are learned from, on which the loss is taken
    std::vector<float> pretrained;
    double known = 0;
  };

  struct slot {
    std::once_flag once;
    std::shared_ptr<world const> made;
  };

  [[nodiscard]] static first_weights first_weights_of(trial const& t) {
    if (t.set_up == preset::sound) return {};
    return {t.network == "activity" ? 0.1F : 0.01F};  // as the code has them
  }

  /// Operations of a dense step of 64 with Adam and an average.
  [[nodiscard]] static std::uint64_t dense_step() {
    return halo::adapt::operations<Network, halo::optim::averaged<halo::optim::adam>>(
        {.layers = halo::layer_mask::all(Network::layers)}, 64);
  }

  /// How many steps a run still has; where it ends by operations, as many as those so far let
  /// expect.
  [[nodiscard]] static std::uint64_t steps_left(std::uint64_t rest, trial const& t,
                                                point const& now) {
    if (!t.by_operations) return rest;
    auto const each = now.iterations == 0
                          ? static_cast<double>(dense_step())
                          : static_cast<double>(now.network_operations + now.optimizer_operations) /
                                static_cast<double>(now.iterations);
    return 1 + static_cast<std::uint64_t>(static_cast<double>(rest) / std::max(each, 1.0));
  }

  /// Adds what a step took.
  static void count(point& now, halo::adapt::report const& r, any_optimizer const& rule) {
    using namespace halo;
    energy::horowitz45 const chip{.overhead = 70e-12};  // an in-order core of 45 nm
    cost const own = rule.cost_of(r.layers);
    ++now.iterations;
    now.network_operations += r.operations;
    now.optimizer_operations += own.multiply_adds + own.functions;
    now.joules.network +=
        energy::estimate<Network, typename learner_type::optimizer>(chip, r.decision, r.rows)
            .total();
    now.joules.optimizer += chip.joules({.way = energy::way::optimizer, .taken = own});
  }

  [[nodiscard]] static point look(device_type& device, world const& w, point now) {
    using namespace halo::adapt;
    auto const raw = learner_type::score(device, *w.from.test, weights::raw);
    auto const averaged = learner_type::score(device, *w.from.test, weights::averaged);
    now.accuracy = now.running = raw.plain, now.balanced = raw.balanced;
    now.averaged = w.from.balanced ? averaged.balanced : averaged.plain;
    if constexpr (Network::statistics > 0) {
      device.set_normalization(normalization::running);
      now.running = support::score_of(device, *w.from.test, weights::raw).plain;
    }
    now.loss = device.evaluate(w.some.x, w.some.y, weights::raw).loss;
    return now;
  }

  /// Made when it is first asked for.
  std::shared_ptr<world const> world_of(trial const& t) {
    slot* place = nullptr;
    {
      std::lock_guard const guard(lock_);
      place = &slots_[{t.seed, t.pretraining, t.held_out}];
    }
    std::call_once(place->once, [&] { place->made = make_world(t); });
    return place->made;
  }

  std::shared_ptr<world const> make_world(trial const& t) {
    using namespace halo;
    auto w = std::make_shared<world>();
    {
      std::lock_guard const guard(lock_);
      w->from = from_(t.seed);
    }
    w->some = first_rows(*w->from.train, t.held_out > 0 ? t.held_out : 2000);
    for (auto* const test : {&w->from.test, &w->from.known_test})
      if (t.held_out > 0 && *test) *test = support::shared(first_rows(**test, t.held_out));
    if (!w->from.known) return w;  // it begins from nothing
    auto const teacher = std::make_unique<device_type>(
        typename learner_type::optimizer{
            any_optimizer::of<typename Network::layout>(optim::adam{})},
        seed{t.seed}, typename learner_type::policy{}, first_weights_of(t));
    if (teach_)
      teacher->assign(teach_(w->from, t));
    else
      learner_type::teach(*teacher, *w->from.known, w->from.balanced, t.pretraining, seed{t.seed});
    auto const s = learner_type::score(*teacher, *w->from.known_test, adapt::weights::raw);
    w->known = w->from.balanced ? s.balanced : s.plain;
    w->pretrained = learner_type::numbers(*teacher);
    return w;
  }

  /// The first rows, or all where there are no more.
  static halo::data::dataset first_rows(halo::data::dataset const& from, std::size_t most) {
    halo::data::row_numbers rows(std::min(most, from.rows()));
    std::iota(rows.begin(), rows.end(), 0U);
    return halo::data::select(from, rows);
  }

  maker make_;
  support::recipe from_;
  halo::layer_mask always_;
  lesson teach_;
  std::mutex lock_;
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::size_t>, slot> slots_;
};

}  // namespace experiment
