// SPDX-License-Identifier: BSD-3-Clause
// What can be done where nobody labels a row? Networks with batch_norm meet sensors that have aged
// (gas) and people whom they never saw (movements, with --har): as they are, with the statistics of
// new rows, and from there after some steps: on the entropy of their answers, or on these answers
// as labels where they are sure (norms alone, and all layers). And when should they: a page_hinkley
// of the entropy looks at known rows and then at new ones.
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/nn.hpp>
#include <halo/optim.hpp>

#include "support/arguments.hpp"

namespace {

using namespace halo;

using gas_network = nn::sequential<nn::linear<128, 30>, nn::batch_norm, nn::relu,
                                   nn::linear<30, 30>, nn::batch_norm, nn::relu, nn::linear<30, 6>>;
using har_network =
    nn::sequential<shape<128, 9>, nn::conv1d<16, 5, 4>, nn::batch_norm, nn::relu,
                   nn::conv1d<16, 5, 4>, nn::batch_norm, nn::relu, nn::flatten, nn::linear<128, 6>>;

/// Rows of a domain.
struct domain {
  std::string name;
  data::dataset rows;
};

template <class Network>
double accuracy(auto const& device, data::dataset const& d) {
  static adapt::inference_workspace<Network, 64> work;
  return 100 * adapt::evaluate<Network, nn::cross_entropy>(device.view(), d.x, d.y, work).accuracy;
}

/// Rows until a drift is told, in random order; none if it is not.
template <class Network>
std::optional<std::size_t> told(auto const& device, data::dataset const& d, seed of_order,
                                adapt::page_hinkley& drift) {
  using entropy = nn::with_entropy<nn::cross_entropy, std::ratio<1>>;
  static adapt::inference_workspace<Network, 1> work;
  std::array<std::int32_t, 1> const nobody_knows{nn::no_label};
  std::size_t rows = 0;
  for (auto const [x, y] : data::batches(d, 1, of_order)) {
    ++rows;
    auto const e = adapt::evaluate<Network, entropy>(device.view(), x, nobody_knows, work);
    if (drift.add(e.loss)) return rows;
  }
  return std::nullopt;
}

/// The layers that do not learn where norms alone do, by gain and bias.
template <class Network>
constexpr layer_mask all_but_norms =
    layer_mask::all(Network::layers)
        .without(layers_of<typename Network::layout>(parameter_role::gain));

/// Accuracy after steps on the answers of the network itself, of which the sure ones are labels.
template <class Network>
double self_trained(auto const& from, data::dataset rows, data::dataset const& test, seed s,
                    layer_mask frozen) {
  using learner = adapt::adapter<Network, nn::partly_labelled<nn::cross_entropy>, optim::adam, 64>;
  auto const device = adapt::make<learner>(optim::adam{{.rate = 1e-3F}}, s);
  device->assign(from.parameters(), from.statistics());
  device->pseudo_labels(rows.x, tensor::elements(rows.y), 0.9);
  device->freeze(frozen);
  data::batches stream(rows, 64, s);
  adapt::run(*device, stream, {.iterations = 30});
  return accuracy<Network>(*device, test);
}

template <class Network>
void compare(char const* title, data::dataset const& known, std::vector<domain> const& domains,
             std::uint64_t seeds) {
  using device_type = adapt::adapter<Network, nn::with_entropy<>, optim::adam, 64>;
  std::printf("\n%s\n%-12s %8s %8s %11s %8s %11s %8s | rows until a drift is told\n", title,
              "domain", "rows", "as it is", "statistics", "entropy", "self: norms", "all");
  struct line {
    double before = 0, estimated = 0, entropy = 0, self_norms = 0, self_all = 0, rows_told = 0;
    std::size_t told = 0;
  };
  std::vector<line> lines(domains.size());
  std::size_t alarms = 0;
  double kept = 0;
  for (std::uint64_t s = 1; s <= seeds; ++s) {
    auto split = data::stratified_split(known, 0.25, seed{s});
    data::standardizer const scale(split.train);
    scale.apply(split.train), scale.apply(split.test);
    auto const trained = adapt::make<device_type>(optim::adam{{.rate = 3e-3F}}, seed{s});
    data::batches stream(split.train, 64, seed{s});
    adapt::run(*trained, stream, {.iterations = 600});
    kept += accuracy<Network>(*trained, split.test) / static_cast<double>(seeds);
    for (std::size_t k = 0; k < domains.size(); ++k) {
      auto halves = data::stratified_split(domains[k].rows, 0.5, seed{s});
      scale.apply(halves.train), scale.apply(halves.test);
      auto const device = adapt::make<device_type>(optim::adam{{.rate = 1e-3F}}, seed{s});
      device->assign(trained->parameters(), trained->statistics());
      line& to = lines[k];
      adapt::page_hinkley drift({.tolerance = 0.1, .threshold = 10});
      alarms += told<Network>(*device, split.test, seed{s}, drift) ? 1U : 0U;
      if (auto const rows = told<Network>(*device, halves.train, seed{s}, drift)) {
        ++to.told;
        to.rows_told += static_cast<double>(*rows);
      }
      to.before += accuracy<Network>(*device, halves.test);
      device->estimate_statistics(halves.train.x);
      to.estimated += accuracy<Network>(*device, halves.test);
      to.self_norms += self_trained<Network>(*device, halves.train, halves.test, seed{s},
                                             all_but_norms<Network>);
      to.self_all += self_trained<Network>(*device, halves.train, halves.test, seed{s}, {});
      device->freeze(all_but_norms<Network>);
      for (std::int32_t& label : halves.train.y) label = nn::no_label;
      data::batches unlabelled(halves.train, 64, seed{s});
      adapt::run(*device, unlabelled, {.iterations = 30});
      to.entropy += accuracy<Network>(*device, halves.test);
    }
  }
  for (std::size_t k = 0; k < domains.size(); ++k) {
    line const& l = lines[k];
    auto const n = static_cast<double>(seeds);
    std::printf("%-12s %8zu %8.1f %11.1f %8.1f %11.1f %8.1f | ", domains[k].name.c_str(),
                domains[k].rows.rows() / 2, l.before / n, l.estimated / n, l.entropy / n,
                l.self_norms / n, l.self_all / n);
    if (l.told > 0)
      std::printf("%.0f in %zu of %zu runs\n", l.rows_told / static_cast<double>(l.told), l.told,
                  static_cast<std::size_t>(seeds));
    else
      std::printf("never\n");
  }
  std::printf("known rows: %.1f %%; a drift told among them: %zu of %zu times\n", kept, alarms,
              domains.size() * static_cast<std::size_t>(seeds));
}

data::dataset labels_from_0(data::dataset d) {
  for (std::int32_t& label : d.y) --label;
  d.classes = 6;
  return d;
}

void compare_gas(std::string const& folder, std::uint64_t seeds) {
  auto const gas = data::load_gas_sensor(folder);
  auto const of = [&](std::initializer_list<std::int32_t> batches) {
    return labels_from_0(data::select(gas.samples, data::rows_where(gas.batch, batches)));
  };
  compare<gas_network>("Gas sensors, trained on batches 1 to 3", of({1, 2, 3}),
                       {{"batch 4", of({4})}, {"batch 5", of({5})}, {"batch 6", of({6})}}, seeds);
}

void compare_har(std::string const& folder, std::uint64_t seeds) {
  auto const train = data::load_har(folder, "train"), test = data::load_har(folder, "test");
  std::vector<domain> people;
  for (std::int32_t who = 1; who <= 30; ++who) {
    auto const rows = data::rows_where(test.subject, {who});
    if (rows.empty()) continue;
    people.push_back(
        {"person " + std::to_string(who), labels_from_0(data::select(test.samples, rows))});
  }
  compare<har_network>("Movements, trained on 21 other people", labels_from_0(train.samples),
                       people, seeds);
}

}  // namespace

int main(int count, char** argument) {
  support::arguments a(count, argument,
                       "usage: without_labels [--data DIR] [--har DIR] [--seeds N] [--quick]\n");
  std::string gas = "examples/data/gas_sensor", har;
  std::uint64_t seeds = 10;
  while (a.next()) {
    if (a.is("--data"))
      gas = a.value();
    else if (a.is("--har"))
      har = a.value();
    else if (a.is("--seeds"))
      seeds = a.number();
    else if (a.is("--quick"))
      seeds = 1;
    else
      a.refuse();
  }
  try {
    compare_gas(gas, seeds);
    if (!har.empty()) compare_har(har, seeds);
  } catch (error const& e) {
    std::fprintf(stderr, "without_labels: %s\n", e.what());
    return 1;
  }
}
