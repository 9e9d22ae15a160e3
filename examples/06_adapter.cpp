// SPDX-License-Identifier: BSD-3-Clause
// Lesson 6: the loop on the device. In the field, sensors drift away from what the factory knew.
// The network adapts within a budget, loses power, and goes on until it is good enough.
#include <algorithm>
#include <cstdio>
#include <memory>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/nn.hpp>
#include <halo/tensor.hpp>

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<16, 24>, nn::relu, nn::linear<24, 4>>;
using device = adapt::adapter<network, nn::cross_entropy, optim::adam, 32>;
static_assert(sizeof(device) < 24 * 1024);  // fits the RAM of a small microcontroller

/// Four gases, sixteen sensors: each gas has its pattern; drift turns every sensor's gain.
data::dataset readings(std::size_t rows, float drift, seed s) {
  auto d = data::make_dataset(rows, 16, 4);
  generator pattern(seed{99}), noise(s);
  auto const gas = tensor::normal<float>({4, 16}, pattern);
  auto const gain = tensor::normal<float>({16}, pattern, 1.0F, drift);
  for (std::size_t i = 0; i < rows; ++i) {
    d.y(i) = static_cast<std::int32_t>(noise.below(4));
    for (std::size_t j = 0; j < 16; ++j)
      d.x(i, j) = gain(j) * gas(static_cast<std::size_t>(d.y(i)), j) + noise.normal();
  }
  return d;
}

}  // namespace

int main() {
  auto const factory = readings(2000, 0.0F, seed{1}), old = readings(1000, 0.0F, seed{2});
  auto const field = readings(2000, 2.0F, seed{3}), held_out = readings(1000, 2.0F, seed{4});
  auto const d = std::make_unique<device>(optim::adam{}, seed{7});
  data::batches known(factory, 32, seed{5}), fresh(field, 32, seed{6});
  adapt::run(*d, known, {.iterations = 1500});
  double const learned = d->accuracy(old.x, old.y), drifted = d->accuracy(held_out.x, held_out.y);
  std::printf("at the factory %.1f %%, after drift %.1f %%\n", 100 * learned, 100 * drifted);

  // A few labelled rows of the field make another head, without a step.
  auto const quick = std::make_unique<device>(*d);
  auto const [x, y] = fresh.next();
  quick->start_head(x, y);
  double const computed = quick->accuracy(held_out.x, held_out.y);
  std::printf("a head of %zu rows: %.1f %%\n", y.size(), 100 * computed);

  // Whatever is reached first ends a run: here, so many operations (a battery's share of the day).
  auto const day = adapt::run(*d, fresh, {.operations = 500'000});
  std::printf("a day:  %s, %zu iterations, %.1f %%\n", text(day.reason), day.totals.iterations,
              100 * d->accuracy(held_out.x, held_out.y));

  // The power goes. What was saved, whole or not at all, resumes in another object to the bit.
  constexpr char const* file = "06_adapter.safetensors";
  adapt::save(file, *d);
  auto const again = std::make_unique<device>();
  adapt::resume(file, *again);
  std::remove(file);
  data::batches one(field, 32, seed{8}), two(field, 32, seed{8});
  adapt::budget const goal{.iterations = 5000, .accuracy = 0.97, .evaluate_every = 50};
  auto const end = adapt::run(*d, one, goal, held_out);
  auto const resumed = adapt::run(*again, two, goal, held_out);
  std::printf("on:     %s, %zu iterations, %.1f %%, %.1f ms\n", text(end.reason),
              end.totals.iterations, 100 * end.accuracy, 1e3 * end.seconds);
  bool const same =
      std::equal(d->parameters().begin(), d->parameters().end(), again->parameters().begin()) &&
      resumed.accuracy == end.accuracy;
  std::printf("resumed from the file: %s\n", same ? "the same bits" : "OTHER BITS");
  return learned > 0.95 && drifted < 0.8 && computed > drifted &&
                 end.reason == adapt::stop::accuracy && same
             ? 0
             : 1;
}
