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

/// What a table or a figure of the paper is made of.
struct study {
  std::string name;     ///< as on the command line
  std::string network;  ///< of subjects.hpp
  std::uint64_t pretraining = 0;
  std::vector<std::uint64_t> checkpoints;
  std::vector<arm> arms;
};

/// How much of it.
struct extent {
  std::size_t seeds = 3;
  bool quick = false;  ///< one seed, a few iterations
};

/// Optimizers as the paper has them, at its rate of 1e-3, with its masks for its own method.
[[nodiscard]] inline std::vector<arm> paper_arms() {
  return {{rule::sgd, 1e-3F},
          {rule::adagrad, 1e-3F},
          {rule::adam, 1e-3F},
          {rule::hierarchical},
          {rule::paper_halo, 0, "10-30-50"}};
}
/// What the paper has not: halo's own rule, rates to tune in hindsight, other baselines, and what
/// tells masks from training.
[[nodiscard]] inline std::vector<arm> other_arms() {
  std::vector<arm> all{{rule::paper_halo},
                       {rule::untrained},
                       {rule::untrained, 0, "10-30-50"},
                       {rule::dm_l2o},
                       {rule::own},
                       {rule::own, 0, "10-30-50"},
                       {rule::adam, 1e-3F, "10-30-50"}};
  for (float const rate : {1e-2F, 1e-1F}) all.push_back({rule::sgd, rate});
  for (float const rate : {1e-2F, 1e-1F}) all.push_back({rule::adagrad, rate});
  for (float const rate : {3e-4F, 3e-3F, 1e-2F}) all.push_back({rule::adam, rate});
  for (float const rate : {1e-3F, 3e-3F, 1e-2F}) all.push_back({rule::adamw_cosine, rate});
  for (float const rate : {1e-2F, 1e-1F}) all.push_back({rule::momentum_steps, rate});
  return all;
}

/// All tables and figures there are. [Li et al. 2020]
[[nodiscard]] inline std::vector<study> studies() {
  std::vector<std::uint64_t> const thousands{100, 300, 1000, 2000, 3000};
  std::vector<arm> all = paper_arms();
  for (arm const& a : other_arms()) all.push_back(a);
  std::vector<study> s{{"table2", "thyroid", 2000, thousands, all},
                       {"table3", "gas", 2000, thousands, all},
                       {"table4", "activity", 1000, {25, 50, 100, 250, 1000}, paper_arms()}};
  s.back().arms.insert(s.back().arms.end(),
                       {{rule::own}, {rule::own, 0, "10-30-50"}, {rule::adam, 3e-3F}});

  std::vector<std::uint64_t> const images{100, 200, 400, 700, 1000};
  study table5{"table5", "cifar", 1500, images, {{rule::paper_halo, 0, "10-30-50"}}};
  for (char const* masks : {"dense", "10-10-10", "30-30-30", "50-50-50", "50-30-10", "10-30-50"})
    for (rule const r : {rule::sgd, rule::adagrad, rule::adam})
      table5.arms.push_back({r, 1e-3F, masks});
  s.push_back(table5);
  auto const with = [](std::initializer_list<arm> more) {
    std::vector<arm> arms = paper_arms();
    arms.insert(arms.end(), more);
    return arms;
  };
  s.push_back({"figure4",
               "cifar",
               1500,
               images,
               {{rule::adam, 1e-3F},
                {rule::adam, 1e-3F, "10-30-50"},
                {rule::paper_halo, 0, "10-30-50"},
                {rule::paper_halo, 0, "30-30-30"},
                {rule::paper_halo, 0, "50-30-10"},
                {rule::adam, 1e-3F, "dense", true}}});
  s.push_back({"figure5", "cifar", 1500, images,
               with({{rule::dm_l2o},
                     {rule::own},
                     {rule::own, 0, "10-30-50"},
                     {rule::adam, 1e-3F, "dense", true}})});
  study figure8{"figure8", "cifar", 1500, images, {{rule::paper_halo, 0, "10-30-50"}}};
  for (float const rate : {1e-1F, 1e-2F, 1e-3F, 1e-4F})
    figure8.arms.push_back({rule::momentum_steps, rate});
  s.push_back(figure8);
  s.push_back(
      {"figure6",
       "deep-cifar",
       400,
       {50, 100, 200, 300},
       with({{rule::own}, {rule::own, 0, "10-30-50"}, {rule::adam, 1e-3F, "dense", true}})});
  return s;
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
      all.push_back(
          {s.network, a, s.pretraining, s.checkpoints, seed, e.quick ? std::size_t{200} : 0});
  return all;
}

}  // namespace experiment
