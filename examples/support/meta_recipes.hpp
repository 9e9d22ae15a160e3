// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The presets of meta_train.cpp.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <halo/meta/training.hpp>
#include <halo/meta/whole_runs.hpp>

#include "meta_tasks.hpp"

namespace support {

/// A recipe: how one kind of optimizer is trained.
struct recipe {
  meta::training training;
  pool_options pool, validation{.places = 12, .validation = true};
  meta::training whole{.updates = 0};  // by whole runs, after the windows
  meta::whole_run_options how;
  pool_options whole_pool{.places = 48}, report{.places = 48, .report = true};
  std::uint64_t whole_every = 10;
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
/// What lasts for thousands of steps. First windows of any length, the loss at the average of their
/// iterates, all of it on held-out examples, teachers of all sizes and scales; the floor of the
/// logarithm keeps tasks that are nearly solved from deciding alone. Then the outputs by how whole
/// runs end, on mixed_tasks.
[[nodiscard]] inline recipe best() {
  recipe r;
  meta::meta_loss loss = meta::meta_loss::averaged();
  loss.floor = 0.3;
  loss.fresh_batches = loss.held_out_batches = 4;
  r.training = {.updates = 300,
                .shortest_window = 20,
                .longest_window = 300,
                .shortest_run = 150,
                .longest_run = 3000,
                .loss = loss,
                .rate = 1e-3,
                .constant_share = 0.5};
  r.pool.spread = 1;
  r.validation.places = 24;
  r.whole = {
      .updates = 60, .shortest_run = 250, .longest_run = 4000, .rate = 0.01, .constant_share = 0.5};
  r.how.deviation = 0.07;
  r.whole_pool.spread = 0.7;
  r.type = "tensor_rnn<>";
  r.include = "halo/learned/tensor_rnn.hpp";
  r.sentence = "The tensor-wise RNN, trained to last.";
  return r;
}

/// A few updates of a small pool: seconds.
inline void shorten(recipe& r) {
  r.training.updates = std::min<std::uint64_t>(r.training.updates, 6);
  r.training.longest_window = std::min<std::size_t>(r.training.longest_window, 30);
  r.pool.places = std::min<std::size_t>(r.pool.places, 3);
  r.pool.quick = r.validation.quick = true;
  r.validation.places = 4;
  r.whole.updates = std::min<std::uint64_t>(r.whole.updates, 2);
  r.whole.longest_run = r.whole.shortest_run = 30;
  r.whole_pool.places = r.report.places = 4;
  r.whole_pool.quick = r.report.quick = true;
  r.every = 3;
  r.whole_every = 1;
  r.runs = 1;
  r.checkpoints = {30, 60};
}

}  // namespace support
