// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include <halo/core/fingerprint.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/io/identity.hpp>
#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/halo_rule.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/pretrained/dm_coordinate_lstm.hpp>
#include <halo/learned/pretrained/paper_halo_rnn.hpp>
#include <halo/learned/pretrained/paper_hierarchical_rnn.hpp>
#include <halo/optim/adagrad.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/momentum.hpp>
#include <halo/optim/schedule.hpp>
#include <halo/optim/selection.hpp>
#include <halo/optim/sgd.hpp>

#include "any_optimizer.hpp"

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

/// The optimizers that are compared.
enum class rule : unsigned char {
  sgd,
  momentum_steps,  ///< SGD with momentum 0.9, its rate divided by ten after 1/2 and 3/4 of the run
  adagrad,
  adam,
  adamw_cosine,  ///< decoupled decay 0.01, a tenth of warm-up, half a cosine to the end
  dm_l2o,        ///< Andrychowicz et al. 2016
  hierarchical,  ///< Wichrowska et al. 2017
  paper_halo,    ///< Li et al. 2020, in the form that lasts (learned::paper_halo)
  untrained,     ///< its network with weights that each seed draws anew
  own,           ///< learned::halo_rule
};

/// One optimizer at one rate, with one way of choosing layers, from one start.
struct arm {
  rule of = rule::adam;
  float rate = 0;               ///< of those that have one
  std::string masks = "dense";  ///< or the probabilities of the thirds of layers, "10-30-50"
  bool scratch = false;         ///< from drawn parameters, not from pre-trained ones

  [[nodiscard]] std::string name() const {
    constexpr char const* words[] = {"SGD",
                                     "SGD, momentum, steps",
                                     "Adagrad",
                                     "Adam",
                                     "AdamW, cosine",
                                     "DM-L2O",
                                     "Hierarchical-L2O",
                                     "HALO",
                                     "HALO, untrained",
                                     "halo"};
    std::string text = words[static_cast<std::size_t>(of)];
    if (rate > 0) {
      char number[32];
      std::snprintf(number, sizeof number, " %g", static_cast<double>(rate));
      text.append(number);
    }
    return scratch ? text.append(", from nothing") : text;
  }
};

/// The policy of an arm on a network of so many layers, of which `always` take part in each step.
[[nodiscard]] inline halo::optim::selection policy_of(arm const& a, std::size_t layers,
                                                      halo::layer_mask always) {
  using halo::optim::selection;
  unsigned low = 0, middle = 0, high = 0;
  if (std::sscanf(a.masks.c_str(), "%u-%u-%u", &low, &middle, &high) != 3)
    return selection::dense();
  // the layers that have no choice are not among the thirds
  std::vector<double> p;
  std::size_t free = 0;
  for (std::size_t j = 0; j < layers; ++j) free += always[j] ? 0U : 1U;
  selection const thirds = selection::thirds(free, low / 100.0, middle / 100.0, high / 100.0);
  for (std::size_t j = 0, k = 0; j < layers; ++j)
    p.push_back(always[j] ? 1.0 : thirds.probability(k++));
  return selection::custom(p);
}

/// Hands use(optimizer) the optimizer of an arm in a run of so many steps.
template <class Use>
decltype(auto) with_optimizer(arm const& a, std::uint64_t steps, std::uint64_t seed, Use&& use) {
  using namespace halo;
  switch (a.of) {
    case rule::sgd:
      return use(optim::sgd{{.rate = a.rate}});
    case rule::momentum_steps:
      return use(optim::scheduled(optim::momentum{{.rate = a.rate}}, three_parts{}));
    case rule::adagrad:
      return use(optim::adagrad{{.rate = a.rate}});
    case rule::adam:
      return use(optim::adam{{.rate = a.rate}});
    case rule::adamw_cosine:
      return use(optim::scheduled(optim::adamw(a.rate),
                                  optim::cosine{.steps = steps, .warm_up = steps / 10}));
    case rule::dm_l2o:
      return use(learned::pretrained::dm_coordinate_lstm());
    case rule::hierarchical:
      return use(learned::pretrained::paper_hierarchical_rnn());
    case rule::paper_halo:
      return use(learned::pretrained::paper_halo_rnn());
    case rule::untrained:
      return use(learned::hierarchical_rnn<learned::hierarchical::leaky_paper>(halo::seed{seed}));
    case rule::own:
      break;
  }
  return use(learned::pretrained::best_horizon_rule());
}

/// The optimizer of an arm for networks with these parameters.
template <class Layout>
[[nodiscard]] any_optimizer<Layout> optimizer_of(arm const& a, std::uint64_t steps,
                                                 std::uint64_t seed) {
  return with_optimizer(a, steps, seed, [](auto const& o) { return any_optimizer<Layout>(o); });
}

/// Tells this optimizer, its options and its weights from others of the same name.
[[nodiscard]] inline std::string fingerprint_of(arm const& a, std::uint64_t steps,
                                                std::uint64_t seed) {
  return with_optimizer(a, steps, seed, [](auto const& o) {
    halo::fingerprint f;
    f.add(halo::io::identity_of(o));
    return std::string(f.text().data());
  });
}

}  // namespace experiment
