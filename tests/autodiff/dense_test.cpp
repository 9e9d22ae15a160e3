// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/dense.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <halo/autodiff/check.hpp>
#include <halo/autodiff/dual.hpp>
#include <halo/core/random.hpp>
#include <halo/simd/batch.hpp>
#include <support/allocation.hpp>
#include <support/gru.hpp>

namespace autodiff_dense_test {

using halo::autodiff::affine;
using halo::autodiff::dense;
using halo::autodiff::dual;
using halo::autodiff::tape;
using halo::autodiff::variable;
namespace simd = halo::simd;

namespace {

std::vector<double> normals(std::size_t n, std::uint64_t stream) {
  halo::generator random(halo::seed{21}, stream);
  std::vector<double> x(n);
  for (double& e : x) e = static_cast<double>(random.normal());
  return x;
}

}  // namespace

TEST_CASE("values and adjoints of one layer as literals") {
  double const w[6] = {1, 2, 3, 4, 5, 6};  // 2 × 3
  double const b[3] = {10, 20, 30};
  double w_adjoint[6] = {}, b_adjoint[3] = {};
  tape<double> t(16, 2);
  dense<double> const layer(t, affine<double>{2, 3, w, b}, w_adjoint, b_adjoint);
  variable<double> const x[2] = {variable<double>(t, 1.0), variable<double>(t, -2.0)};
  variable<double> y[3];
  layer(x, y);
  CHECK(y[0].value() == 3);
  CHECK(y[1].value() == 12);
  CHECK(y[2].value() == 21);
  CHECK(t.size() == 5);
  variable<double> const loss = y[0] + y[1] * 10.0 + y[2] * 100.0;
  backward(loss);
  CHECK(x[0].adjoint() == 321);
  CHECK(x[1].adjoint() == 654);
  double const expected[6] = {1, 10, 100, -2, -20, -200};
  for (std::size_t i = 0; i < 6; ++i) CHECK(w_adjoint[i] == expected[i]);
  CHECK(b_adjoint[2] == 100);
  backward(loss);  // weight adjoints collect from sweep to sweep
  CHECK(w_adjoint[5] == -400);
  CHECK(b_adjoint[0] == 2);
  CHECK(x[0].adjoint() == 321);
}

TEST_CASE("any size, with and without bias and weight adjoints") {
  for (std::size_t inputs = 1; inputs <= 9; inputs += 2) {
    for (std::size_t outputs = 1; outputs <= 27; outputs += 2) {
      CAPTURE(inputs);
      CAPTURE(outputs);
      auto const w = normals(inputs * outputs, 1), x = normals(inputs, 2);
      auto const b = normals(outputs, 3), g = normals(outputs, 4);
      std::vector<double> w_adjoint(inputs * outputs), b_adjoint(outputs);
      for (bool full : {true, false}) {
        tape<double> t(64, 16);
        dense<double> const layer(
            t, affine<double>{inputs, outputs, w.data(), full ? b.data() : nullptr},
            full ? w_adjoint.data() : nullptr, full ? b_adjoint.data() : nullptr);
        std::vector<variable<double>> in(inputs), out(outputs);
        for (std::size_t i = 0; i < inputs; ++i) in[i] = variable<double>(t, x[i]);
        layer(in.data(), out.data());
        for (std::size_t j = 0; j < outputs; ++j) t.seed(out[j].node(), g[j]);
        t.sweep();
        for (std::size_t j = 0; j < outputs; ++j) {
          double y = full ? b[j] : 0;
          for (std::size_t i = 0; i < inputs; ++i) y += x[i] * w[i * outputs + j];
          CHECK(out[j].value() == doctest::Approx(y).epsilon(1e-12));
          CHECK(b_adjoint[j] == g[j]);
        }
        for (std::size_t i = 0; i < inputs; ++i) {
          double x_adjoint = 0;
          for (std::size_t j = 0; j < outputs; ++j) {
            x_adjoint += g[j] * w[i * outputs + j];
            CHECK(w_adjoint[i * outputs + j] == x[i] * g[j]);
          }
          CHECK(in[i].adjoint() == doctest::Approx(x_adjoint).epsilon(1e-12));
        }
      }
    }
  }
}

TEST_CASE("a two-layer network through the primitive has the gradient written by hand") {
  constexpr std::size_t in = 4, hidden = 5, out = 3;
  auto const w1 = normals(in * hidden, 1), b1 = normals(hidden, 2);
  auto const w2 = normals(hidden * out, 3), b2 = normals(out, 4), x = normals(in, 5);
  std::vector<double> w1_adjoint(in * hidden), b1_adjoint(hidden), w2_adjoint(hidden * out),
      b2_adjoint(out);
  tape<double> t(128, 32);
  dense<double> const first(t, affine<double>{in, hidden, w1.data(), b1.data()}, w1_adjoint.data(),
                            b1_adjoint.data());
  dense<double> const second(t, affine<double>{hidden, out, w2.data(), b2.data()},
                             w2_adjoint.data(), b2_adjoint.data());
  std::array<variable<double>, in> v;
  for (std::size_t i = 0; i < in; ++i) v[i] = variable<double>(t, x[i]);
  std::array<variable<double>, hidden> h;
  first(v.data(), h.data());
  for (auto& e : h) e = tanh(e);
  std::array<variable<double>, out> y;
  second(h.data(), y.data());
  variable<double> loss = 0.0;
  for (auto const& e : y) loss += e * e * 0.5;
  backward(loss);

  std::array<double, hidden> a{}, da{};
  std::array<double, out> dy{};
  for (std::size_t j = 0; j < hidden; ++j) {
    double z = b1[j];
    for (std::size_t i = 0; i < in; ++i) z += x[i] * w1[i * hidden + j];
    a[j] = std::tanh(z);
  }
  for (std::size_t k = 0; k < out; ++k) {
    dy[k] = b2[k];
    for (std::size_t j = 0; j < hidden; ++j) dy[k] += a[j] * w2[j * out + k];
  }
  auto const near = [](double e) { return doctest::Approx(e).epsilon(1e-12); };
  for (std::size_t j = 0; j < hidden; ++j) {
    for (std::size_t k = 0; k < out; ++k) {
      da[j] += dy[k] * w2[j * out + k];
      CHECK(w2_adjoint[j * out + k] == near(a[j] * dy[k]));
    }
    da[j] *= 1 - a[j] * a[j];
    CHECK(b1_adjoint[j] == near(da[j]));
    for (std::size_t i = 0; i < in; ++i) CHECK(w1_adjoint[i * hidden + j] == near(x[i] * da[j]));
  }
  for (std::size_t k = 0; k < out; ++k) CHECK(b2_adjoint[k] == near(dy[k]));
  for (std::size_t i = 0; i < in; ++i) {
    double dx = 0;
    for (std::size_t j = 0; j < hidden; ++j) dx += da[j] * w1[i * hidden + j];
    CHECK(v[i].adjoint() == near(dx));
  }
}

TEST_CASE("second order goes through the primitive") {
  using D = dual<double>;
  auto const w = normals(6, 1), b = normals(3, 2), x = normals(2, 3), v = normals(2, 4);
  tape<D> t(64, 8);
  D w_adjoint[6], b_adjoint[3];
  std::fill(w_adjoint, w_adjoint + 6, D(0.0));
  std::fill(b_adjoint, b_adjoint + 3, D(0.0));
  auto const gradient = [&](double step) {  // of Σ tanh(x W + b)² with respect to x
    t.clear();
    dense<D> const layer(t, affine<double>{2, 3, w.data(), b.data()}, w_adjoint, b_adjoint);
    std::array<variable<D>, 2> in;
    for (std::size_t i = 0; i < 2; ++i) in[i] = variable<D>(t, D(x[i] + step * v[i], v[i]));
    std::array<variable<D>, 3> out;
    layer(in.data(), out.data());
    variable<D> loss = 0.0;
    for (auto const& e : out) loss += tanh(e) * tanh(e);
    backward(loss);
    return std::array<D, 2>{in[0].adjoint(), in[1].adjoint()};
  };
  auto const here = gradient(0), above = gradient(1e-5), below = gradient(-1e-5);
  for (std::size_t i = 0; i < 2; ++i)
    CHECK(here[i].tangent ==
          doctest::Approx((above[i].value - below[i].value) / 2e-5).epsilon(1e-8));
}

namespace {

/// The recurrent cell for a register of coordinates: Σ seed·h' and its gradient with respect to
/// weights and inputs, all in one vector: weights, then per lane features and state.
struct recurrent_cell {
  using B = simd::batch<double>;
  static constexpr std::size_t lanes = B::size;
  static constexpr std::size_t weights =
      support::gru_rows * 3 * support::gru_units + 3 * support::gru_units;

  std::vector<double> seeds = normals(lanes * support::gru_units, 9);

  static support::gru_weights<double> unpack(double const* p) {
    support::gru_weights<double> w(halo::seed{0});
    for (auto* part : {&w.gates, &w.gate_bias, &w.candidate, &w.candidate_bias})
      for (double& e : *part) e = *p++;
    return w;
  }

  double value(std::span<double const> p) const {
    auto const w = unpack(p.data());
    double sum = 0;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      double const* const x = p.data() + weights + lane * support::gru_rows;
      auto const next = support::gru_reference(w, x, x + support::gru_features);
      for (std::size_t k = 0; k < support::gru_units; ++k)
        sum += seeds[lane * support::gru_units + k] * next[k];
    }
    return sum;
  }

  static B gather(double const* p, std::size_t stride) {
    std::array<double, lanes> one_a_lane;
    for (std::size_t lane = 0; lane < lanes; ++lane) one_a_lane[lane] = p[lane * stride];
    return B::load(one_a_lane.data());
  }

  void gradient(std::span<double const> p, std::span<double> g) const {
    auto const w = unpack(p.data());
    std::vector<B> adjoint(weights, B(0.0));
    B* const gates = adjoint.data();
    B* const gate_bias = gates + w.gates.size();
    B* const candidate = gate_bias + w.gate_bias.size();
    tape<B> t(160, 64);
    dense<B> const gate_layer(
        t, {support::gru_rows, 2 * support::gru_units, w.gates.data(), w.gate_bias.data()}, gates,
        gate_bias);
    dense<B> const candidate_layer(
        t, {support::gru_rows, support::gru_units, w.candidate.data(), w.candidate_bias.data()},
        candidate, candidate + w.candidate.size());
    std::array<variable<B>, support::gru_rows> row;
    for (std::size_t i = 0; i < support::gru_rows; ++i)
      row[i] = variable<B>(t, gather(p.data() + weights + i, support::gru_rows));
    std::array<variable<B>, support::gru_units> next;
    support::gru_cell(row.data(), row.data() + support::gru_features, next.data(), gate_layer,
                      candidate_layer);
    for (std::size_t k = 0; k < support::gru_units; ++k)
      t.seed(next[k].node(), gather(seeds.data() + k, support::gru_units));
    t.sweep();
    for (std::size_t i = 0; i < weights; ++i) g[i] = lane_sum(adjoint[i]);
    for (std::size_t i = 0; i < support::gru_rows; ++i)
      for (std::size_t lane = 0; lane < lanes; ++lane)
        g[weights + lane * support::gru_rows + i] = row[i].adjoint().get(lane);
  }
};

}  // namespace

TEST_CASE("a recurrent cell over a register of coordinates: gradient against differences") {
  recurrent_cell const cell;
  auto p = normals(recurrent_cell::weights + recurrent_cell::lanes * support::gru_rows, 7);
  for (std::size_t i = 0; i < recurrent_cell::weights; ++i) p[i] *= 0.3;
  auto const report = halo::autodiff::check_gradient(
      [&](std::span<double const> at) { return cell.value(at); },
      [&](std::span<double const> at, std::span<double> g) { cell.gradient(at, g); }, p);
  CAPTURE(report.error);
  CAPTURE(report.index);
  CHECK(report.passed);
  CHECK(report.checked == p.size());
}

TEST_CASE("the recurrent cell on registers of float: on values, on a tape, in plain loops") {
  using B = simd::batch<float>;
  support::gru_weights<double> const w(halo::seed{3});
  support::gru_weights<float> const narrow(halo::seed{3});
  affine<float> const gates{support::gru_rows, 2 * support::gru_units, narrow.gates.data(),
                            narrow.gate_bias.data()};
  affine<float> const candidate{support::gru_rows, support::gru_units, narrow.candidate.data(),
                                narrow.candidate_bias.data()};
  auto const x = normals(B::size * support::gru_rows, 8);
  std::array<B, support::gru_rows> row;
  for (std::size_t i = 0; i < support::gru_rows; ++i) {
    std::array<float, B::size> lane;
    for (std::size_t l = 0; l < B::size; ++l)
      lane[l] = static_cast<float>(x[l * support::gru_rows + i]);
    row[i] = B::load(lane.data());
  }
  std::array<B, support::gru_units> next;
  support::gru_cell(row.data(), row.data() + support::gru_features, next.data(), gates, candidate);

  tape<B> t(160, 64);
  std::array<variable<B>, support::gru_rows> recorded;
  for (std::size_t i = 0; i < support::gru_rows; ++i) recorded[i] = variable<B>(t, row[i]);
  std::array<variable<B>, support::gru_units> out;
  dense<B> const recorded_gates(t, gates, nullptr, nullptr);
  dense<B> const recorded_candidate(t, candidate, nullptr, nullptr);
  auto const run = [&] {
    support::gru_cell(recorded.data(), recorded.data() + support::gru_features, out.data(),
                      recorded_gates, recorded_candidate);
  };
  auto const inputs = t.checkpoint();
  if (!support::allocations_are_counted()) {
    MESSAGE("skipped: allocations are not counted under this sanitizer");
    return;
  }
  CHECK(support::allocations_of([&] {
          run();
          t.rewind(inputs);
          run();
        }) == 0);
  for (std::size_t l = 0; l < B::size; ++l) {
    double const* const one = x.data() + l * support::gru_rows;
    auto const expected = support::gru_reference(w, one, one + support::gru_features);
    for (std::size_t k = 0; k < support::gru_units; ++k) {
      CHECK(static_cast<double>(next[k].get(l)) == doctest::Approx(expected[k]).epsilon(3e-6));
      CHECK(out[k].value().get(l) == next[k].get(l));  // bit for bit
    }
  }
}

}  // namespace autodiff_dense_test
