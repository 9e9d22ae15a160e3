// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/optim/deepening.hpp>
#include <halo/optim/depth_cut.hpp>
#include <halo/optim/gated.hpp>
#include <halo/optim/selection.hpp>

#include "any_policy.hpp"

namespace experiment {

/// The optimizers that are compared.
enum class rule : unsigned char {
  sgd,
  momentum,        ///< 0.9
  momentum_steps,  ///< the same, its rate divided by ten after 1/2 and 3/4 of the run
  adagrad,
  adam,
  adamw_cosine,  ///< decoupled decay 0.01, a tenth of warm-up, half a cosine to the end
  dm_l2o,        ///< Andrychowicz et al. 2016
  hierarchical,  ///< Wichrowska et al. 2017
  paper_halo,    ///< Li et al. 2020, in the form that lasts (learned::paper_halo)
  neither,       ///< its RNN trained without random layers and without the Jacobian term
  untrained,     ///< its network with weights that each seed draws anew
  tensor_rnn,    ///< learned::tensor_rnn, which is not trained, so that it is its prior
  own,           ///< learned::halo_rule
};

/// One optimizer at one rate, with one way of choosing layers and examples, from one start.
struct arm {
  rule of = rule::adam;
  float rate = 0;                ///< of those that have one
  std::string policy = "dense";  ///< see policy_of
  bool scratch = false;          ///< from drawn parameters, not from pre-trained ones
  std::string weights{};         ///< a file with others than halo's, for paper_halo; none: halo's

  [[nodiscard]] std::string name() const {
    constexpr char const* words[] = {"SGD",
                                     "momentum",
                                     "SGD, momentum, steps",
                                     "Adagrad",
                                     "Adam",
                                     "AdamW, cosine",
                                     "DM-L2O",
                                     "Hierarchical-L2O",
                                     "HALO",
                                     "HALO, neither",
                                     "HALO, untrained",
                                     "tensor_rnn, untrained",
                                     "halo"};
    std::string text = words[static_cast<std::size_t>(of)];
    if (rate > 0) {
      char number[32];
      std::snprintf(number, sizeof number, " %g", static_cast<double>(rate));
      text.append(number);
    }
    if (!weights.empty()) {  // folder/name.safetensors
      std::string const file = weights.substr(weights.find_last_of('/') + 1);
      text.append(", ").append(file.substr(0, file.rfind('.')));
    }
    return scratch ? text.append(", from nothing") : text;
  }
};

/// The policy of a word, and of the size of a mini-batch where one follows it: "dense",
/// "10-30-50, 16".
///
///     dense                   every layer in every step
///     10-30-50                layers drawn with these probabilities in %, a third of them each;
///                             with "one of" in front at least one
///     random depth            the upper layers, down to one that is drawn
///     deepening, from head    optim::deepening from the second layer, from the last one
///     stages                  optim::fixed_stages of these operations
///     gate                    optim::gated; "gate, W" around the policy W
///
/// @param always  layers that take part in each step and are not among the thirds
/// @throws halo::error for another word
template <bool Selective>
[[nodiscard]] any_policy<Selective> policy_of(std::string const& words, std::size_t layers,
                                              halo::layer_mask always, std::uint64_t operations) {
  using namespace halo::optim;
  using policy = any_policy<Selective>;
  if (words == "gate") return policy(gated<>{{.begin = start_depth::all}});
  bool const gate = words.starts_with("gate, ");
  std::string word = gate ? words.substr(6) : words;
  std::size_t rows = 0;
  if (std::size_t const comma = word.find(", "); comma != std::string::npos) {
    rows = static_cast<std::size_t>(std::strtoul(word.c_str() + comma + 2, nullptr, 10));
    word.resize(comma);
  }
  if (word == "deepening" || word == "from head") {
    deepening const d{.begin =
                          word == "deepening" ? start_depth::all_but_first : start_depth::head};
    return gate ? policy(gated<>{d}) : policy(d);
  }
  if (word == "stages") {
    fixed_stages const s{.operations = operations};
    return gate ? policy(gated<fixed_stages>{s}) : policy(s);
  }
  if (!gate && word == "dense") return policy(selection::dense(), rows);
  if (!gate && word == "random depth") return policy(depth_cut::uniform(layers), rows);
  bool const one = word.starts_with("one of ");
  unsigned low = 0, middle = 0, high = 0;
  if (gate || std::sscanf(word.c_str() + (one ? 7 : 0), "%u-%u-%u", &low, &middle, &high) != 3)
    halo::fail("policy", "", "dense, 10-30-50, deepening ...", words);
  std::vector<double> p;
  std::size_t free = 0;
  for (std::size_t j = 0; j < layers; ++j) free += always[j] ? 0U : 1U;
  selection const thirds = selection::thirds(free, low / 100.0, middle / 100.0, high / 100.0);
  for (std::size_t j = 0, k = 0; j < layers; ++j)
    p.push_back(always[j] ? 1.0 : thirds.probability(k++));
  selection const drawn = selection::custom(p);
  return policy(one ? drawn.at_least_one() : drawn, rows);
}

}  // namespace experiment
