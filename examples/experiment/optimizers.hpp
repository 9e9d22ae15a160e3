// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include <halo/core/error.hpp>
#include <halo/core/fingerprint.hpp>
#include <halo/io/identity.hpp>
#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/pretrained/best_horizon_rule.hpp>
#include <halo/learned/pretrained/dm_coordinate_lstm.hpp>
#include <halo/learned/pretrained/leaky_hierarchical_rnn.hpp>
#include <halo/learned/pretrained/paper_halo_rnn.hpp>
#include <halo/learned/pretrained/paper_hierarchical_rnn.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/learned/weights_file.hpp>
#include <halo/optim/adagrad.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/momentum.hpp>
#include <halo/optim/schedule.hpp>
#include <halo/optim/sgd.hpp>

#include "any_optimizer.hpp"
#include "arm.hpp"
#include "trial.hpp"

namespace experiment {

/// The rate divided by ten after half and after three quarters of the run, and constant where
/// nobody says how long that is.
struct three_parts {
  static constexpr void record(auto&, auto&& f) { f.constant("name", "three_parts"); }
  [[nodiscard]] double operator()(halo::optim::moment const& m) const noexcept {
    if (4 * m.elapsed >= 3 * m.horizon) return m.horizon == 0 ? 1 : 0.01;
    return 2 * m.elapsed >= m.horizon ? 0.1 : 1;
  }
};

/// The optimizers that a network is compiled for: one that no experiment has on it costs a compiler
/// as much as those that are used.
enum class rules : unsigned char {
  hand_made,
  paper,  ///< and those of HALO's paper, and halo's own
  all,    ///< and those of single experiments
};

/// Hands use(optimizer) the optimizer of an arm in a run of so many steps.
/// @throws halo::error for one that is not among them
template <rules Of, class Use>
decltype(auto) with_optimizer(arm const& a, std::uint64_t steps, std::uint64_t seed, Use&& use) {
  using namespace halo;
  if constexpr (Of == rules::all) {
    if (a.of == rule::dm_l2o) return use(learned::pretrained::dm_coordinate_lstm());
    if (a.of == rule::neither) return use(learned::pretrained::leaky_hierarchical_rnn());
    if (a.of == rule::tensor_rnn) return use(learned::tensor_rnn<>{});
  }
  if constexpr (Of != rules::hand_made) {
    using halo_rnn = learned::hierarchical_rnn<learned::hierarchical::leaky_paper>;
    if (a.of == rule::hierarchical) return use(learned::pretrained::paper_hierarchical_rnn());
    if (a.of == rule::paper_halo)
      return use(a.weights.empty() ? learned::pretrained::paper_halo_rnn()
                                   : learned::load_weights<halo_rnn>(a.weights));
    if (a.of == rule::untrained) return use(halo_rnn(halo::seed{seed}));
    if (a.of == rule::own) return use(learned::pretrained::best_horizon_rule());
  }
  switch (a.of) {
    case rule::sgd:
      return use(optim::sgd{{.rate = a.rate}});
    case rule::momentum:
      return use(optim::momentum{{.rate = a.rate}});
    case rule::momentum_steps:
      return use(optim::scheduled(optim::momentum{{.rate = a.rate}}, three_parts{}));
    case rule::adagrad:
      return use(optim::adagrad{{.rate = a.rate}});
    case rule::adam:
      return use(optim::adam{{.rate = a.rate}});
    case rule::adamw_cosine:
      return use(
          optim::scheduled(optim::adamw(a.rate),
                           optim::cosine{.steps = std::max<std::uint64_t>(steps - steps / 10, 1),
                                         .warm_up = steps / 10}));
    default:
      halo::fail("optimizer", "", "one that this network is compiled for", a.name());
  }
}

/// The optimizer of an arm for networks with these parameters.
template <class Layout, rules Of>
[[nodiscard]] any_optimizer optimizer_of(arm const& a, std::uint64_t steps, std::uint64_t seed) {
  return with_optimizer<Of>(a, steps, seed,
                            [](auto const& o) { return any_optimizer::of<Layout>(o); });
}

/// Tells this optimizer, its options and its weights from others of the same name.
[[nodiscard]] inline std::string fingerprint_of(arm const& a, std::uint64_t steps,
                                                std::uint64_t seed) {
  return with_optimizer<rules::all>(a, steps, seed, [](auto const& o) {
    halo::fingerprint f;
    f.add(halo::io::identity_of(o));
    return std::string(f.text().data());
  });
}

/// Tells a run from every other one, those with other weights of a learned optimizer included.
[[nodiscard]] inline std::string key_of(trial const& t) {
  std::string text = halo::joined({t.experiment, "/", t.network, "/", t.with.name(), "/",
                                   t.with.policy, "/", std::to_string(t.pretraining)});
  for (std::uint64_t const c : t.checkpoints) text.append("+").append(std::to_string(c));
  if (t.by_operations) text.append(" dense steps");
  if (t.set_up != preset::sound) text.append(", ").append(name_of(t.set_up));
  if (!t.told) text.append(", not told");
  if (t.held_out > 0) text.append("/of ").append(std::to_string(t.held_out));
  text.append("/").append(fingerprint_of(t.with, t.checkpoints.back(), t.seed));
  return text.append("/").append(std::to_string(t.seed));
}

}  // namespace experiment
