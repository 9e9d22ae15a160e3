// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The presets of meta_train.cpp.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <halo/meta/training.hpp>

#include "meta_tasks.hpp"

namespace support {

/// A recipe: how one kind of optimizer is trained.
struct recipe {
  meta::training training;
  pool_options pool, validation{.places = 12, .validation = true};
  std::uint64_t every = 25;                                 // updates between two validations
  std::size_t runs = 1;                                     // of each validation task
  std::vector<std::uint64_t> checkpoints{300, 1000, 3000};  // where they are scored
  std::string type, include, sentence;
  std::string validated_on;  // on what; none: so many tasks never trained on
};

/// HALO as its paper reads: windows of 10 iterations in runs of 100, 500 in all, random layers, the
/// mean loss and its Jacobian term; chosen by runs of 100 iterations with random layers too.
[[nodiscard]] inline recipe paper() {
  recipe r;
  r.training = {.updates = 500,
                .shortest_window = 10,
                .longest_window = 10,
                .shortest_run = 100,
                .longest_run = 100,
                .loss = meta::meta_loss::paper(),
                .constant_share = 1};
  r.pool.places = r.validation.places = 1;
  r.pool.masks = r.validation.masks = true;
  r.every = 50;
  r.runs = 5;
  r.checkpoints = {100};
  r.type = "hierarchical_rnn<hierarchical::paper>";
  r.include = "halo/learned/hierarchical_rnn.hpp";
  r.validated_on = "odd digits of MNIST, " + std::to_string(r.runs) + " runs";
  r.sentence =
      "The hierarchical RNN as HALO's paper trains it, for runs of 100 steps of some layers.";
  return r;
}
/// Hierarchical-L2O, what the paper compares with: the same without masks and Jacobian term.
[[nodiscard]] inline recipe l2o() {
  recipe r = paper();
  r.training.loss = {};
  r.pool.masks = r.validation.masks = false;
  r.type = "hierarchical_rnn<>";
  r.sentence = "The hierarchical RNN of Wichrowska et al. 2017, trained on runs of 100 steps.";
  return r;
}
/// As the released code runs: RMSProp at 1e-6, limits on single components, the logarithm of the
/// loss, no masks. It hardly moves the weights.
[[nodiscard]] inline recipe authors() {
  recipe r = l2o();
  r.training.updates = 1287;
  r.training.longest_window = 12;
  r.training.longest_run = 640;
  r.training.loss = meta::meta_loss::authors();
  r.training.rule = meta::training::update_rule::rmsprop;
  r.training.rate = 1e-6;
  r.training.clip_norm = 1e9;  // none
  r.training.clip_value = 1e4;
  r.every = 100;
  r.type = "hierarchical_rnn<hierarchical::authors>";
  r.sentence = "The hierarchical RNN as the released code of HALO trains it.";
  return r;
}
/// DM-L2O: windows of 20 iterations in runs of 100 on the MLP of the paper, one at a time, the mean
/// loss, no clipping; chosen by runs of 100 iterations too. 200 runs in all, where the paper's code
/// has 10,000.
[[nodiscard]] inline recipe dm() {
  recipe r;
  r.training = {.updates = 1000,
                .shortest_window = 20,
                .longest_window = 20,
                .shortest_run = 100,
                .longest_run = 100,
                .loss = {},
                .constant_share = 1,
                .clip_norm = 1e9};
  r.pool.places = r.validation.places = 1;
  r.runs = 10;
  r.every = 250;
  r.checkpoints = {100};
  r.type = "coordinate_lstm<>";
  r.include = "halo/learned/coordinate_lstm.hpp";
  r.validated_on = "digits of MNIST, " + std::to_string(r.runs) + " runs";
  r.sentence =
      "The coordinate-wise LSTM of Andrychowicz et al. 2016, trained on runs of 100 steps.";
  return r;
}
/// The hierarchical RNN so that it lasts: leaky log-rates, no RMS normalisation, a slower second
/// moment, and the loss at the average of a window's iterates.
[[nodiscard]] inline recipe leaky() {
  recipe r;
  r.training = {.updates = 200,
                .shortest_window = 20,
                .longest_window = 80,
                .shortest_run = 150,
                .longest_run = 2500,
                .loss = meta::meta_loss::averaged(),
                .rate = 1e-3};
  r.training.loss.floor = 0.3;
  r.pool = {.places = 12};
  r.type = "hierarchical_rnn<hierarchical::leaky>";
  r.include = "halo/learned/hierarchical_rnn.hpp";
  r.sentence = "The hierarchical RNN of Wichrowska et al. 2017, made leaky and trained to last.";
  return r;
}
/// HALO so that it lasts: the paper's features in the leaky recurrence, the Jacobian term at the
/// average of a window's iterates, random layers in every second place, of those that validate too.
[[nodiscard]] inline recipe lasting_halo() {
  recipe r = leaky();
  r.training.updates = 400;
  r.training.longest_window = 120;
  r.training.loss.jacobian = 1e-3;
  r.pool.places = 18;
  r.pool.masks = r.validation.masks = r.pool.half = r.validation.half = true;
  r.type = "hierarchical_rnn<hierarchical::leaky_paper>";
  r.sentence =
      "HALO's hierarchical RNN, made leaky and trained to last, with random layers or not.";
  return r;
}

/// A few updates of a small pool: seconds.
inline void shorten(recipe& r) {
  r.training.updates = std::min<std::uint64_t>(r.training.updates, 6);
  r.training.longest_window = std::min<std::size_t>(r.training.longest_window, 30);
  r.pool.places = std::min<std::size_t>(r.pool.places, 3);
  r.pool.quick = r.validation.quick = true;
  r.validation.places = 2;
  r.every = 3;
  r.runs = 1;
  r.checkpoints = {30, 60};
}

}  // namespace support
