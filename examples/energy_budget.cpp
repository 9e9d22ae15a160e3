// SPDX-License-Identifier: BSD-3-Clause
// A network that knows three gases learns three others until a budget in joules is spent: by a
// model of the machine and, where it has a meter, by what the meter says, side by side.
//
//     energy_budget [--joules N]     unless told 5 by a meter, 0.005 by the model alone
#include <cstdio>
#include <memory>
#include <optional>
#include <span>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/energy.hpp>
#include <halo/learned.hpp>
#include <halo/optim.hpp>
#include <halo/zoo/networks.hpp>

#include "support/arguments.hpp"

using namespace halo;
using network = zoo::gas_sensor_mlp<>;
namespace {

/// The meter of this machine, where it has one that may be read.
std::optional<energy::any_meter> meter_of_this_machine() {
  try {
    return energy::find_meter();
  } catch (error const& e) {
    std::printf("by the model alone: %.100s...\n", e.what());
    return std::nullopt;
  }
}

/// Adapts a copy of a trained network within a budget and prints a line.
template <class Optimizer>
void adapt_within(double joules, char const* name, Optimizer optimizer, optim::selection layers,
                  std::span<float const> trained, data::dataset_split const& gases,
                  std::optional<energy::any_meter>& meter) {
  using device = adapt::adapter<network, nn::cross_entropy, Optimizer, 64, optim::selection>;
  auto const d = std::make_unique<device>(optimizer, trained, seed{7}, layers);
  data::batches stream(gases.train, 64, seed{3});
  energy::horowitz45 const chip{.overhead = 70e-12};  // an in-order core of 45 nm
  adapt::spending by_model(*d, chip);
  auto const print = [&](adapt::outcome const& o, auto const& spent) {
    char const* const warning = spent.warning() != nullptr ? spent.warning() : "";
    std::printf("%-26s %6.1f %8zu %8.4f %6.1f %8.2f  %s\n", name,
                100 * d->accuracy(gases.test.x, gases.test.y), std::size_t{o.totals.iterations},
                spent.modelled().total(), 100 * spent.modelled().optimizer_share(),
                spent.measured().watts(), warning);
  };
  if (!meter) return print(adapt::run(*d, stream, {.joules = joules}, by_model), by_model);
  adapt::spending by_meter(*d, chip, *meter);
  print(adapt::run(*d, stream, {.joules = joules}, by_meter), by_meter);
}

}  // namespace

int main(int argc, char** argv) try {
  double told = 0;
  support::arguments option(argc, argv, "energy_budget [--joules N]\n");
  while (option.next()) {
    if (option.is("--joules"))
      told = option.positive();
    else
      option.refuse();
  }
  auto const all = data::load_gas_sensor("examples/data/gas_sensor").samples;
  auto known = data::stratified_split(data::select_classes(all, {1, 2, 3}), 0.25, seed{1});
  auto fresh = data::stratified_split(data::select_classes(all, {4, 5, 6}), 0.25, seed{1});
  data::standardize(known);
  data::standardize(fresh);
  auto const teacher = adapt::make<adapt::adapter<network>>();
  data::batches stream(known.train, 64, seed{2});
  adapt::run(*teacher, stream, {.iterations = 1000});
  auto meter = meter_of_this_machine();
  double const joules = told > 0 ? told : meter ? 5 : 0.005;
  if (meter) std::printf("by %s\n", meter->source().c_str());
  std::printf("%.3g J                   accuracy    steps    model  opt %%    watts\n", joules);
  auto const line = [&](char const* name, auto optimizer, optim::selection layers) {
    adapt_within(joules, name, optimizer, layers, teacher->parameters(), fresh, meter);
  };
  line("adam", optim::adam{}, optim::selection::dense());
  line("adam, masks 10/30/50", optim::adam{}, optim::selection::thirds(network::layers));
  line("halo_rule", learned::halo_rule(), optim::selection::dense());
} catch (std::exception const& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
