// SPDX-License-Identifier: BSD-3-Clause
// One domain after the other, without forgetting: sensors that age over months. Old rows are mixed
// into every mini-batch, and what was learned is kept only where rows that it never saw say that it
// is better, and those of earlier months that they are not forgotten. Needs examples/data.
#include <cstdio>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/nn.hpp>

using namespace halo;
using network = nn::sequential<nn::linear<128, 30>, nn::relu, nn::linear<30, 6>>;
using guard_type = adapt::safeguard<network, 64, nn::cross_entropy, 64>;
static adapt::adapter<network, nn::cross_entropy, optim::adam, 32> device(optim::adam{}, seed{1});
static adapt::buffer<network, 256> memory({.keeping = adapt::keeping::balanced});

/// 16 new rows and 16 of those that were kept: a stream for adapt::run.
struct replayed {
  data::batches<> fresh;
  auto next() {
    auto const [x, y] = fresh.next();
    return memory.mixed(x, y, memory.size() > 0 ? 16 : 0);
  }
};

/// Learns from some months; the last argument are rows of those before, never learned from.
static adapt::verdict learn(data::dataset const& d, std::vector<data::dataset>& known) {
  guard_type careful({.margin = 0.04});  // holds out a quarter of these months
  for (auto const& k : known) careful.remember(k.x, k.y);
  data::row_numbers learned, kept;
  for (std::uint32_t i = 0; i < d.rows(); ++i)
    if (!careful.takes(tensor::row(d.x, i), d.y(i))) (i % 8 > 0 ? learned : kept).push_back(i);
  auto const rows = data::select(d, learned);
  known.push_back(data::select(d, kept));
  replayed stream{data::batches(rows, 16, seed{1})};
  auto const end = adapt::run(device, stream, {.iterations = 400, .evaluate_every = 40}, careful);
  memory.add(rows.x, rows.y);
  return end.verdict;
}

int main() {
  auto gas = data::load_gas_sensor("examples/data/gas_sensor");
  gas.samples.domains = gas.batch;  // which months
  auto all = data::select_classes(gas.samples, {1, 2, 3, 4, 5, 6});
  data::standardizer(data::select(all, data::rows_where(all.domains, {1, 2}))).apply(all);
  std::vector<data::dataset> known, tests;
  for (std::vector<std::int32_t> const& months : {std::vector{1, 2}, {3}, {4, 5}, {6}}) {
    auto const rows = data::select(all, data::rows_where(all.domains, months));
    auto [train, test] = data::stratified_split(rows, 0.3, seed{1});
    std::printf("%.0f %%, ", 100 * device.accuracy(test.x, test.y));
    std::printf("%s: ", text(learn(train, known)));
    tests.push_back(std::move(test));
    for (auto const& t : tests) std::printf(" %.0f", 100 * device.accuracy(t.x, t.y));
    std::puts(" % of all so far");
  }
  for (auto const& t : tests)
    if (device.accuracy(t.x, t.y) < 0.85) return 1;
}
