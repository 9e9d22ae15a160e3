// SPDX-License-Identifier: BSD-3-Clause
// Backward on the hardest examples alone, in regression, where the gate goes by the loss
// (optim::gated, by_loss), against every example in every step.
//
// Asked: at equal operations no larger an error than without, where targets are exact; errors, not
// seconds, are counted. Targets: another network's answers, exact; the same with skewed noise of
// mean 0; the logarithm of a gas's concentration, from sensors. `share`: how many of its steps ran
// backward on the hardest quarter. Means over five seeds, root mean square errors on held-out
// examples, at the operations of 300, 1000 and 3000 dense steps of 32.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include <halo/halo.hpp>

#include "../support/few_rows.hpp"

namespace {

using namespace halo;

constexpr std::uint64_t seeds = 5;

struct problem {
  data::regression train, test;
};

/// Answers of a random network; noise of the training rows is exponential, less its mean.
template <bool Noisy>
struct invented {
  static constexpr std::size_t inputs = 16;
  static problem make(seed s) {
    using teacher = nn::sequential<nn::linear<16, 8>, nn::tanh, nn::linear<8, 1>>;
    auto const t = adapt::make<adapt::adapter<teacher, nn::mean_square>>(optim::adam{}, s);
    generator g(s, 2);
    auto const rows = [&](std::size_t n, float noise) {
      auto d = data::make_regression(n, 16, 1);
      for (float& v : d.x) v = g.normal();
      t->predict(d.x, tensor::elements(d.y));
      for (float& v : d.y) v += noise * (-std::log(1 - g.uniform()) - 1);
      return d;
    };
    auto train = rows(2000, Noisy ? 0.3F : 0.0F);
    return {std::move(train), rows(1000, 0)};
  }
};

/// Concentrations of one gas.
struct concentrations {
  static constexpr std::size_t inputs = 128;
  static problem make(seed s) {
    data::gas_sensor const& gas = support::gases();
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < gas.samples.rows(); ++i)
      if (gas.samples.y(i) == 2) rows.push_back(i);
    auto d = data::make_regression(rows.size(), 128, 1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t j = 0; j < 128; ++j) d.x(i, j) = gas.samples.x(rows[i], j);
      d.y(i, 0) = std::log(gas.ppm[rows[i]] / 100);
    }
    auto [train, test] = data::random_split(d, 0.25, s);
    data::standardizer const scale(train);
    scale.apply(train), scale.apply(test);
    return {std::move(train), std::move(test)};
  }
};

template <class Data, class Policy>
void error_of(benchmark::State& state, Policy const& policy) {
  using network = nn::sequential<nn::linear<Data::inputs, 32>, nn::tanh, nn::linear<32, 1>>;
  using device_type =
      adapt::adapter<network, nn::mean_square, optim::averaged<optim::adam>, 32, Policy>;
  constexpr std::uint64_t lengths[] = {300, 1000, 3000};
  double error[3] = {}, hardest = 0, steps = 0;
  for (auto _ : state)
    for (std::uint64_t s = 1; s <= seeds; ++s) {
      auto const p = Data::make(seed{s});
      auto const d =
          adapt::make<device_type>(optim::averaged(optim::adam{{.rate = 3e-3F}}), seed{s}, policy);
      data::batches stream(p.train, 32, seed{s});
      std::uint64_t const dense =
          adapt::operations<network, optim::averaged<optim::adam>>({layer_mask::all(2)}, 32);
      for (std::size_t k = 0; k < 3; ++k) {
        std::uint64_t const left = lengths[k] * dense - d->totals().operations;
        adapt::run(*d, stream, {.operations = left}, [&](adapt::report const& r) {
          hardest += r.examples < r.rows ? 1 : 0;
          ++steps;
        });
        measure::rmse off;
        d->evaluate(p.test.x, p.test.y, off);
        error[k] += off.value() / static_cast<double>(seeds);
      }
    }
  for (std::size_t k = 0; k < 3; ++k)
    state.counters["rmse_" + std::to_string(lengths[k])] = error[k];
  state.counters["share"] = hardest / steps;
}

template <class Data>
void dense(benchmark::State& state) {
  error_of<Data>(state, optim::selection{});
}
/// Argument: which share of the variance opens the gate, in hundredths.
template <class Data>
void by_loss(benchmark::State& state) {
  double const share = static_cast<double>(state.range(0)) / 100;
  error_of<Data>(state, optim::gated<optim::selection>{.accuracy = share, .by_loss = true});
}

#define HALO_ARMS(data)                                                     \
  BENCHMARK_TEMPLATE(dense, data)->Iterations(1)->Unit(benchmark::kSecond); \
  BENCHMARK_TEMPLATE(by_loss, data)->Arg(90)->Arg(70)->Iterations(1)->Unit(benchmark::kSecond)
HALO_ARMS(invented<false>);
HALO_ARMS(invented<true>);
HALO_ARMS(concentrations);

}  // namespace

BENCHMARK_MAIN();
