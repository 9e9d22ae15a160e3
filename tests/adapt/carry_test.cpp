// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/carry.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/measure/class_of.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"

namespace adapt_carry_test {

using namespace halo;
using support::draw;

namespace {

template <class Inner>
using network = nn::sequential<nn::linear<5, 6>, nn::batch_norm, nn::relu,
                               nn::residual<Inner, nn::batch_norm, nn::relu>, nn::linear<6, 3>>;
using bare = network<nn::linear<6, 6>>;
using quantised = network<nn::quantised<nn::linear<6, 6>>>;

}  // namespace

TEST_CASE("carry: what a float network knows a quantised one knows to the width of a step") {
  adapt::adapter<bare> d(optim::adam{}, seed{1});
  for (std::uint64_t i = 0; i < 10; ++i)
    d.step(draw<float>(64 * 5, i), support::draw_labels(64, 3, i));
  auto const carried = adapt::carry<bare, quantised>(d.parameters(), d.statistics());
  adapt::adapter<quantised> q(optim::adam{}, carried.span());
  auto const x = draw<float>(40 * 5, 20);
  std::vector<float> a(120), b(120);
  d.predict(x, a);
  q.predict(x, b);
  bool same = true;
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(std::abs(a[i] - b[i]) < 0.05F);
    same = same && a[i] == b[i];
  }
  CHECK(!same);  // it is quantised

  constexpr auto& from = bare::statistics_layout::table;
  for (parameter_info const& t : quantised::statistics_layout::table) {
    bool const range = t.name() == "3.0.low" || t.name() == "3.0.high";
    if (range) CHECK(q.statistics()[t.offset] == 0);
    for (parameter_info const& f : from)
      if (f.name() == t.name())
        for (std::size_t i = 0; i < f.count; ++i)
          CHECK(q.statistics()[t.offset + i] == d.statistics()[f.offset + i]);
  }
}

TEST_CASE("carry: a wider head answers as before until it is taught more") {
  using wider =
      nn::sequential<nn::linear<5, 6>, nn::batch_norm, nn::relu,
                     nn::residual<nn::linear<6, 6>, nn::batch_norm, nn::relu>, nn::linear<6, 5>>;
  adapt::adapter<bare> d(optim::adam{}, seed{1});
  for (std::uint64_t i = 0; i < 10; ++i)
    d.step(draw<float>(64 * 5, i), support::draw_labels(64, 3, i));
  adapt::adapter<wider> w;
  w.assign(adapt::carry<bare, wider>(d.parameters(), d.statistics()).span());
  CHECK(std::equal(d.statistics().begin(), d.statistics().end(), w.statistics().begin()));
  auto const x = draw<float>(40 * 5, 20);
  std::vector<float> a(40 * 3), b(40 * 5);
  d.predict(x, a);
  w.predict(x, b);
  for (std::size_t i = 0; i < 40; ++i) {
    float const mean = (a[3 * i] + a[3 * i + 1] + a[3 * i + 2]) / 3;
    for (std::size_t k = 0; k < 5; ++k)
      CHECK(std::abs(b[5 * i + k] - (k < 3 ? a[3 * i + k] : mean)) < 1e-5F);
    CHECK(measure::class_of(std::span(b).subspan(5 * i, 5)) ==
          measure::class_of(std::span(a).subspan(3 * i, 3)));
  }
  auto const first = draw<float>(8 * 5, 30);
  std::vector<std::int32_t> const fourth(8, 3);
  for (int i = 0; i < 200; ++i) w.step(first, fourth);
  CHECK(w.accuracy(first, fourth) == 1);
}

TEST_CASE("carry: refuses what is not the network's") {
  std::vector<float> theta(bare::parameters), moments(bare::statistics);
  auto const said = [&]() -> std::string {
    try {
      static_cast<void>(adapt::carry<bare, quantised>(theta, moments));
    } catch (error const& e) {
      return e.what();
    }
    return "";
  };
  CHECK(said() == "");
  moments[3] = std::nanf("");
  CHECK(said() != "");
  moments.clear();
  CHECK(said().find("statistics") != std::string::npos);
}

}  // namespace adapt_carry_test
