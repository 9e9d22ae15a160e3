// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/statistics.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/checkpoint.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/selection.hpp>

#include "../support/data.hpp"
#include "../support/device.hpp"
#include "../support/folder.hpp"
#include "../support/network.hpp"

namespace adapt_statistics_test {

using namespace halo;
using support::bytes_of;
using support::contains;
using support::draw;

namespace {

using network =
    nn::sequential<nn::linear<5, 4>, nn::batch_norm, nn::relu,
                   nn::residual<nn::linear<4, 4>, nn::batch_norm, nn::tanh>, nn::linear<4, 3>>;
using device = adapt::adapter<network, nn::cross_entropy, optim::adam, 8>;
using without = adapt::adapter<nn::sequential<nn::linear<5, 3>>, nn::cross_entropy, optim::adam, 8>;
static_assert(network::statistics == 16);

struct examples {
  std::vector<float> x;
  std::vector<std::int32_t> t;
  explicit examples(std::uint64_t i, std::size_t rows = 8)
      : x(draw<float>(rows * 5, 100 + i, 2.0)), t(support::draw_labels(rows, 3, 200 + i)) {}
};

void walk(device& d, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t i = first; i < last; ++i) {
    examples const e(i);
    d.step(e.x, e.t);
  }
}

std::vector<float> copy(std::span<float const> values) { return {values.begin(), values.end()}; }

/// What the network says, by parameters and statistics given.
std::vector<float> outputs(std::span<float const> theta, std::vector<float> const& x,
                           float const* statistics) {
  nn::workspace<network, float, 8> work;
  nn::pass const p{.rows = x.size() / 5, .capacity = 8, .statistics = statistics};
  float const* const y = network::forward<float*>(p, theta.data(), x.data(), work.arena.data());
  return {y, y + p.rows * 3};
}

std::vector<float> predicted(device& d, std::vector<float> const& x) {
  std::vector<float> y(x.size() / 5 * 3);
  d.predict(x, y);
  return y;
}

}  // namespace

TEST_CASE("statistics: a step follows its mini-batch, evaluation uses what was followed") {
  device d(optim::adam{}, seed{1});
  auto const before = copy(d.statistics()), theta = copy(d.parameters());
  CHECK(before == std::vector<float>{0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1});
  examples const e(1);
  CHECK(predicted(d, e.x) == outputs(theta, e.x, before.data()));

  nn::workspace<network, float, 8> work;
  nn::pass const p{.rows = 8, .capacity = 8, .training = true};
  network::forward<float*>(p, theta.data(), e.x.data(), work.arena.data());
  auto expected = before;
  network::observe(p, static_cast<float const*>(work.arena.data()), expected.data());
  d.step(e.x, e.t);
  CHECK(copy(d.statistics()) == expected);
  CHECK(expected != before);
  CHECK(predicted(d, e.x) == outputs(d.parameters(), e.x, expected.data()));
  d.set_normalization(adapt::normalization::batch);
  CHECK(predicted(d, e.x) == outputs(d.parameters(), e.x, nullptr));
  d.set_normalization(adapt::normalization::running);
  CHECK(predicted(d, e.x) == outputs(d.parameters(), e.x, expected.data()));
  CHECK(d.evaluate(e.x, e.t).loss > 0);
  CHECK(copy(d.statistics()) == expected);
}

TEST_CASE("statistics: a step that is not done moves none") {
  device d(optim::adam{}, seed{1});
  walk(d, 0, 3);
  auto const theta = copy(d.parameters()), statistics = copy(d.statistics());
  auto const moment = copy(d.state().m.span());
  examples e(4);
  // NaN, and an input whose variance overflows while all gradients stay finite
  for (float const bad : {std::numeric_limits<float>::quiet_NaN(), 1e30F}) {
    CAPTURE(bad);
    e.x[7] = bad;
    CHECK_FALSE(d.step(e.x, e.t).finite());
    CHECK(copy(d.parameters()) == theta);
    CHECK(copy(d.statistics()) == statistics);
    CHECK(copy(d.state().m.span()) == moment);
  }
  CHECK(d.totals().non_finite == 2);

  device none(optim::adam{}, seed{1}, optim::selection::thirds(network::layers, 0, 0, 0));
  none.step(examples(1).x, examples(1).t);
  CHECK(copy(none.statistics()) == copy(device(optim::adam{}, seed{1}).statistics()));
}

namespace {

/// Three classes of points around three centers, far from 0 and of other width than 1.
struct blobs {
  std::vector<float> x;
  std::vector<std::int32_t> t;
  explicit blobs(std::size_t rows, std::uint64_t stream) : x(draw<float>(rows * 5, stream, 2.0)) {
    t = support::draw_labels(rows, 3, stream + 1);
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] += i % 5 == static_cast<std::size_t>(t[i / 5]) ? 9.0F : 3.0F;
  }
};

}  // namespace

TEST_CASE("statistics: 250 steps of one row on a trained network keep variance and held-out loss") {
  using tall = adapt::adapter<network, nn::cross_entropy, optim::adam, 32>;
  tall d(optim::adam{{.rate = 0.01F}}, seed{1});
  blobs const train(3200, 1), held_out(400, 3), stream(250, 5);
  std::span<float const> const x(train.x);
  std::span<std::int32_t const> const t(train.t);
  for (std::size_t i = 0; i < 100; ++i) d.step(x.subspan(i * 160, 160), t.subspan(i * 32, 32));
  auto const trained = copy(d.statistics());
  auto const before = d.evaluate(held_out.x, held_out.t);
  CHECK(before.accuracy > 0.95);
  for (std::size_t i = 0; i < 250; ++i) {
    auto const r = d.step(std::span(stream.x).subspan(i * 5, 5), std::span(stream.t).subspan(i, 1));
    REQUIRE(r.finite());
  }
  CHECK(copy(d.statistics()) == trained);
  auto const after = d.evaluate(held_out.x, held_out.t);
  CAPTURE(before.loss);
  CAPTURE(after.loss);
  CHECK(after.loss < before.loss + 0.1);
  CHECK(after.accuracy > 0.9);
}

TEST_CASE("statistics: with only the head selected, nothing below it moves or answers otherwise") {
  auto const run = [](adapt::normalization frozen) {
    auto d = device(optim::adam{{.rate = 0.01F}}, seed{1});
    walk(d, 0, 30);
    auto all = copy(d.parameters());
    all.insert(all.end(), d.statistics().begin(), d.statistics().end());
    std::array<double, 5> const head{0, 0, 0, 0, 1};
    device frozen_device(optim::adam{{.rate = 0.01F}}, all, seed{2},
                         optim::selection::custom(head));
    frozen_device.set_frozen_normalization(frozen);
    walk(frozen_device, 40, 140);
    CHECK(copy(frozen_device.statistics()) == copy(d.statistics()));
    parameter_info const& last = network::layout::table[network::layout::tensors - 2];
    auto const theta = copy(frozen_device.parameters());
    CHECK(std::equal(theta.begin(), theta.begin() + static_cast<std::ptrdiff_t>(last.offset),
                     all.begin()));
    CHECK_FALSE(std::equal(theta.begin(), theta.end(), all.begin()));
    return theta;
  };
  CHECK(run(adapt::normalization::batch) != run(adapt::normalization::running));
}

TEST_CASE("statistics: parameters bring theirs along, behind them or beside them") {
  device d(optim::adam{}, seed{1});
  walk(d, 0, 5);
  auto all = copy(d.parameters());
  auto const said = [](auto&& call) { return support::message_of<error>(call); };
  CHECK(said([&] { device(optim::adam{}, all); }) == "adapter: statistics: expected 16, found 0");
  all.insert(all.end(), d.statistics().begin(), d.statistics().end());
  device both(optim::adam{}, all);
  CHECK(copy(both.statistics()) == copy(d.statistics()));
  CHECK(predicted(both, examples(9).x) == predicted(d, examples(9).x));
  both.assign(device().parameters(), device().statistics());
  CHECK(copy(both.statistics()) == copy(device().statistics()));
  auto bad = all;
  bad[all.size() - 1] = -0.1F;
  auto const before = bytes_of(both);
  CHECK(said([&] { both.assign(bad); }) ==
        "adapter: statistics: number 15: expected a variance of at least 0, found -0.100000001");
  bad[all.size() - 1] = std::nanf("");
  CHECK(contains(said([&] { both.assign(bad); }), "number 15: expected a finite number"));
  bad.pop_back();
  CHECK(contains(said([&] { both.assign(bad); }), "parameters: expected 75, found 90"));
  CHECK(bytes_of(both) == before);
}

TEST_CASE("statistics: a run that is resumed goes on with the same bits") {
  device whole(optim::adam{}, seed{3}), first(optim::adam{}, seed{3}), second;
  walk(whole, 0, 12);
  walk(first, 0, 5);
  auto const bytes = adapt::write(first);
  adapt::resume(bytes.span(), second);
  CHECK(bytes_of(second) == bytes_of(first));
  walk(second, 5, 12);
  CHECK(bytes_of(second) == bytes_of(whole));
  CHECK(copy(second.statistics()) == copy(whole.statistics()));

  auto const file = io::parse_safetensors(bytes.span(), "memory");
  for (char const* name : {"1.mean", "1.variance", "3.1.mean", "3.1.variance"})
    CHECK(file.at(name).size() == 4);
}

TEST_CASE("statistics: go into a file of parameters and come back behind them") {
  support::folder f;
  std::string const path = f / "network.safetensors";
  device d(optim::adam{}, seed{1});
  walk(d, 0, 5);
  adapt::save_parameters<network>(path, d.parameters(), d.statistics());
  device other(optim::adam{}, adapt::load_parameters<network>(path).span());
  CHECK(copy(other.parameters()) == copy(d.parameters()));
  CHECK(copy(other.statistics()) == copy(d.statistics()));
  CHECK(contains(
      support::message_of<error>([&] { adapt::save_parameters<network>(path, d.parameters()); }),
      "statistics"));
}

TEST_CASE("statistics: a network without any weighs nothing more") {
  static_assert(std::is_empty_v<adapt::detail::running_statistics<without::network>>);
  without d;
  CHECK(d.statistics().empty());
}

TEST_CASE("statistics: by those of the examples at hand, no example is left without any") {
  device d(optim::adam{}, seed{1});
  walk(d, 0, 60);
  for (std::size_t const rows : {1U, 2U, 3U, 8U, 9U, 10U, 16U, 17U, 25U}) {
    CAPTURE(rows);
    std::vector<float> x = draw<float>(rows * 5, 300, 2.0);
    d.set_normalization(adapt::normalization::batch);
    auto const y = predicted(d, x);
    for (std::size_t k = 0; k < 5; ++k) x[5 * rows - 1 - k] *= -5;  // the last example alone
    auto const other = predicted(d, x);
    CHECK(std::vector<float>(y.end() - 3, y.end()) !=
          std::vector<float>(other.end() - 3, other.end()));
    if (rows > 1) continue;
    d.set_normalization(adapt::normalization::running);
    CHECK(predicted(d, x) == other);
  }
}

}  // namespace adapt_statistics_test
