// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/estimate.hpp>

#include <doctest/doctest.h>

#include <halo/energy/eyeriss65.hpp>
#include <halo/energy/horowitz45.hpp>
#include <halo/energy/roofline.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>

#include "../support/data.hpp"

namespace energy_estimate_test {

using namespace halo;
using network =
    nn::sequential<nn::linear<5, 7>, nn::relu, nn::linear<7, 6>, nn::relu, nn::linear<6, 3>>;

namespace {

/// A joule a multiply-add.
struct counting {
  static constexpr char const* name = "counting";
  static double joules(energy::pass const& p) { return static_cast<double>(p.taken.multiply_adds); }
};

}  // namespace

TEST_CASE("estimate: every pass is asked about once") {
  for (std::uint64_t bits = 0; bits < 8; ++bits) {
    CAPTURE(bits);
    optim::decision const d{.layers = layer_mask(bits), .rows = 16, .hardest = 4};
    auto const c = energy::cost_of<network, optim::adam>(d, 16);
    auto const j = energy::estimate<network, optim::adam>(counting{}, d, 16);
    CHECK(j.network == static_cast<double>(c.network().multiply_adds));
    CHECK(j.optimizer == static_cast<double>(c.optimizer.multiply_adds));
    CHECK(j.total() == j.network + j.optimizer);
    cost sum;
    energy::each_pass<network, optim::adam>(d, 16, [&](energy::pass const& p) { sum += p.taken; });
    CHECK(sum == c.total());
  }
}

TEST_CASE("estimate: a profile says the same of its own size of mini-batch") {
  energy::horowitz45 const m;
  energy::profile<network, optim::adam> const p(m, 16);
  for (std::uint64_t bits = 0; bits < 8; ++bits) {
    CAPTURE(bits);
    optim::decision const d{.layers = layer_mask(bits)};
    auto const whole = energy::estimate<network, optim::adam>(counting{}, d, 16);
    energy::profile<network, optim::adam> const counted(counting{}, 16);
    CHECK(counted(d, 16).network == whole.network);
    CHECK(counted(d, 16).optimizer == doctest::Approx(whole.optimizer));
    CHECK(p(d, 16).network ==
          doctest::Approx((energy::estimate<network, optim::adam>(m, d, 16).network)));
    CHECK(p(d, 32).network == doctest::Approx(2 * p(d, 16).network));
  }
}

TEST_CASE("estimate: more layers never cost less, and the optimizer has a share") {
  auto const check = [](auto const& m) {
    double before = 0;
    for (std::size_t depth = 1; depth <= 3; ++depth) {
      auto const j =
          energy::estimate<network, optim::adam>(m, {.layers = layer_mask::top(depth, 3)}, 16);
      CHECK(j.total() > before);
      CHECK(j.optimizer_share() > 0);
      CHECK(j.optimizer_share() < 1);
      before = j.total();
    }
  };
  check(energy::horowitz45{});
  check(energy::eyeriss65{});
  check(energy::roofline{});
}

TEST_CASE("estimate: a profile of no examples is refused") {
  using none = energy::profile<network, optim::adam>;
  CHECK(support::message_of<error>([] { static_cast<void>(none(energy::horowitz45{}, 0)); }) ==
        "profile: rows: expected at least 1, found 0");
}

}  // namespace energy_estimate_test
