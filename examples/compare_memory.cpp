// SPDX-License-Identifier: BSD-3-Clause
// What less memory costs: a perceptron learns three gases in 200 steps of eight rows, from nothing
// and from what it knows of three others, by halo's rule and by its lean forms. Bytes of the whole
// adapter, held-out accuracy over some seeds, microseconds of a step.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/data.hpp>
#include <halo/learned.hpp>

#include "support/arguments.hpp"

namespace {

using namespace halo;
using network =
    nn::sequential<nn::linear<128, 30>, nn::relu, nn::linear<30, 30>, nn::relu, nn::linear<30, 3>>;
using rule_type = learned::horizon_rule<>;
using full_type = learned::lean<rule_type, learned::precision::full>;
using eight_type = learned::lean<rule_type, learned::precision::eight_bits>;
template <class Rule>
using device_of = adapt::adapter<network, nn::cross_entropy, Rule, 8>;

/// Three gases, split and scaled.
struct gases {
  data::dataset train, held_out;
  gases(data::dataset const& all, std::int32_t first, std::uint64_t s) {
    auto parts = data::stratified_split(data::select_classes(all, {first, first + 1, first + 2}),
                                        0.25, seed{s});
    data::standardize(parts);
    train = std::move(parts.train), held_out = std::move(parts.test);
  }
};

struct result {
  double accuracy, seconds;  // of a step
};

/// So many steps of a device.
template <class Device>
result adapted(Device& device, gases const& of, std::uint64_t steps, std::uint64_t s) {
  data::batches stream(of.train, 8, seed{s});
  stopwatch const watch;
  adapt::run(device, stream, {.iterations = steps});
  double const seconds = watch.seconds() / static_cast<double>(steps);
  return {device.accuracy(of.held_out.x, of.held_out.y), seconds};
}

/// Runs a rule from nothing and from what was known, and prints its row.
template <class Rule, class MakeRule>
void row(char const* title, data::dataset const& all, std::uint64_t seeds, MakeRule make) {
  double nothing = 0, known = 0, square = 0, seconds = 0;
  for (std::uint64_t s = 1; s <= seeds; ++s) {
    gases const old(all, 1, s), fresh(all, 4, s);
    auto const teacher =
        std::make_unique<device_of<learned::halo_rule>>(learned::halo_rule{}, seed{s});
    static_cast<void>(adapted(*teacher, old, 1000, s));
    auto const at = teacher->parameters(adapt::weights::averaged);
    std::vector<float> const start(at.begin(), at.end());
    auto const one = std::make_unique<device_of<Rule>>(make(std::vector<float>{}), seed{s});
    auto const two = std::make_unique<device_of<Rule>>(make(start), start, seed{s});
    nothing += adapted(*one, fresh, 200, s).accuracy;
    auto const [accuracy, each] = adapted(*two, fresh, 200, s);
    known += accuracy, square += accuracy * accuracy, seconds += each;
  }
  auto const n = static_cast<double>(seeds);
  double const spread = std::sqrt(std::max(0.0, square / n - known / n * (known / n)));
  std::printf("%-34s %9zu %11.1f %9.1f %6.1f %8.1f\n", title, sizeof(device_of<Rule>),
              100 * nothing / n, 100 * known / n, 100 * spread, 1e6 * seconds / n);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 10;
  support::arguments option(argc, argv, "compare_memory [--quick]");
  while (option.next()) {
    if (option.is("--quick"))
      seeds = 1;
    else
      option.refuse();
  }
  auto const all = data::load_gas_sensor("examples/data/gas_sensor").samples;
  rule_type const rule = learned::pretrained::best_horizon_rule();
  std::printf("%-34s %9s %11s %9s %6s %8s\n", "rule", "bytes", "from 0, %", "known, %", "+-", "us");
  row<learned::halo_rule>("halo_rule", all, seeds,
                          [](auto const&) { return learned::halo_rule{}; });
  row<rule_type>("without the average", all, seeds, [&](auto const&) { return rule; });
  row<full_type>("and start and gradient not copied", all, seeds,
                 [&](std::vector<float> const& start) { return full_type(rule, start); });
  row<learned::lean_halo_rule>(
      "and in 16 bits: lean_halo_rule", all, seeds,
      [](std::vector<float> const& start) { return learned::lean_halo_rule(start); });
  row<eight_type>("and in 8 bits", all, seeds,
                  [&](std::vector<float> const& start) { return eight_type(rule, start); });
}
