// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/recurrent.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <halo/autodiff/check.hpp>
#include <halo/learned/reader.hpp>
#include <halo/learned/taped_reader.hpp>

#include "../support/lstm.hpp"
#include "../support/numbers.hpp"

namespace learned_recurrent_test {

namespace {

using namespace halo;
using support::numbers;

constexpr std::size_t In = 3, K = 4;
constexpr std::size_t gates_at = 0, gates_bias = (In + K) * 2 * K;
constexpr std::size_t candidate_at = gates_bias + 2 * K,
                      candidate_bias = candidate_at + (In + K) * K;
constexpr std::size_t gru_weights = candidate_bias + K;
constexpr std::size_t lstm_bias = (In + K) * 4 * K, lstm_weights = lstm_bias + 4 * K;

/// The next h of a gated recurrent unit in plain loops; z keeps.
std::vector<double> dumb_gru(double const* w, double const* x, double const* h) {
  auto const squash = [](double y) { return 1 / (1 + std::exp(-y)); };
  std::vector<double> r(K), z(K), next(K);
  for (std::size_t k = 0; k < K; ++k) {
    double for_r = w[gates_bias + k], for_z = w[gates_bias + K + k];
    for (std::size_t i = 0; i < In + K; ++i) {
      double const xi = i < In ? x[i] : h[i - In];
      for_r += xi * w[gates_at + i * 2 * K + k];
      for_z += xi * w[gates_at + i * 2 * K + K + k];
    }
    r[k] = squash(for_r);
    z[k] = squash(for_z);
  }
  for (std::size_t k = 0; k < K; ++k) {
    double c = w[candidate_bias + k];
    for (std::size_t i = 0; i < In; ++i) c += x[i] * w[candidate_at + i * K + k];
    for (std::size_t i = 0; i < K; ++i) c += r[i] * h[i] * w[candidate_at + (In + i) * K + k];
    next[k] = z[k] * h[k] + (1 - z[k]) * std::tanh(c);
  }
  return next;
}

template <class R, class V>
void our_gru(R const& r, V const* x, V* h) {
  std::array<V, In + K> xh;
  for (std::size_t i = 0; i < In; ++i) xh[i] = x[i];
  for (std::size_t k = 0; k < K; ++k) xh[In + k] = h[k];
  learned::gru<In, K>(
      xh.data(),
      [&](V const* in, V* out) { r.template affine<In + K, 2 * K>(in, gates_at, gates_bias, out); },
      [&](V const* in, V* out) {
        r.template affine<In + K, K>(in, candidate_at, candidate_bias, out);
      },
      h);
}

/// Σ_k (k + 1) h_k after two steps: weights, inputs and first state in one array.
template <class R, class V>
V gru_twice(R const& r, V const* x_and_h) {
  std::array<V, K> h;
  for (std::size_t k = 0; k < K; ++k) h[k] = x_and_h[In + k];
  our_gru(r, x_and_h, h.data());
  our_gru(r, x_and_h, h.data());
  V y = h[0];
  for (std::size_t k = 1; k < K; ++k) y = y + h[k] * static_cast<double>(k + 1);
  return y;
}

template <class R, class V>
V lstm_twice(R const& r, V const* all) {
  std::array<V, K> h, c;
  for (std::size_t k = 0; k < K; ++k) h[k] = all[In + k];
  for (std::size_t k = 0; k < K; ++k) c[k] = all[In + K + k];
  for (int step = 0; step < 2; ++step)
    learned::lstm_layer<In, K>(r, all, 0, lstm_bias, h.data(), c.data());
  V y = h[0] + c[0];
  for (std::size_t k = 1; k < K; ++k) y = y + (h[k] + c[k] * 0.5) * static_cast<double>(k + 1);
  return y;
}

/// The derivative of f(reader, inputs) by all weights and inputs against finite differences.
template <std::size_t Weights, std::size_t Inputs, class F>
void check_derivative(F f) {
  auto const at = numbers<double>(Weights + Inputs, 7);
  auto const report = autodiff::check_gradient(
      [&](std::span<double const> all) {
        learned::plain_reader<double, double> const r(all.data(), nullptr);
        return f(r, all.data() + Weights);
      },
      [&](std::span<double const> all, std::span<double> to) {
        autodiff::tape<double> tape;
        std::vector<double> weights(Weights, 0.0);
        learned::taped_reader<double> const r(tape, all.data(), weights.data(), nullptr, nullptr);
        std::array<autodiff::variable<double>, Inputs> x;
        for (std::size_t i = 0; i < Inputs; ++i)
          x[i] = autodiff::variable<double>(tape, all[Weights + i]);
        backward(f(r, x.data()));
        r.collect();
        for (std::size_t i = 0; i < Weights; ++i) to[i] = weights[i];
        for (std::size_t i = 0; i < Inputs; ++i) to[Weights + i] = x[i].adjoint();
      },
      std::span<double const>(at));
  CAPTURE(report.index);
  CAPTURE(report.given);
  CAPTURE(report.expected);
  CHECK(report.checked == Weights + Inputs);
  CHECK(report.passed);
}

}  // namespace

TEST_CASE_TEMPLATE("the gated recurrent unit follows plain loops", T, float, double) {
  using V = simd::batch<T>;
  auto const w = numbers<T>(gru_weights, 1, 2), x = numbers<T>(In * V::size, 2, 2);
  auto const h = numbers<T>(K * V::size, 3);
  std::array<V, In> in;
  std::array<V, K> state;
  for (std::size_t i = 0; i < In; ++i) in[i] = V::load(x.data() + i * V::size);
  for (std::size_t k = 0; k < K; ++k) state[k] = V::load(h.data() + k * V::size);
  our_gru(learned::plain_reader<V, T>(w.data(), nullptr), in.data(), state.data());
  std::vector<double> const wide(w.begin(), w.end());
  for (std::size_t lane = 0; lane < V::size; ++lane) {
    double x1[In], h1[K];
    for (std::size_t i = 0; i < In; ++i) x1[i] = static_cast<double>(x[i * V::size + lane]);
    for (std::size_t k = 0; k < K; ++k) h1[k] = static_cast<double>(h[k * V::size + lane]);
    auto const expected = dumb_gru(wide.data(), x1, h1);
    for (std::size_t k = 0; k < K; ++k)
      CHECK(static_cast<double>(state[k].get(lane)) ==
            doctest::Approx(expected[k]).epsilon(sizeof(T) == 4 ? 1e-5 : 1e-13));
  }
}

TEST_CASE_TEMPLATE("the long short-term memory follows plain loops", T, float, double) {
  using V = simd::batch<T>;
  auto const w = numbers<T>(lstm_weights, 4, 2), x = numbers<T>(In * V::size, 5, 2);
  auto const hc = numbers<T>(2 * K * V::size, 6);
  std::array<V, In> in;
  std::array<V, K> h, c;
  for (std::size_t i = 0; i < In; ++i) in[i] = V::load(x.data() + i * V::size);
  for (std::size_t k = 0; k < K; ++k) h[k] = V::load(hc.data() + k * V::size);
  for (std::size_t k = 0; k < K; ++k) c[k] = V::load(hc.data() + (K + k) * V::size);
  learned::lstm_layer<In, K>(learned::plain_reader<V, T>(w.data(), nullptr),
                             static_cast<V const*>(in.data()), 0, lstm_bias, h.data(), c.data());
  std::vector<double> const wide(w.begin(), w.end());
  for (std::size_t lane = 0; lane < V::size; ++lane) {
    std::vector<double> x1(In);
    support::lstm_state s(K);
    for (std::size_t i = 0; i < In; ++i) x1[i] = static_cast<double>(x[i * V::size + lane]);
    for (std::size_t k = 0; k < K; ++k) s.h[k] = static_cast<double>(hc[k * V::size + lane]);
    for (std::size_t k = 0; k < K; ++k) s.c[k] = static_cast<double>(hc[(K + k) * V::size + lane]);
    support::lstm_step(x1, wide.data(), wide.data() + lstm_bias, s);
    double const bound = sizeof(T) == 4 ? 1e-5 : 1e-13;
    for (std::size_t k = 0; k < K; ++k) {
      CHECK(static_cast<double>(h[k].get(lane)) == doctest::Approx(s.h[k]).epsilon(bound));
      CHECK(static_cast<double>(c[k].get(lane)) == doctest::Approx(s.c[k]).epsilon(bound));
    }
  }
}

TEST_CASE("the gates of a recurrent unit at their ends") {
  // all weights 0: the biases alone open and close
  std::vector<double> w(gru_weights, 0.0);
  double const x[In] = {1, 2, 3};
  learned::plain_reader<double, double> const r(w.data(), nullptr);
  for (std::size_t k = 0; k < K; ++k) w[candidate_bias + k] = 0.75;
  auto const after = [&](double z_bias) {
    for (std::size_t k = 0; k < K; ++k) w[gates_bias + K + k] = z_bias;
    std::array<double, K> h{0.5, -0.5, 0.25, 0};
    our_gru(r, x, h.data());
    return h;
  };
  CHECK(after(50)[1] == -0.5);  // keeps
  CHECK(after(-50)[1] == doctest::Approx(std::tanh(0.75)).epsilon(1e-15));
  CHECK(after(0)[0] == doctest::Approx(0.25 + 0.5 * std::tanh(0.75)).epsilon(1e-15));
}

TEST_CASE("derivatives of the recurrent cells through two steps") {
  check_derivative<gru_weights, In + K>([](auto const& r, auto* x) { return gru_twice(r, x); });
  check_derivative<lstm_weights, In + 2 * K>(
      [](auto const& r, auto* x) { return lstm_twice(r, x); });
}

}  // namespace learned_recurrent_test
