// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/pass.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <limits>
#include <vector>

#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>

#include "../support/numbers.hpp"

namespace learned_pass_test {

namespace {

using namespace halo;
using learned::at_least_one;
using learned::tile_lanes;
using support::numbers;

/// Everything a tensor of n coordinates needs; coordinate i has the same numbers for every n.
template <class P, class T>
struct tensor {
  std::size_t n;
  std::vector<T> theta, gradient, state, carry;
  std::vector<T> row = numbers<T>(P::context + P::decision + 1, 5, 0.3);
  std::vector<T> mean = std::vector<T>(P::sums + 1, T(77));

  explicit tensor(std::size_t count, std::size_t from = 0)
      : n(count),
        theta(count + 16, T(55)),
        gradient(count + 16, std::numeric_limits<T>::quiet_NaN()),
        state(learned::tiles_of(count) * P::state * tile_lanes + 1, T(0.5)),
        carry(learned::tiles_of(count) * P::carry * tile_lanes + 1, T(66)) {
    for (std::size_t i = 0; i < n; ++i) {
      auto const own = numbers<T>(P::state + 2, 100 + from + i, 0.9);
      theta[i] = own[0];
      gradient[i] = own[1];
      for (std::size_t k = 0; k < P::state; ++k) at(i, k) = own[2 + k] * own[2 + k];  // decays > 0
    }
  }
  T& at(std::size_t i, std::size_t k) {
    return state[(i / tile_lanes * P::state + k) * tile_lanes + i % tile_lanes];
  }
  void run(T const* weights) {
    learned::conditioner<T> const plain{};
    learned::observe_tensor<P>(weights, row.data(), n, static_cast<T const*>(theta.data()),
                               static_cast<T const*>(gradient.data()), plain, state.data(),
                               carry.data(), mean.data());
    learned::apply_tensor<P>(weights, row.data(), n, theta.data(),
                             static_cast<T const*>(gradient.data()), plain, state.data(),
                             static_cast<T const*>(carry.data()));
  }
};

template <class T>
bool same_bits(T a, T b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

/// Tails: each coordinate of n gets the bits it gets alone, memory behind stays.
template <class P, class T>
void keeps_tails() {
  auto const weights = numbers<T>(P::table.size, 1, 0.4);
  constexpr std::size_t most = 40;
  std::vector<tensor<P, T>> alone;
  for (std::size_t i = 0; i < most; ++i) {
    alone.emplace_back(1, i);
    alone.back().run(weights.data());
  }
  for (std::size_t n = 1; n <= most; ++n) {
    CAPTURE(n);
    tensor<P, T> all(n);
    all.run(weights.data());
    bool same = true;
    for (std::size_t i = 0; i < n; ++i) {
      same = same && same_bits(all.theta[i], alone[i].theta[0]);
      for (std::size_t k = 0; k < P::state; ++k)
        same = same && same_bits(all.at(i, k), alone[i].at(0, k));
    }
    CHECK(same);
    for (std::size_t i = n; i < all.theta.size(); ++i) CHECK(all.theta[i] == T(55));
    CHECK(all.state.back() == T(0.5));
    CHECK(all.carry.back() == T(66));
    CHECK(all.mean.back() == T(77));
    for (std::size_t k = 0; k != P::sums; ++k) {
      double sum = 0, size = 0;
      for (std::size_t i = 0; i < n; ++i) {
        sum += static_cast<double>(alone[i].mean[k]);
        size += std::abs(static_cast<double>(alone[i].mean[k]));
      }
      double const count = static_cast<double>(n);
      CHECK(std::abs(static_cast<double>(all.mean[k]) - sum / count) <=
            (sizeof(T) == 4 ? 1e-6 : 1e-14) * size / count);
    }
  }
}

/// Writes its last number in apply() only: θ ← θ + its old value.
struct holding : learned::coordinate_program {
  static constexpr std::size_t state = 3, held = 1, carry = 1, sums = 1;
  static constexpr char const* name = "holding";
  static constexpr std::size_t operations_per_parameter = 1;
  static constexpr learned::weight_table table{std::to_array<learned::weight_info>({{"w", 1, 1}})};
  template <class R, class V>
  static void observe(R const&, V const& g, V const& theta, V* s, V* carried, V* sum) {
    s[0] = g;
    s[1] = theta;
    s[2] = V(1000);  // not kept
    carried[0] = g * V(2);
    sum[0] = V(1);
  }
  template <class R, class V>
  static V apply(R const&, V const& g, V const& theta, V* s, V const* carried) {
    V const old = s[2];
    s[0] = V(2000);  // not kept
    s[2] = carried[0] + g;
    return theta + old;
  }
  template <class R, class Z>
  static void initial(R const&, auto const&, Z*, Z*, Z*) {}
};

}  // namespace

TEST_CASE_TEMPLATE("every coordinate of a tensor gets the bits it gets alone", P,
                   learned::hierarchical_program<>, learned::coordinate_lstm_program<>) {
  SUBCASE("float") { keeps_tails<P, float>(); }
  SUBCASE("double") { keeps_tails<P, double>(); }
}

TEST_CASE("numbers that are held are written by the second pass alone") {
  float const weight = 0;
  tensor<holding, float> t(21);
  auto const before = t;
  t.run(&weight);
  for (std::size_t i = 0; i < 21; ++i) {
    float const old = before.state[(i / tile_lanes * 3 + 2) * tile_lanes + i % tile_lanes];
    CHECK(t.theta[i] == before.theta[i] + old);
    CHECK(t.at(i, 0) == before.gradient[i]);
    CHECK(t.at(i, 1) == before.theta[i]);
    CHECK(t.at(i, 2) == before.gradient[i] * 2 + before.gradient[i]);
  }
  CHECK(t.mean[0] == 1);  // over 21, not over the lanes of whole registers
}

TEST_CASE("gradients are scaled, then limited") {
  using V = simd::batch<double>;
  learned::conditioner<double> const c{0.5, 3, false};
  CHECK(c(V(4.0)).get(0) == 2);
  CHECK(c(V(7.0)).get(0) == 3);
  CHECK(c(V(-1e9)).get(V::size - 1) == -3);
  learned::conditioner<double> const none{};
  CHECK(none(V(1e300)).get(0) == 1e300);
}

}  // namespace learned_pass_test
