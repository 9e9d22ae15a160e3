// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/checkpoint.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/io/file.hpp>
#include <halo/io/memory_files.hpp>
#include <halo/io/save.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/meta/trainer.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/gated.hpp>
#include <halo/optim/selection.hpp>
#include <halo/task/reparametrised.hpp>
#include <halo/task/supervised.hpp>
#include <halo/task/teacher.hpp>

#include "../support/data.hpp"
#include "../support/device.hpp"
#include "../support/folder.hpp"
#include "../support/learned_rate.hpp"
#include "../support/two_tensors.hpp"

namespace meta_checkpoint_test {

namespace {

using namespace halo;
using program = learned::tensor_program<>;
template <std::size_t Hidden>
using network = nn::sequential<nn::linear<4, Hidden>, nn::relu, nn::linear<Hidden, 3>>;
template <std::size_t Hidden>
using classes = task::reparametrised<task::supervised<network<Hidden>, float, 8>>;
/// A policy that remembers, and soon runs backward on the hardest alone.
using policy = optim::gated<optim::selection>;

/// A training and its best weights, as a program makes them when it starts.
struct session {
  meta::trainer<program> trainer;
  meta::champion<program> best;

  template <std::size_t Hidden = 6>
  static session make(std::size_t rows = 100, std::size_t places = 3, double rate = 1e-3,
                      std::uint64_t weights = 1, double gate = 0.3) {
    std::vector<std::unique_ptr<meta::slot<program>>> pool;
    for (std::uint64_t i = 0; i < places; ++i) {
      task::teacher_options t;
      t.rows = rows;
      t.features = 4;
      t.classes = 3;
      t.hidden = 6;
      task::supervised<network<Hidden>, float, 8> inner(task::make_teacher(t, seed{i}), 8, seed{i});
      pool.push_back(std::make_unique<meta::task_slot<program, classes<Hidden>, policy>>(
          classes<Hidden>(std::move(inner), 0.5), 12,
          policy{.rows = 7, .hardest = 3, .accuracy = gate}));
    }
    meta::training o;
    o.shortest_window = 4;
    o.longest_window = 12;
    o.shortest_run = 10;  // some runs end and begin anew
    o.longest_run = 30;
    o.rate = rate;
    learned::optimizer<program> const rule(seed{weights});
    return {meta::trainer<program>(rule, o, std::move(pool)), {rule, 0.25}};
  }
  void go(int updates) {
    for (int i = 0; i < updates; ++i) {
      (void)trainer.update();
      best.offer(trainer.weights(), 0.25 + 0.01 * static_cast<double>(trainer.updates() % 4),
                 trainer.updates());
    }
  }
  /// Every byte that a training goes on from.
  [[nodiscard]] std::vector<unsigned char> bytes() const {
    auto all = support::bytes_of(trainer);
    auto const more = support::bytes_of(best);
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

std::string refusal(session& s, std::string const& path, std::string_view recipe = "three tasks") {
  auto const before = s.bytes();
  auto const message =
      support::message_of<error>([&] { meta::resume(path, s.trainer, s.best, recipe); });
  CHECK(s.bytes() == before);
  return message;
}
bool has(std::string const& text, std::string_view piece) {
  return text.find(piece) != std::string::npos;
}

}  // namespace

TEST_CASE("checkpoint: three updates, saved, and three more are six") {
  support::folder const folder;
  auto const path = folder / "training.safetensors";
  auto whole = session::make();
  whole.go(6);
  {
    auto first = session::make();
    first.go(3);
    meta::save(path, first.trainer, first.best, "three tasks");
  }
  auto second = session::make(100, 3, 1e-3, 77);  // its own weights are thrown away
  meta::resume(path, second.trainer, second.best, "three tasks");
  CHECK(second.trainer.updates() == 3);
  CHECK(second.best.update() == 3);
  second.go(3);
  CHECK(second.bytes() == whole.bytes());
  CHECK(second.best.update() == 3);
  auto other = session::make();
  other.go(5);
  CHECK(other.bytes() != whole.bytes());
}

TEST_CASE("checkpoint: a file is replaced by a later one, alone in its folder") {
  support::folder const folder;
  auto const path = folder / "training.safetensors";
  auto s = session::make();
  meta::save(path, s.trainer, s.best, "three tasks");
  s.go(1);
  meta::save(path, s.trainer, s.best, "three tasks");
  auto t = session::make();
  meta::resume(path, t.trainer, t.best, "three tasks");
  CHECK(t.trainer.updates() == 1);
  CHECK(folder.names() == std::vector<std::string>{"training.safetensors"});
}

TEST_CASE("checkpoint: a storage keeps it as a file does") {
  io::memory_files where;
  auto from = session::make();
  from.go(2);
  meta::save(where, "training", from.trainer, from.best, "three tasks");
  auto to = session::make(100, 3, 1e-3, 77);
  meta::resume(where, "training", to.trainer, to.best, "three tasks");
  CHECK(to.bytes() == from.bytes());
  CHECK(to.trainer.updates() == 2);
  CHECK(support::contains(support::message_of<error>([&] {
                            meta::resume(where, "training", to.trainer, to.best, "four tasks");
                          }),
                          "recipe"));
}

TEST_CASE("checkpoint: another training's file is refused, with nothing changed") {
  support::folder const folder;
  auto const path = folder / "training.safetensors";
  auto s = session::make();
  s.go(2);
  meta::save(path, s.trainer, s.best, "three tasks");
  CHECK(has(refusal(s, path, "four tasks"), "recipe: expected four tasks, found three tasks"));
  auto rows = session::make(120);
  CHECK(has(refusal(rows, path), "slot: 0.rows: expected 120, found 100"));
  auto places = session::make(100, 2);
  CHECK(has(refusal(places, path), "places: expected 2, found 3"));
  auto wider = session::make<7>();
  CHECK(has(refusal(wider, path), "slot: 0.parameters: expected 59, found 51"));
  auto faster = session::make(100, 3, 2e-3);
  CHECK(has(refusal(faster, path), "training: rate: expected 0.002, found 0.001"));
  auto shut = session::make(100, 3, 1e-3, 1, 0.9);
  CHECK(has(refusal(shut, path), "slot: 0.policy.accuracy: expected 0.9, found 0.3"));
  CHECK(has(refusal(s, folder / "none"), "none"));

  using toy = support::learned_rate;
  std::vector<std::unique_ptr<meta::slot<toy>>> pool;
  pool.push_back(std::make_unique<meta::task_slot<toy, support::two_tensors<float>>>(
      support::two_tensors<float>{}, 12));
  learned::optimizer<toy> const rule;
  meta::trainer<toy> trainer(rule, {}, std::move(pool));
  meta::champion<toy> best(rule, 0);
  CHECK(has(support::message_of<error>([&] { meta::resume(path, trainer, best, "three tasks"); }),
            "program: name: expected learned_rate, found tensor_rnn"));
}

TEST_CASE("checkpoint: a file that was cut or whose bytes are wrong is refused") {
  support::folder const folder;
  auto const path = folder / "training.safetensors";
  auto s = session::make();
  meta::save(path, s.trainer, s.best, "three tasks");
  auto bytes = io::read_file(path);
  io::save_atomically(path, bytes.span().first(bytes.size() - 1));
  CHECK(refusal(s, path) != "no error");
  io::save_atomically(path, bytes.span().first(100));
  CHECK(refusal(s, path) != "no error");
  bytes[bytes.size() - 3] ^= std::byte{1};
  io::save_atomically(path, bytes.span());
  CHECK(has(refusal(s, path), "checksum: expected"));
}

}  // namespace meta_checkpoint_test
