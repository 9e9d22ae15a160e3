// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/horizon_weights.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>

namespace learned_horizon_weights_test {

using namespace halo;
using numbers = learned::detail::horizon_numbers;
constexpr auto table = learned::horizon_weights;

namespace {

/// The untrained numbers, some of which may be set.
struct reader {
  std::array<double, table.size> values{};
  reader() {
    for (auto const& w : table.entries) values[w.offset] = w.draw.center;
  }
  [[nodiscard]] double weight(std::size_t i) const { return values[i]; }
};

/// Step 51 of 200 on fifty rows: ν is 0.
learned::facts<double> known() {
  learned::facts<double> f;
  f.horizon = 200, f.elapsed = 50, f.step = 51;
  return f;
}

doctest::Approx near(double x) { return doctest::Approx(x).epsilon(1e-12); }
double logistic(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

TEST_CASE("horizon_weights: every number has a name of its own, drawn as a constant") {
  CHECK(table.size == table.entries.size());
  for (auto const& w : table.entries) {
    CAPTURE(w.name);
    CHECK(w.draw.kind == learned::initial_draw::law::constant);
    for (auto const& other : table.entries) CHECK((other.name == w.name) == (&other == &w));
  }
}

TEST_CASE("horizon_weights: untrained, the rate knows neither run nor tensor") {
  reader const r;
  auto f = known();
  auto const t = learned::detail::time_of(f);
  CHECK(numbers::log_rate(r, f, t, 1.5, -0.5) == -5.3);
  f.bias = f.head = f.anew = f.all_drawn = true;
  f.rows = 4000;
  CHECK(numbers::log_rate(r, f, t, 1.5, -0.5) == -5.3);
  CHECK(numbers::mean_kept(r, f, t) == near(logistic(2.2)));
  CHECK(numbers::square_kept(r, t) == near(logistic(3.5)));
  CHECK(numbers::log_pull(r, f, t, -0.5) == -2.3);
  CHECK(numbers::log_decay(r, f, t) == -4.6);
}

TEST_CASE("horizon_weights: the rate of a tensor is told by what is true of it") {
  reader r;
  for (std::size_t i = 0; i < table.size; ++i) r.values[i] = 0;
  r.values[table["rate"]] = -6;
  r.values[table["untold"]] = 0.1;
  r.values[table["bias"]] = 0.2;
  r.values[table["head"]] = 0.4;
  r.values[table["nothing"]] = 0.8;
  r.values[table["new"]] = 1.6;
  r.values[table["beside_new"]] = 3.2;
  r.values[table["by_loss"]] = 0.01;
  r.values[table["by_first"]] = 0.02;
  r.values[table["nothing_by_loss"]] = 0.04;
  auto const rate = [&](learned::facts<double> const& f) {
    return numbers::log_rate(r, f, learned::detail::time_of(f), 1, 1);
  };
  auto f = known();
  CHECK(rate(f) == near(-6 + 0.03));
  f.horizon = 0;
  CHECK(rate(f) == near(-6 + 0.03 + 0.1));
  f.horizon = 200;
  f.bias = true;
  CHECK(rate(f) == near(-6 + 0.03 + 0.2));
  f.head = true;
  CHECK(rate(f) == near(-6 + 0.03 + 0.6));
  f.drawn = layer_mask::only(0);
  CHECK(rate(f) == near(-6 + 0.03 + 0.6 + 3.2));
  f.anew = true;
  CHECK(rate(f) == near(-6 + 0.03 + 0.6 + 1.6));
  f.all_drawn = true;
  CHECK(rate(f) == near(-6 + 0.03 + 0.6 + 0.8 + 0.04));
  r.values[table["rate"]] = 3;
  CHECK(rate(f) == -1);
  r.values[table["rate"]] = -30;
  CHECK(rate(f) == -14);
}

TEST_CASE("horizon_weights: the more inputs an output sums up, the lower the highest rate") {
  reader r;
  auto f = known();
  auto const rate = [&] { return numbers::log_rate(r, f, learned::detail::time_of(f), 1, 1); };
  f.inputs = 16384;  // of the head behind a convolution of 16 channels on 32 by 32
  CHECK(rate() == near(std::log(16.0 / 16384)));
  f.inputs = 2000;
  CHECK(rate() == -5.3);
  r.values[table["rate"]] = 3;
  CHECK(rate() == near(std::log(16.0 / 2000)));
  f.inputs = 43;  // 16/e = 43.5: from here down it is the limit of all
  CHECK(rate() == -1);
  f.inputs = 44;
  CHECK(rate() < -1);
  r.values[table["most"]] = 1;
  CHECK(rate() == near(1 - std::log(44.0)));
}

TEST_CASE("horizon_weights: the schedule rises for a share of the run and ends at nothing") {
  reader const r;
  auto f = known();
  double const warm = 200 * std::exp(-2.3);
  auto const at = [&](double elapsed) {
    f.elapsed = elapsed;
    return numbers::schedule(r, learned::detail::time_of(f));
  };
  CHECK(at(0) == near(1 / warm));
  CHECK(at(9) == near(10 / warm * (1 - 9.0 / 200)));
  CHECK(at(50) == near(0.75));
  CHECK(at(199) == near(1.0 / 200));
}

}  // namespace learned_horizon_weights_test
