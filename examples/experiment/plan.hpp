// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "arm.hpp"
#include "trial.hpp"

namespace experiment {

/// What a table or a figure is made of, on one network.
struct study {
  std::string name;        ///< as on the command line
  std::string experiment;  ///< its runs are compared with all others of this experiment
  std::string network;     ///< of subjects.hpp
  std::uint64_t pretraining = 0;
  std::vector<std::uint64_t> checkpoints{};
  std::vector<arm> arms{};
  bool by_operations = false;  ///< as trial has them
  bool told = true;
};

/// How much of it.
struct extent {
  std::size_t seeds = 3;
  bool quick = false;  ///< one seed, a few iterations
  preset set_up = preset::sound;
  std::vector<std::string> weights{};  ///< files of figure 10: HALO trained otherwise
};

/// Optimizers as the paper has them, at its rate of 1e-3, with its masks for its own method.
[[nodiscard]] inline std::vector<arm> paper_arms() {
  return {{rule::sgd, 1e-3F},
          {rule::adagrad, 1e-3F},
          {rule::adam, 1e-3F},
          {rule::hierarchical},
          {rule::paper_halo, 0, "10-30-50"}};
}
/// These and more.
[[nodiscard]] inline std::vector<arm> paper_arms_and(std::initializer_list<arm> more) {
  std::vector<arm> all = paper_arms();
  all.insert(all.end(), more);
  return all;
}
/// An optimizer at some rates.
inline void add(std::vector<arm>& to, rule of, std::initializer_list<float> rates,
                std::string const& policy = "dense") {
  for (float const rate : rates) to.push_back({of, rate, policy});
}

/// The paper's and what it has not: halo's own rule, rates to tune in hindsight, other baselines,
/// and what tells masks from training.
[[nodiscard]] inline std::vector<arm> all_arms() {
  std::vector<arm> all = paper_arms_and({{rule::paper_halo},
                                         {rule::untrained},
                                         {rule::untrained, 0, "10-30-50"},
                                         {rule::dm_l2o},
                                         {rule::own},
                                         {rule::own, 0, "10-30-50"},
                                         {rule::adam, 1e-3F, "10-30-50"}});
  add(all, rule::sgd, {1e-2F, 1e-1F});
  add(all, rule::adagrad, {1e-2F, 1e-1F});
  add(all, rule::adam, {3e-4F, 3e-3F, 1e-2F});
  add(all, rule::adamw_cosine, {1e-3F, 3e-3F, 1e-2F});
  add(all, rule::momentum_steps, {1e-2F, 1e-1F});
  return all;
}

/// Every way to choose layers and examples, for Adam at three rates, halo and tensor_rnn.
[[nodiscard]] inline std::vector<arm> policy_arms() {
  std::vector<arm> all;
  for (char const* const policy :
       {"dense, 64", "dense, 32", "dense, 16", "dense, 8", "10-30-50, 64", "10-30-50, 16",
        "one of 10-30-50, 16", "random depth, 16", "gate", "stages", "gate, stages", "from head",
        "gate, from head", "deepening", "gate, deepening"}) {
    add(all, rule::adam, {1e-3F, 3e-3F, 1e-2F}, policy);
    all.push_back({rule::own, 0, policy});
    all.push_back({rule::tensor_rnn, 0, policy});
  }
  return all;
}

/// Adam at three rates and halo, with all layers and with random ones; halo in stages.
[[nodiscard]] inline std::vector<arm> halo_beside_adam() {
  std::vector<arm> all{{rule::own, 0, "gate, deepening"}};
  for (char const* const policy : {"dense", "10-30-50"}) {
    add(all, rule::adam, {1e-3F, 3e-3F, 1e-2F}, policy);
    all.push_back({rule::own, 0, policy});
    all.push_back({rule::paper_halo, 0, policy});
  }
  return all;
}

/// The paper's tables and figures. [Li et al. 2020]
/// @param weights  of figure 10
inline void add_paper(std::vector<study>& to, std::vector<std::string> const& weights) {
  std::vector<std::uint64_t> const thousands{100, 300, 1000, 2000, 3000};
  to.push_back({"table2", "table 2", "thyroid", 2000, thousands, all_arms()});
  to.push_back({"table3", "table 3", "gas", 2000, thousands, all_arms()});
  to.push_back({"table4",
                "table 4",
                "activity",
                1000,
                {25, 50, 100, 250, 1000},
                paper_arms_and({{rule::own}, {rule::own, 0, "10-30-50"}, {rule::adam, 3e-3F}})});

  auto const on_images = [&to](char const* name, std::vector<arm> arms) {
    to.push_back({name, "images", "cifar", 1500, {100, 200, 400, 700, 1000}, std::move(arms)});
  };
  arm const halo{rule::paper_halo, 0, "10-30-50"}, nothing{rule::adam, 1e-3F, "dense", true};
  std::vector<arm> table5{halo};
  for (char const* masks : {"dense", "10-10-10", "30-30-30", "50-50-50", "50-30-10", "10-30-50"})
    for (rule const r : {rule::sgd, rule::adagrad, rule::adam}) table5.push_back({r, 1e-3F, masks});
  on_images("table5", table5);
  on_images("figure3", {{rule::adam, 1e-3F}, {rule::neither}, {rule::paper_halo}, halo});
  on_images("figure4", {{rule::adam, 1e-3F},
                        {rule::adam, 1e-3F, "10-30-50"},
                        halo,
                        {rule::paper_halo, 0, "30-30-30"},
                        {rule::paper_halo, 0, "50-30-10"},
                        nothing});
  on_images("figure5",
            paper_arms_and({{rule::dm_l2o}, {rule::own}, {rule::own, 0, "10-30-50"}, nothing}));
  std::vector<arm> figure8{halo};
  add(figure8, rule::momentum_steps, {1e-1F, 1e-2F, 1e-3F, 1e-4F});
  on_images("figure8", figure8);
  std::vector<arm> figure10;
  for (std::string const& file : weights)
    figure10.push_back({rule::paper_halo, 0, "10-30-50", false, file});
  on_images("figure10", figure10);
  to.push_back({"figure6",
                "deeper",
                "deep-cifar",
                400,
                {50, 100, 200, 300},
                paper_arms_and({{rule::own}, {rule::own, 0, "10-30-50"}, nothing})});
  to.push_back({"figure7",
                "figure 7",
                "pruned, 8 bits",
                600,
                {10, 20, 50, 100, 200, 300},
                paper_arms_and({{rule::own}, {rule::own, 0, "10-30-50"}, nothing})});
}

/// What the paper has not.
inline void add_others(std::vector<study>& to) {
  for (char const* const network : {"gas", "gas, head kept", "drift"})
    to.push_back({"policies",
                  "policies",
                  network,
                  1000,
                  {10, 25, 50, 100, 250, 500, 1000},
                  policy_arms(),
                  true});
  std::vector<std::uint64_t> looks;
  for (std::uint64_t at = 1000; at <= 20'000; at += 1000) looks.push_back(at);
  std::initializer_list<char const*> const tasks{"gas", "drift", "thyroid", "teacher"};
  std::vector<arm> most = all_arms();
  std::erase_if(most, [](arm const& a) { return a.of == rule::dm_l2o; });
  for (char const* const network : tasks)
    to.push_back({"tasks", "tasks", network, 1000, {1000, 3000}, most});
  for (char const* const network : tasks)
    to.push_back({"stability",
                  "stability",
                  network,
                  1000,
                  looks,
                  {{rule::own}, {rule::paper_halo}},
                  false,
                  false});
  to.push_back(
      {"digits", "digits", "digits", 1000, {5, 10, 25, 50, 100, 250}, halo_beside_adam(), true});
  to.push_back(
      {"activities", "activities", "activity", 1000, {10, 25, 50, 100, 250}, halo_beside_adam()});

  std::vector<arm> adams;
  add(adams, rule::adam, {3e-4F, 1e-3F, 3e-3F, 1e-2F});
  auto const network = [&](char const* name, std::uint64_t pretraining, std::uint64_t steps) {
    to.push_back({"networks", "networks", name, pretraining, {steps}, adams});
  };
  network("thyroid", 2000, 1000);
  network("gas", 2000, 1000);
  network("activity", 1000, 250);
  network("digits", 1500, 500);
  network("cifar", 1500, 500);
  network("deep-cifar", 400, 150);
}

/// All there are.
[[nodiscard]] inline std::vector<study> studies(extent const& e = {}) {
  std::vector<study> all;
  add_paper(all, e.weights);
  add_others(all);
  return all;
}

/// The runs of a study, seed by seed.
[[nodiscard]] inline std::vector<trial> trials_of(study s, extent const& e) {
  if (e.quick) {
    s.pretraining = std::max<std::uint64_t>(5, s.pretraining / 100);
    for (std::uint64_t& c : s.checkpoints) c = std::max<std::uint64_t>(1, c / 100);
    s.checkpoints.erase(std::unique(s.checkpoints.begin(), s.checkpoints.end()),
                        s.checkpoints.end());
  }
  std::vector<trial> all;
  for (std::uint64_t seed = 0; seed < (e.quick ? 1 : e.seeds); ++seed)
    for (arm const& a : s.arms)
      all.push_back({.experiment = s.experiment,
                     .network = s.network,
                     .with = a,
                     .pretraining = s.pretraining,
                     .checkpoints = s.checkpoints,
                     .by_operations = s.by_operations,
                     .told = s.told,
                     .seed = seed,
                     .set_up = e.set_up,
                     .held_out = e.quick ? std::size_t{100} : 0});
  return all;
}

}  // namespace experiment
