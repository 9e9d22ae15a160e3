// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/horizon_rule.hpp>
#include <halo/learned/paper_halo.hpp>
#include <halo/learned/pretrained/best_horizon_rule.hpp>
#include <halo/learned/weights_file.hpp>
#include <halo/optim/adagrad.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/schedule.hpp>
#include <halo/optim/sgd.hpp>

namespace support {

/// AdamW that warms up.
using warm_adam = halo::optim::scheduled<halo::optim::adam, halo::optim::cosine>;
using controller = halo::learned::horizon_rule<>;
using hierarchy = halo::learned::hierarchical_rnn<>;

/// A hierarchical RNN whose weights every seed draws anew.
struct untrained_hierarchy {};

/// What optimizers are picked from: the best of a family is its best member in each cell.
enum class family { none, adam, adamw, prior, trained, paper };

/// One optimizer that is compared.
struct contender {
  std::string name;
  family of = family::none;
  std::variant<halo::optim::sgd, halo::optim::adagrad, halo::optim::adam, warm_adam, controller,
               untrained_hierarchy, halo::learned::paper_halo>
      rule;
  bool masks = false;  ///< the paper's random layers, else every layer in every step
};

/// The optimizer that a seed uses.
template <class Rule>
[[nodiscard]] Rule const& rule_for(Rule const& rule, std::uint64_t) {
  return rule;
}
[[nodiscard]] inline hierarchy rule_for(untrained_hierarchy, std::uint64_t number) {
  return hierarchy(halo::seed{number});
}

/// All of them; the trained one with the weights of a file, or with those that halo ships.
[[nodiscard]] inline std::vector<contender> contenders(std::string const& weights) {
  using namespace halo;
  auto const named = [](char const* name, float rate) {
    char text[64];
    std::snprintf(text, sizeof text, "%s %g", name, static_cast<double>(rate));
    return std::string(text);
  };
  std::vector<contender> all;
  for (float const rate : {1e-2F, 1e-1F})
    all.push_back({named("SGD", rate), family::none, optim::sgd{{.rate = rate}}});
  all.push_back({named("Adagrad", 1e-2F), family::none, optim::adagrad{{.rate = 1e-2F}}});
  for (float const rate : {3e-4F, 1e-3F, 3e-3F, 1e-2F, 3e-2F})
    all.push_back({named("Adam", rate), family::adam, optim::adam{{.rate = rate}}});
  for (float const decay : {0.1F, 0.5F}) {
    std::string const name = named("AdamW, decay", decay) + ", warm-up,";
    for (float const rate : {1e-3F, 3e-3F, 1e-2F}) {
      // a cosine that is over before it begins: the rate rises for 300 steps and stays
      warm_adam const rule{optim::adamw(rate, decay), {.steps = 1, .final = 1.0, .warm_up = 300}};
      all.push_back({named(name.c_str(), rate), family::adamw, rule});
    }
  }
  all.push_back({"halo, untrained", family::prior, controller()});
  all.push_back({"halo", family::trained,
                 weights.empty() ? learned::pretrained::best_horizon_rule()
                                 : learned::load_weights<controller>(weights)});
  all.push_back({"hierarchical_rnn, untrained", family::none, untrained_hierarchy{}});
  all.push_back({"paper_halo", family::paper, learned::paper_halo{}});
  all.push_back({"paper_halo, random layers", family::paper, learned::paper_halo{}, true});
  for (float const rate : {1e-3F, 3e-3F, 1e-2F})
    all.push_back(
        {named("Adam", rate) + ", random layers", family::none, optim::adam{{.rate = rate}}, true});
  return all;
}

}  // namespace support
