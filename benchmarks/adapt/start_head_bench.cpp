// SPDX-License-Identifier: BSD-3-Clause
// A new head of labelled rows: what it costs beside a step, and what it is worth.
//
// Claims: computing a discriminant costs less than four steps on the same rows; with five rows a
// class it errs less before any step than a drawn head after ten steps of Adam at the best of four
// rates, or of the best of thirty arms. Three gases known and three others new, an excerpt of the
// public data; with HALO_DATA also three activities and three others, of wearers 1 to 15.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <halo/halo.hpp>

#include "../support/few_rows.hpp"

namespace {

using namespace halo;

constexpr std::size_t batch = 32;
template <class Network>
using device_of = adapt::adapter<Network, nn::cross_entropy, optim::adam, batch>;

enum class start : std::uint8_t { random, imprinting, discriminant };

template <class Device>
void begin(Device& d, start how, data::dataset const& few, seed s) {
  if (how == start::random) d.redraw_head(s);
  if (how == start::imprinting) d.start_head(few.x, few.y, adapt::imprinting{});
  if (how == start::discriminant) d.start_head(few.x, few.y);
}

// ------------------------------------------------------------------------------------ what it
// costs

template <std::size_t Width>
using mlp = nn::sequential<nn::linear<128, Width>, nn::relu, nn::linear<Width, Width>, nn::relu,
                           nn::linear<Width, 6>>;

data::dataset thirty() {
  data::dataset d = data::make_dataset(batch, 128, 6);
  generator g(seed{1});
  for (std::size_t i = 0; i < batch * 128; ++i) d.x.data()[i] = g.normal();
  for (std::size_t i = 0; i < batch; ++i) d.y(i) = static_cast<std::int32_t>(i % 6);
  return d;
}

template <std::size_t Width, start How>
void head_of_32_rows(benchmark::State& state) {
  auto const d = std::make_unique<device_of<mlp<Width>>>();
  auto const few = thirty();
  for (auto _ : state) begin(*d, How, few, seed{1});
  using parts = nn::head<mlp<Width>>;
  state.counters["kept_sums_bytes"] =
      How == start::discriminant ? sizeof(adapt::discriminant<parts::features, parts::outputs>)
      : How == start::imprinting ? sizeof(adapt::nearest_mean<parts::features, parts::outputs>)
                                 : 0;
}
template <std::size_t Width>
void step_of_32_rows(benchmark::State& state) {
  auto const d = std::make_unique<device_of<mlp<Width>>>(optim::adam{{.rate = 1e-9F}});
  auto const few = thirty();
  for (auto _ : state) benchmark::DoNotOptimize(d->step(few.x, few.y).loss);
}
BENCHMARK_TEMPLATE(step_of_32_rows, 32);
BENCHMARK_TEMPLATE(head_of_32_rows, 32, start::random);
BENCHMARK_TEMPLATE(head_of_32_rows, 32, start::imprinting);
BENCHMARK_TEMPLATE(head_of_32_rows, 32, start::discriminant);
BENCHMARK_TEMPLATE(step_of_32_rows, 128);
BENCHMARK_TEMPLATE(head_of_32_rows, 128, start::discriminant);

// ---------------------------------------------------------------------------------- what it is
// worth

/// Three classes that a network knows and three that are new to it.
struct problem {
  data::dataset known, fresh, test;
};

problem standardised(data::dataset const& known, data::dataset const& fresh, seed s) {
  auto a = data::stratified_split(known, 0.25, s);
  auto b = data::stratified_split(fresh, 0.5, s);
  data::standardizer const scale(a.train);
  scale.apply(a.train), scale.apply(b.train), scale.apply(b.test);
  return {std::move(a.train), std::move(b.train), std::move(b.test)};
}

/// So many rows of each class, drawn.
data::dataset few_of(data::dataset const& from, std::size_t of_class, seed s) {
  std::vector<std::uint32_t> order(from.rows());
  generator(s, 1).permutation(order);
  std::vector<std::size_t> count(from.classes), rows;
  for (std::size_t const i : order)
    if (count[static_cast<std::size_t>(from.y(i))]++ < of_class) rows.push_back(i);
  return support::rows_of(from, rows);
}

struct gases {
  using network = nn::sequential<nn::linear<128, 32>, nn::relu, nn::linear<32, 32>, nn::relu,
                                 nn::linear<32, 3>>;
  static problem of(seed s) {
    data::dataset const& all = support::gases().samples;
    return standardised(data::select_classes(all, {1, 2, 3}), data::select_classes(all, {4, 5, 6}),
                        s);
  }
};
struct activities {
  using network = nn::sequential<nn::linear<1152, 32>, nn::relu, nn::linear<32, 32>, nn::relu,
                                 nn::linear<32, 3>>;
  static problem of(seed s) {
    data::dataset const& all = support::activities().samples;
    return standardised(data::select_classes(all, {1, 2, 4}), data::select_classes(all, {3, 5, 6}),
                        s);
  }
};

/// The parameters of a network that learned the known classes.
template <class Network>
std::vector<float> pretrained(problem const& p, seed s) {
  auto const d = adapt::make<device_of<Network>>(optim::adam{{.rate = 3e-3F}}, s);
  data::batches known(p.known, batch, s);
  adapt::run(*d, known, {.iterations = 1000});
  return {d->parameters().begin(), d->parameters().end()};
}

template <class Data>
void error_of_few_rows(benchmark::State& state) {
  if (std::is_same_v<Data, activities> && !support::has_activities()) {
    for (auto _ : state) state.SetLabel("skipped: HALO_DATA is unset");
    return;
  }
  auto const how = static_cast<start>(state.range(0));
  auto const of_class = static_cast<std::size_t>(state.range(1));
  using device = device_of<typename Data::network>;
  constexpr int seeds = 10;
  constexpr float rates[] = {1e-3F, 3e-3F, 1e-2F, 3e-2F};
  double none = 0, after[2][4] = {};  // 10 and 100 steps
  for (auto _ : state)
    for (std::uint64_t number = 1; number <= seeds; ++number) {
      seed const s{number};
      problem const p = Data::of(s);
      auto const theta = pretrained<typename Data::network>(p, s);
      data::dataset const few = few_of(p.fresh, of_class, s);
      for (std::size_t r = 0; r < 4; ++r) {
        auto const d = adapt::make<device>(optim::adam{{.rate = rates[r]}}, s);
        d->assign(theta);
        begin(*d, how, few, seed{number + 100});
        if (r == 0) none += 100 * (1 - d->accuracy(p.test.x, p.test.y)) / seeds;
        data::batches stream(few, batch, s);
        for (std::size_t k = 0; k < 2; ++k) {
          adapt::run(*d, stream, {.iterations = k == 0 ? 10U : 90U});
          after[k][r] += 100 * (1 - d->accuracy(p.test.x, p.test.y)) / seeds;
        }
      }
    }
  state.counters["error_0"] = none;
  state.counters["error_10"] = *std::min_element(after[0], after[0] + 4);
  state.counters["error_100"] = *std::min_element(after[1], after[1] + 4);
  state.SetLabel(how == start::random       ? "random"
                 : how == start::imprinting ? "imprinting"
                                            : "discriminant");
}
BENCHMARK_TEMPLATE(error_of_few_rows, gases)
    ->ArgsProduct({{0, 1, 2}, {1, 5, 20}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(error_of_few_rows, activities)
    ->ArgsProduct({{0, 1, 2}, {1, 5, 20}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

/// Five rows a class, ten steps: the best of meta::hand_made_grid with a drawn head, picked in
/// hindsight, beside halo's rule with a drawn head and with a discriminant.
template <class Data>
void error_beside_thirty_arms(benchmark::State& state) {
  if (std::is_same_v<Data, activities> && !support::has_activities()) {
    for (auto _ : state) state.SetLabel("skipped: HALO_DATA is unset");
    return;
  }
  using network = typename Data::network;
  using task_type = task::few_rows<network, nn::cross_entropy, batch>;
  using place = meta::problem_of<task_type, optim::momentum, optim::adam, meta::cosine_adam>;
  using ours = adapt::adapter<network, nn::cross_entropy, learned::halo_rule, batch>;
  constexpr std::uint64_t seeds = 10, steps = 10;
  std::array<std::uint64_t, 1> const end{steps};
  auto const arms = meta::hand_made_grid<optim::momentum, optim::adam, meta::cosine_adam>();
  std::vector<double> averaged(arms.size()), raw(arms.size());
  double drawn = 0, computed = 0, computed_raw = 0;
  for (auto _ : state)
    for (std::uint64_t number = 1; number <= seeds; ++number) {
      seed const s{number};
      problem const p = Data::of(s);
      auto const before = pretrained<network>(p, s);
      data::dataset const few = few_of(p.fresh, 5, s);
      auto split = std::make_shared<typename task_type::split const>(few, p.test);
      place const on("new classes",
                     task_type(std::move(split), before, {.anew = 1, .judges = p.test.rows()}));
      for (std::size_t a = 0; a < arms.size(); ++a) {
        auto const seen = on.run(arms[a].rule,
                                 {.horizon = steps,
                                  .rows = few.rows(),
                                  .batch = batch,
                                  .head_alone = arms[a].head_alone,
                                  .draws = {number + 100}},
                                 end);
        averaged[a] += 100 * seen[0].error / seeds;
        raw[a] += 100 * seen[0].raw_error / seeds;
      }
      for (start const how : {start::random, start::discriminant}) {
        auto const d = adapt::make<ours>(learned::halo_rule{}, s);
        d->assign(before);
        begin(*d, how, few, seed{number + 100});
        data::batches stream(few, batch, s);
        adapt::run(*d, stream, {.iterations = steps});
        auto const error = [&](adapt::weights which) {
          return 100 * (1 - d->accuracy(p.test.x, p.test.y, which)) / seeds;
        };
        (how == start::random ? drawn : computed) += error(adapt::weights::averaged);
        if (how == start::discriminant) computed_raw += error(adapt::weights::raw);
      }
    }
  auto const best = std::min_element(averaged.begin(), averaged.end());
  state.counters["drawn_best_arm"] = *best;
  state.counters["drawn_best_arm_raw"] = *std::min_element(raw.begin(), raw.end());
  state.counters["drawn_halo"] = drawn;
  state.counters["discriminant_halo"] = computed;
  state.counters["discriminant_halo_raw"] = computed_raw;
  state.SetLabel(arms[static_cast<std::size_t>(best - averaged.begin())].name);
}
BENCHMARK_TEMPLATE(error_beside_thirty_arms, gases)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(error_beside_thirty_arms, activities)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
