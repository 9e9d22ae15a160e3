// SPDX-License-Identifier: BSD-3-Clause
// Every optimizer under every policy, one contract. A new one of either is added to its list.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/dropout.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim.hpp>

#include "../support/any_policy.hpp"
#include "../support/device.hpp"
#include "../support/network.hpp"

namespace contract_policy_test {

namespace {

using namespace halo;

using network = nn::sequential<nn::linear<5, 7>, nn::tanh, nn::dropout<std::ratio<1, 10>>,
                               nn::linear<7, 6>, nn::relu, nn::linear<6, 3>>;
constexpr std::size_t forward[] = {35, 42, 18}, parameters[] = {42, 48, 21}, offset[] = {0, 42, 90};

/// What a step costs, counted layer by layer.
template <class Optimizer>
std::uint64_t cost(layer_mask m, std::size_t rows, std::size_t hard) {
  if (m.empty()) return 0;
  std::uint64_t n = 0, selected = 0;
  for (std::size_t j = 0; j < 3; ++j) {
    n += rows * forward[j];
    n += m[j] ? hard * forward[j] : 0;
    n += j > m.lowest() ? hard * forward[j] : 0;
    selected += m[j] ? parameters[j] : 0;
  }
  if constexpr (optim::keeps_average<typename Optimizer::template state<network::layout, float>>)
    n += 2 * 111;
  if constexpr (requires { Optimizer::operations_per_tensor; })
    n += 2 * m.count() * Optimizer::operations_per_tensor + Optimizer::operations_per_step;
  return n + selected * Optimizer::operations_per_parameter;
}

/// A task that is learned in some hundred steps: the class is where the largest of three inputs is.
struct examples {
  std::vector<float> x;
  std::vector<std::int32_t> t;
  examples(std::uint64_t i, std::size_t rows) : x(support::draw<float>(rows * 5, 50 + i, 2)) {
    for (std::size_t r = 0; r < rows; ++r) {
      float const* const row = x.data() + 5 * r;
      t.push_back(row[0] >= row[1] && row[0] >= row[2] ? 0 : row[1] >= row[2] ? 1 : 2);
    }
  }
};

template <class Device>
std::size_t wanted(Device const& d, std::uint64_t i) {
  std::size_t const n = d.wanted_batch();
  CHECK(n <= 32);
  return n > 0 ? n : 1 + i % 32;
}

struct seen {
  std::uint64_t masks = 0;  ///< bit m: the mask m was there
  bool hard = false;        ///< a step on the hardest alone
};

template <class Optimizer, class Policy>
seen keeps_the_contract(Optimizer const& rule, Policy const& policy) {
  using device = adapt::adapter<network, nn::cross_entropy, Optimizer, 32, Policy>;
  INFO(std::string(Optimizer::name));
  device d(rule, seed{3}, policy), twin(rule, seed{3}, policy), late(rule, seed{8}, policy);
  std::uint64_t spent = 0;
  seen s;
  for (std::uint64_t i = 0; i < 300; ++i) {
    CAPTURE(i);
    if (i == 141) {  // amid a stage: what record() hands out is all there is
      CHECK(support::bytes_of(d) == support::bytes_of(twin));
      support::set_bytes(late, support::bytes_of(d));
    }
    examples const e(i, wanted(d, i));
    std::vector<float> const before(d.parameters().begin(), d.parameters().end());
    adapt::report const r = d.step(e.x, e.t);
    CHECK(r.finite());
    s.masks |= std::uint64_t{1} << r.layers.bits();
    s.hard = s.hard || (r.examples > 0 && r.examples < e.t.size());
    for (std::size_t j = 0; j < 3; ++j) {  // a frozen layer keeps its bits, others move
      bool const same = std::memcmp(&before[offset[j]], d.parameters().data() + offset[j],
                                    parameters[j] * sizeof(float)) == 0;
      // a single example may have died in a relu
      if (!r.layers[j] || r.examples > 3) CHECK(same == !r.layers[j]);
    }
    CHECK(r.operations == cost<Optimizer>(r.layers, e.t.size(), r.examples));
    spent += r.operations;
    twin.step(e.x, e.t);
    if (i >= 141) late.step(e.x, e.t);
  }
  CHECK(d.totals().operations == spent);
  CHECK(support::bytes_of(d) == support::bytes_of(twin));
  CHECK(support::bytes_of(d) == support::bytes_of(late));

  adapt::totals const counted = d.totals();
  for (std::uint64_t i = 300; i < 310; ++i) {  // NaN in one example: nothing moves, policy included
    examples e(i, wanted(d, i));
    e.x[e.x.size() - 3] = std::numeric_limits<float>::quiet_NaN();
    auto const before = support::bytes_of(d);
    // at the end stand counters, frozen layers, seed, rows, plan and drawn layers
    std::size_t const run =
        8 * sizeof(std::uint64_t) + sizeof(adapt::plan) + 2 * sizeof(layer_mask);
    adapt::report const r = d.step(e.x, e.t);
    CHECK((r.status == optim::status::non_finite || r.status == optim::status::empty));
    auto after = support::bytes_of(d);
    CHECK(std::memcmp(before.data(), after.data(), after.size() - run) == 0);
  }
  CHECK(d.totals().non_finite + d.totals().empty == counted.non_finite + counted.empty + 10);
  CHECK(d.totals().non_finite > 0);
  return s;
}

/// Says whatever comes to its mind: layers that are not there, no rows or more than memory holds,
/// more hard ones than rows. Remembers losses that it makes NaN of.
struct hostile {
  struct state {
    double memory = 0;
    static constexpr void record(auto& self, auto&& f) { f.number("memory", self.memory); }
  };
  static constexpr bool selective = true;
  static constexpr void record(auto&, auto&& f) { f.constant("name", "hostile"); }
  [[nodiscard]] optim::decision decide(state const&, generator const& g, std::uint64_t step,
                                       std::size_t) const noexcept {
    auto const w = g.words(step);
    auto const odd = [](std::uint32_t bits) -> std::size_t {
      std::size_t const sizes[] = {0, 1, 3, 32, 1'000'000, std::size_t{1} << 40, ~std::size_t{0}};
      return sizes[bits % 7];
    };
    std::uint64_t const masks[] = {w[0], ~std::uint64_t{0}, ~std::uint64_t{7}, 0, w[0] & 7U};
    return {.layers = layer_mask(masks[w[3] % 5]), .rows = odd(w[1]), .hardest = odd(w[2])};
  }
  void observe(state& s, optim::observation const& o) const noexcept {
    CHECK(std::isfinite(o.loss));
    CHECK(o.layers == 3);
    s.memory = 0.5 * s.memory + o.loss;
  }
};

/// Masks as bits: 1 << mask.
constexpr std::uint64_t head = 1 << 4, second = 1 << 6, whole = 1 << 7;

/// Each pair of an optimizer and a policy; `of` makes the policy what the adapter is of.
template <class Optimizer, class Of, class Hostile>
void under_every_policy(Optimizer const& rule, Of const& of, Hostile const& hostile) {
  CHECK(keeps_the_contract(rule, of(optim::selection::dense())).masks == whole);
  CHECK(keeps_the_contract(rule, of(optim::dense{})).masks == whole);
  CHECK(keeps_the_contract(rule, of(optim::selection::thirds(3))).masks > whole);
  CHECK(keeps_the_contract(rule, of(optim::depth_cut::uniform(3))).masks ==
        (head | second | whole));
  optim::fixed_stages const fixed{.operations = 2'000'000};
  CHECK(keeps_the_contract(rule, of(fixed)).masks == (head | second | whole));
  optim::deepening const a1{.begin = optim::start_depth::head};
  CHECK(keeps_the_contract(rule, of(a1)).masks == (head | second | whole));
  optim::gated<> const a3{.accuracy = 0.6};
  seen const s = keeps_the_contract(rule, of(a3));
  CHECK(s.masks == (second | whole));
  CHECK(s.hard);
  seen const h = keeps_the_contract(rule, of(hostile));
  CHECK(h.masks > whole);
  CHECK(h.hard);
}

/// All policies as one type: an adapter of it is compiled once for an optimizer.
template <class Optimizer>
void under_every_policy(Optimizer const& rule) {
  under_every_policy(
      rule, [](auto const& policy) { return support::any_policy{policy}; },
      support::hostile_policy{});
}

}  // namespace

TEST_CASE("every optimizer keeps the contract under every policy: sgd") {
  // each policy as the type it is; not every one keeps the hardest rows
  under_every_policy(
      optim::sgd{{.rate = 0.1F}}, [](auto const& policy) { return policy; }, hostile{});
}
TEST_CASE("every optimizer keeps the contract under every policy: momentum") {
  under_every_policy(optim::clipped(optim::momentum{{.rate = 0.05F}}, {.norm = 1}));
}
TEST_CASE("every optimizer keeps the contract under every policy: adagrad") {
  under_every_policy(optim::adagrad{{.rate = 0.1F}});
}
TEST_CASE("every optimizer keeps the contract under every policy: rmsprop") {
  under_every_policy(optim::rmsprop{{.rate = 0.01F}});
}
TEST_CASE("every optimizer keeps the contract under every policy: adam") {
  under_every_policy(optim::adam{{.rate = 0.01F}});
}
TEST_CASE("every optimizer keeps the contract under every policy: averaged") {
  under_every_policy(optim::averaged<optim::adam>{optim::adam{{.rate = 0.01F}}});
}
TEST_CASE("every optimizer keeps the contract under every policy: tensor_rnn") {
  under_every_policy(learned::tensor_rnn<>{});
}

}  // namespace contract_policy_test
