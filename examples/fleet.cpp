// SPDX-License-Identifier: BSD-3-Clause
// Twenty devices learn from rows of their own and send parameters, never rows: each knows two gases
// of six, their average learns all. Every device is a thread, every round begins at the average.
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include <halo/halo.hpp>

using namespace halo;
using network = nn::sequential<nn::linear<128, 30>, nn::relu, nn::linear<30, 6>>;
using device_type = adapt::adapter<network, nn::cross_entropy, optim::adam, 32>;
constexpr std::size_t devices = 20;

/// The rows of device i: every seventh of two gases.
data::dataset rows_of_device(data::dataset const& all, std::size_t i) {
  data::row_numbers mine;
  for (std::uint32_t r = 0, seen = 0; r < all.rows(); ++r) {
    auto const gas = static_cast<std::size_t>(all.y(r));
    if (gas != i % 6 && gas != (i + 1) % 6) continue;
    if (seen++ % 7 == i / 6) mine.push_back(r);
  }
  return data::select(all, mine);
}

int main() try {
  auto const gas = data::load_gas_sensor("examples/data/gas_sensor").samples;
  auto split = data::stratified_split(data::select_classes(gas, {1, 2, 3, 4, 5, 6}), 0.25, seed{1});
  data::standardize(split);
  std::vector<data::dataset> rows;
  std::vector<std::unique_ptr<device_type>> fleet;
  for (std::size_t i = 0; i < devices; ++i) {
    rows.push_back(rows_of_device(split.train, i));
    fleet.push_back(adapt::make<device_type>(optim::adam{{.rate = 3e-3F}}, seed{i}));
    fleet[i]->assign(fleet[0]->parameters(), fleet[0]->statistics());  // all begin alike
  }
  for (int round = 1; round <= 30; ++round) {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < devices; ++i)
      threads.emplace_back([&, i] {
        data::batches stream(rows[i], 32, seed{static_cast<std::uint64_t>(round)});
        adapt::run(*fleet[i], stream, {.iterations = 10});
      });
    for (std::thread& t : threads) t.join();
    double const alone = fleet[0]->accuracy(split.test.x, split.test.y);
    adapt::federated_average<network> mean;
    for (std::size_t i = 0; i < devices; ++i) mean.add(*fleet[i], double(rows[i].rows()));
    for (auto& d : fleet) d->assign(mean.parameters(), mean.statistics());
    if (round % 5 > 0) continue;
    std::printf("round %2d: one device %.1f %%, the average %.1f %%\n", round, 100 * alone,
                100 * fleet[0]->accuracy(split.test.x, split.test.y));
  }
} catch (halo::error const& e) {
  std::puts(e.what());
  return 1;
}
