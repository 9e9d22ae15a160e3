// SPDX-License-Identifier: BSD-3-Clause
// What the page computes: two copies of a network that knows three gases learn three others, one by
// halo's rule and one by Adam, a step a call. No files, no heap, no exceptions; the page puts the
// bytes that it loaded where room() and known() say.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include <emscripten.h>
#include <halo/device.hpp>
#include <halo/zoo/networks.hpp>

namespace {

using namespace halo;

using network = zoo::gas_sensor_mlp<>;
constexpr std::size_t features = network::inputs;
constexpr std::size_t gases = network::outputs;
constexpr std::size_t most_rows = 1024;
constexpr std::size_t mini_batch = 64;

using rows = adapt::buffer<network, most_rows>;

/// A copy of the network, and the rows that it learns from.
template <class Optimizer>
struct learner {
  std::optional<adapt::adapter<network, nn::cross_entropy, Optimizer, mini_batch>> device;
  std::optional<rows> stream;
  adapt::budget plan;

  void begin(Optimizer const& optimizer, rows const& from, unsigned steps, seed s) {
    device.emplace(optimizer, s);
    stream.emplace(adapt::buffer_options{.rows = mini_batch, .seed = s});
    auto const [x, y] = from.all();
    stream->add(x, y);
    plan = {.iterations = steps};
  }
  /// The next step of the plan; whether there was one, and it did not go wrong.
  bool step() {
    auto const one = [](adapt::report const&) { return false; };
    auto const end = adapt::try_run(*device, *stream, plan, adapt::no_examples{}, one);
    plan.begun += end.totals.iterations;
    return end.totals.iterations == 1 && end.last.status == optim::status::done;
  }
};

learner<learned::halo_rule> by_halo;
learner<optim::averaged<optim::adam>>
    by_adam;  // the average of the weights answers, as halo's does

rows training, held_out;
float known_parameters[network::parameters];
std::uint32_t counts[2 * gases];

/// A file of rows as prepare.py writes it: so many to learn from and so many that are held out;
/// offset and step of each feature; a byte for the label of each row; a byte for each feature of
/// each row, which stands for offset + step · byte.
struct file {
  std::uint32_t training, held_out;
  float offset[features], step[features];
  std::uint8_t rest[2 * most_rows * (1 + features)];
};
file loaded;

/// Reads rows first to last - 1 of the file into a buffer.
void read_rows(std::size_t first, std::size_t last, rows& to) {
  std::uint8_t const* const bytes = loaded.rest + loaded.training + loaded.held_out;
  float x[features];
  to.clear();
  for (std::size_t i = first; i < last; ++i) {
    for (std::size_t j = 0; j < features; ++j)
      x[j] = loaded.offset[j] + loaded.step[j] * static_cast<float>(bytes[i * features + j]);
    to.add(std::span<float const>(x), std::int32_t{loaded.rest[i]});
  }
}

template <class Learner>
void count_answers(Learner const& learner) {
  measure::confusion<gases> all;
  auto const [x, y] = held_out.all();
  static_cast<void>(learner.device->try_evaluate(x, y, all));
  for (std::size_t gas = 0; gas < gases; ++gas) {
    counts[gas] = static_cast<std::uint32_t>(all.count(gas, gas));
    counts[gases + gas] = static_cast<std::uint32_t>(all.labelled(gas));
  }
}

}  // namespace

extern "C" {

/// Where a file of rows is put.
EMSCRIPTEN_KEEPALIVE void* room() { return &loaded; }

/// Reads the file that was put there; false where it is not one.
EMSCRIPTEN_KEEPALIVE bool take_rows(std::size_t size) {
  std::size_t const head = offsetof(file, rest);
  if (size < head || loaded.training > most_rows || loaded.held_out > most_rows) return false;
  std::size_t const all = loaded.training + loaded.held_out;
  if (size != head + all * (1 + features)) return false;
  for (std::size_t i = 0; i < all; ++i)
    if (loaded.rest[i] >= gases) return false;
  read_rows(0, loaded.training, training);
  read_rows(loaded.training, all, held_out);
  return true;
}

/// The parameters of the network when it meets new gases, parameters() of them.
EMSCRIPTEN_KEEPALIVE float* known() { return known_parameters; }
EMSCRIPTEN_KEEPALIVE std::size_t parameters() { return network::parameters; }

/// Teaches a fresh network the rows, by Adam; known() are its parameters then.
EMSCRIPTEN_KEEPALIVE void pretrain(unsigned steps) {
  by_adam.begin({}, training, steps, seed{1});
  while (by_adam.step()) continue;
  auto const learned = by_adam.device->parameters(adapt::weights::averaged);
  std::memcpy(known_parameters, learned.data(), learned.size_bytes());
}

/// Makes both copies anew. Their bodies know what is known(); a new head is drawn by the number,
/// the same for both, and so are the mini-batches.
EMSCRIPTEN_KEEPALIVE void begin(unsigned steps, float rate, unsigned number) {
  auto const start = [](auto& device, seed s) {
    device->assign(std::span<float const>(known_parameters));
    device->redraw_head(s);
  };
  by_halo.begin({}, training, steps, seed{number});
  start(by_halo.device, seed{number});
  by_adam.begin({{{.rate = rate}}}, training, steps, seed{number});
  start(by_adam.device, seed{number});
}

/// One step of halo's copy (0) or of Adam's (1); false where the run is over or went wrong.
EMSCRIPTEN_KEEPALIVE bool step(int who) { return who == 0 ? by_halo.step() : by_adam.step(); }

/// Asks a copy about all rows that are held out: of each gas how many it names right, and behind
/// these how many there are.
EMSCRIPTEN_KEEPALIVE std::uint32_t const* ask(int who) {
  who == 0 ? count_answers(by_halo) : count_answers(by_adam);
  return counts;
}

/// Floats in a register: 1 where halo uses none.
EMSCRIPTEN_KEEPALIVE std::size_t lanes() { return simd::batch<float>::size; }
}
