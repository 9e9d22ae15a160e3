// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/problem.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <halo/meta/parallel.hpp>

#include "../support/listener.hpp"
#include "../support/small_problems.hpp"

namespace meta_problem_test {

using namespace halo;
using support::small_place;

namespace {

constexpr std::array<std::uint64_t, 3> looks{0, 20, 60};

bool same(std::vector<meta::standing> const& a, std::vector<meta::standing> const& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].error != b[i].error || a[i].raw_error != b[i].raw_error || a[i].loss != b[i].loss)
      return false;
  return a.size() == b.size();
}

}  // namespace

TEST_CASE("problem: how a run begins follows from what is drawn") {
  CHECK(small_place("f", seed{1}, 0)->begins() == meta::origin::kept_head);
  CHECK(small_place("f", seed{1}, 1)->begins() == meta::origin::new_head);
  CHECK(small_place("f", seed{1}, 2)->begins() == meta::origin::nothing);
  CHECK(small_place("f", seed{1}, 1)->family() == "f");
  CHECK(small_place("f", seed{1}, 1)->available() == 300);
}

TEST_CASE("problem: a run learns, and gives the same bits again, on any thread") {
  auto const place = small_place("f", seed{2}, 2);
  meta::episode const e{.horizon = 60, .rows = 200, .batch = 16, .draws = seed{5}};
  optim::adam const adam{{.rate = 1e-2F}};
  auto const first = place->run(adam, e, looks);
  REQUIRE(first.size() == 3);
  CHECK(first[0].error == first[0].raw_error);  // no step, no average
  CHECK(first[2].error < first[0].error - 0.1);
  CHECK(first[2].loss < first[0].loss);
  std::vector<std::vector<meta::standing>> again(6);
  meta::for_each_parallel(again.size(), 3,
                          [&](std::size_t i) { again[i] = place->run(adam, e, looks); });
  for (auto const& a : again) CHECK(same(a, first));
  auto other = e;
  other.draws = seed{6};
  CHECK_FALSE(same(place->run(adam, other, looks), first));
}

TEST_CASE("problem: the optimizer is told the horizon, or not") {
  auto const place = small_place("f", seed{3}, 0);
  meta::episode e{.horizon = 60, .rows = 50, .draws = seed{5}};
  auto const told = place->run(support::horizon(), e, looks);
  e.horizon = 600;
  CHECK_FALSE(same(place->run(support::horizon(), e, looks), told));
  e.told = false;
  auto const untold = place->run(support::horizon(), e, looks);
  e.horizon = 60;
  CHECK(same(place->run(support::horizon(), e, looks), untold));
}

TEST_CASE("problem: a schedule ends with the run; the head alone leaves the rest") {
  auto const place = small_place("f", seed{4}, 0);
  meta::episode e{.horizon = 60, .rows = 50, .draws = seed{5}};
  meta::cosine_adam const cosine{optim::adamw(1e-2F), {}};
  auto const short_run = place->run(cosine, e, looks);
  meta::cosine_adam const by_hand{optim::adamw(1e-2F), {.steps = 54, .warm_up = 6}};
  CHECK(same(place->run(by_hand, e, looks), short_run));
  e.horizon = 600;
  CHECK_FALSE(same(place->run(cosine, e, looks), short_run));
  e.head_alone = true;
  CHECK_FALSE(same(place->run(optim::adam{{.rate = 0.1F}}, e, looks),
                   place->run(optim::adam{{.rate = 0.1F}},
                              {.horizon = 600, .rows = 50, .draws = seed{5}}, looks)));
}

TEST_CASE("problem: the optimizer is told what adapt::run tells it on a device") {
  using numbers = task::few_rows<support::small_network, nn::mean_square, 32>;
  data::regression d = data::make_regression(60, 6, 3);
  d.x.fill(0.5F);
  for (std::size_t i = 0; i < d.y.size(); ++i) d.y.data()[i] = static_cast<float>(i % 7);
  auto const split = std::make_shared<numbers::split const>(numbers::split{d, d});
  meta::episode const e{.horizon = 60, .rows = 50, .draws = seed{5}};
  for (bool const labels : {true, false}) {
    support::listener::heard.clear();
    auto const place =
        labels ? meta::make_problem<support::listener>(
                     "labels", support::small_task(support::small_split(seed{1}), {}, {}))
               : meta::make_problem<support::listener>("numbers", numbers(split, {}, {}));
    (void)place->run(support::listener{}, e, looks);
    REQUIRE(support::listener::heard.size() == 60);
    auto const& last = support::listener::heard.back();
    CHECK(last.labels == labels);
    CHECK(last.horizon == 60);
    CHECK(last.elapsed == 59);
    CHECK(last.rows == 50);
    CHECK(last.anew == layer_mask::all(2));
    CHECK(last.baseline > 0);
  }
}

}  // namespace meta_problem_test
