// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/data/dataset.hpp>
#include <halo/nn/loss.hpp>
#include <halo/optim/averaged.hpp>

#include "../support/materials.hpp"
#include "../support/score.hpp"
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
  [[nodiscard]] virtual outcome run(trial const& t) = 0;
};

/// @tparam Network  any network
template <class Network>
class subject_of final : public subject {
 public:
  /// @param from    the two domains of a seed; called by one thread at a time
  /// @param always  layers that take part in every step, whatever the masks
  explicit subject_of(support::recipe from, halo::layer_mask always = {})
      : from_(std::move(from)), always_(always) {}

  [[nodiscard]] outcome run(trial const& t) override {
    using namespace halo;
    std::shared_ptr<world const> const w = world_of(t);
    std::uint64_t const length = t.checkpoints.back();
    auto const rule = optimizer_of<layout>(t.with, length, t.seed);
    auto const device = std::make_unique<device_type>(
        optim::averaged<any>{rule}, t.with.scratch ? w->drawn : w->pretrained, seed{t.seed},
        policy_of(t.with, Network::layers, always_));
    device->set_training_rows(w->from.train->rows());
    support::mini_batches stream(*w->from.train, seed{t.seed + 2000}, w->from.balanced);

    outcome o{.parameters = Network::parameters,
              .rows = w->from.train->rows(),
              .known = w->known,
              .points = {}};
    point now;
    auto const look = [&] {
      auto const raw = support::score_of(*device, *w->from.test, adapt::weights::raw);
      now.accuracy = raw.plain, now.balanced = raw.balanced;
      now.averaged = score_at_average(*device, w->from);
      now.loss = device->evaluate(w->some.x, w->some.y, adapt::weights::raw).loss;
      o.points.push_back(now);
    };
    look();
    for (std::uint64_t const until : t.checkpoints) {
      stopwatch const clock;
      adapt::run(
          *device, stream,
          {.iterations = length, .begun = now.iterations, .non_finite = adapt::budget::unlimited},
          [&](adapt::report const& r) {
            std::uint64_t const optimizers = rule.operations_of(r.layers);
            now.network_operations += r.operations;
            now.optimizer_operations += optimizers;
            return ++now.iterations < until;
          });
      now.seconds += clock.seconds();
      look();
    }
    o.not_finite = device->totals().non_finite;
    return o;
  }

 private:
  using layout = typename Network::layout;
  using any = any_optimizer<layout>;
  using device_type = halo::adapt::adapter<Network, halo::nn::cross_entropy,
                                           halo::optim::averaged<any>, 64, halo::optim::selection>;

  /// What all runs of a seed have in common.
  struct world {
    support::materials from;
    halo::data::dataset some;  ///< rows that are learned from, on which the loss is taken
    std::vector<float> drawn, pretrained;  ///< parameters, and statistics where there are some
    double known = 0;
  };

  struct slot {
    std::once_flag once;
    std::shared_ptr<world const> made;
  };

  [[nodiscard]] static double score_at_average(device_type& device, support::materials const& m) {
    auto const s = support::score_of(device, *m.test, halo::adapt::weights::averaged);
    return m.balanced ? s.balanced : s.plain;
  }
  static std::vector<float> numbers_of(device_type const& d) {
    std::vector<float> all(d.parameters().begin(), d.parameters().end());
    all.insert(all.end(), d.statistics().begin(), d.statistics().end());
    return all;
  }

  /// Made when it is first asked for, by Adam at 1e-3 [Li et al. 2020, supplement].
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
    if (t.held_out > 0) {
      w->from.test = support::shared(first_rows(*w->from.test, t.held_out));
      w->from.known_test = support::shared(first_rows(*w->from.known_test, t.held_out));
    }
    auto const teacher =
        std::make_unique<device_type>(optim::averaged<any>{any(optim::adam{})}, seed{t.seed});
    w->drawn = numbers_of(*teacher);
    support::mini_batches stream(*w->from.known, seed{t.seed}, w->from.balanced);
    adapt::run(*teacher, stream, adapt::budget{.iterations = t.pretraining});
    auto const s = support::score_of(*teacher, *w->from.known_test, adapt::weights::raw);
    w->known = w->from.balanced ? s.balanced : s.plain;
    if (w->from.redraw_head) teacher->redraw_head(seed{t.seed + 1000});
    w->pretrained = numbers_of(*teacher);
    return w;
  }

  /// The first rows, or all where there are no more.
  static halo::data::dataset first_rows(halo::data::dataset const& from, std::size_t most) {
    halo::data::row_numbers rows(std::min(most, from.rows()));
    std::iota(rows.begin(), rows.end(), 0U);
    return halo::data::select(from, rows);
  }

  support::recipe from_;
  halo::layer_mask always_;
  std::mutex lock_;
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::size_t>, slot> slots_;
};

}  // namespace experiment
