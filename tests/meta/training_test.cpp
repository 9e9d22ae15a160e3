// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/training.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

#include <halo/io/identity.hpp>

#include "../support/unrecorded.hpp"

namespace meta_training_test {

namespace {
using namespace halo;
using halo::meta::training;
}  // namespace

TEST_CASE("training: its identity tells two trainings apart, threads do not") {
  training const plain;
  std::set<std::string> seen{io::identity_of(plain)};
  auto const differs = [&](auto change) {
    training other;
    change(other);
    return seen.insert(io::identity_of(other)).second;
  };
  CHECK(differs([](training& o) { o.updates = 401; }));
  CHECK(differs([](training& o) { o.shortest_window = 21; }));
  CHECK(differs([](training& o) { o.longest_window = 151; }));
  CHECK(differs([](training& o) { o.shortest_run = 151; }));
  CHECK(differs([](training& o) { o.longest_run = 2501; }));
  CHECK(differs([](training& o) { o.rule = training::update_rule::rmsprop; }));
  CHECK(differs([](training& o) { o.rate = 0x1.0p-10; }));
  CHECK(differs([](training& o) { o.rate = 0x1.0000000000001p-10; }));  // to the last bit
  CHECK(differs([](training& o) { o.constant_share = 1; }));
  CHECK(differs([](training& o) { o.clip_norm = 2; }));
  CHECK(differs([](training& o) { o.clip_value = 2; }));
  CHECK(differs([](training& o) { o.decay_to_start = 1; }));
  CHECK(differs([](training& o) { o.most_loss = 7; }));
  CHECK(differs([](training& o) { o.draws.value = 1; }));
  CHECK(differs([](training& o) { o.loss.which = halo::meta::meta_loss::iterates::last; }));
  CHECK(differs([](training& o) { o.loss.logarithm = false; }));
  CHECK(differs([](training& o) { o.loss.floor = 1; }));
  CHECK(differs([](training& o) { o.loss.jacobian = 1; }));
  CHECK(differs([](training& o) { o.loss.mean_jacobian = true; }));
  CHECK(differs([](training& o) { o.loss.second_derivatives = true; }));
  CHECK(differs([](training& o) { o.loss.count_first = false; }));
  CHECK(differs([](training& o) { o.loss.count_last = false; }));
  CHECK(differs([](training& o) { o.loss.at_average = false; }));
  CHECK(differs([](training& o) { o.loss.averaged_share = 1; }));
  CHECK(differs([](training& o) { o.loss.fresh_batches = 1; }));
  CHECK(differs([](training& o) { o.loss.held_out_batches = 2; }));
  CHECK(differs([](training& o) { o.loss.spectral = true; }));
  CHECK(differs([](training& o) { o.loss.power_iterations = 3; }));
  CHECK(!differs([](training& o) { o.threads = 7; }));
}

TEST_CASE("training: nothing is left out of the record but threads") {
#if defined(__GNUC__) && !defined(__clang__)
  CHECK(support::unrecorded_bytes(training{}) == sizeof(training::threads));
#endif
  CHECK(support::unrecorded_bytes(meta::meta_loss::averaged()) == support::no_unrecorded_bytes);
}

}  // namespace meta_training_test
