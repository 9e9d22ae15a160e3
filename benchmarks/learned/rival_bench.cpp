// SPDX-License-Identifier: BSD-3-Clause
// Steps of recurrent optimizers beside the arithmetic peak of the same run and beside Eigen.
//
// Claims: hierarchical_rnn, whose bound is 704 multiply-adds a parameter, and coordinate_lstm,
// 4980, do not lose to the same over blocks of Eigen arrays (the former's is here). The counter
// `operations` are multiply-adds of the products a second; `peak` does nothing else. 100,000
// parameters. The rival leaves out the GRUs of tensor and problem: some thousand operations a step.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include <halo/core/aligned.hpp>
#include <halo/core/random.hpp>
#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>

#include "../support/peak.hpp"

#if defined(HALO_RIVAL_EIGEN)
#  include <Eigen/Core>
#endif

namespace {

using namespace halo;
constexpr std::size_t size = 100'352;  // whole blocks of 256

struct problem {
  aligned_buffer<float> theta{size}, gradient{size};
  problem() {
    generator random(seed{1});
    for (float& x : theta) x = 0.1F * random.normal();
    for (float& g : gradient) g = 0.01F * random.normal();
  }
};

void count(benchmark::State& state, std::size_t operations) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(size));
  state.counters["operations"] = benchmark::Counter(static_cast<double>(operations * size),
                                                    benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK(support::peak)->Name("peak");

template <class Rule>
void step(benchmark::State& state, std::size_t operations) {
  using layout = flat_layout<size>;
  using own_state = typename Rule::template state<layout, float>;
  Rule const rule;
  std::unique_ptr<own_state> const s(new own_state(rule.template init<layout, float>()));
  problem p;
  for (auto _ : state) {
    if (rule.step(p.theta.data(), static_cast<float const*>(p.gradient.data()), *s, {}) !=
        optim::status::done)
      state.SkipWithError("the step was refused");
    benchmark::ClobberMemory();
  }
  count(state, operations);
}
void hierarchical_rnn(benchmark::State& s) { step<learned::hierarchical_rnn<>>(s, 704); }
void coordinate_lstm(benchmark::State& s) { step<learned::coordinate_lstm<>>(s, 4980); }
BENCHMARK(hierarchical_rnn);
BENCHMARK(coordinate_lstm);

#if defined(HALO_RIVAL_EIGEN)
constexpr long lanes = 256;
using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic>;  // coordinates run down
using column = Eigen::Array<float, Eigen::Dynamic, 1>;

/// The coordinates' part of the hierarchical RNN as one would write it over Eigen: blocks of 256
/// coordinates, products of small matrices and array expressions.
struct eigen_hierarchical {
  long n = static_cast<long>(size);
  matrix h = matrix::Random(n, 10), g = matrix::Zero(n, 4), v = matrix::Zero(n, 4);
  column d = column::Constant(n, 0.9F), decay = d, l = column::Constant(n, -6.9F), moved = l;
  matrix gates = 0.1F * matrix::Random(22, 20), candidate = 0.1F * matrix::Random(22, 10);
  matrix heads = 0.1F * matrix::Random(10, 4), shortcut = 0.25F * matrix::Ones(4, 1);
  Eigen::RowVectorXf gates_bias = Eigen::RowVectorXf::Constant(20, 2.2F),
                     candidate_bias = Eigen::RowVectorXf::Zero(10);
  matrix x = matrix(lanes, 22), rz = matrix(lanes, 20), c = matrix(lanes, 10), logs = x.leftCols(4),
         out = matrix(lanes, 4);
  column root = column(lanes), mean = root, m = root, direction = root;

  void features(long at, Eigen::Map<column const> const& gradient) {
    root = d.segment(at, lanes);
    for (long s = 0; s < 4; ++s) {
      if (s > 0) root = root.sqrt().eval();
      auto gs = g.col(s).segment(at, lanes).array();
      auto vs = v.col(s).segment(at, lanes).array();
      gs = root * (gs - gradient.segment(at, lanes)) + gradient.segment(at, lanes);
      vs = decay.segment(at, lanes) * (vs - gs.square() - 1e-12F) + gs.square() + 1e-12F;
      logs.col(s) = (vs + 1e-16F).log();
      m = gs / (vs + 1e-16F).sqrt();
      x.col(s) = (m.abs() + (m.square() + 1.0F).sqrt()).log() * m.sign();
    }
    mean = logs.rowwise().mean().array();
    for (long s = 0; s < 3; ++s) x.col(4 + s) = x.col(s).array() * x.col(s + 1).array();
    for (long s = 0; s < 4; ++s) x.col(7 + s) = logs.col(s).array() - mean;
  }

  void step(Eigen::Map<column> theta, Eigen::Map<column const> const& gradient) {
    float const level = l.mean();
    float square = 0;
    for (long at = 0; at < n; at += lanes) {
      features(at, gradient);
      x.col(11) = l.segment(at, lanes) - level;
      auto hs = h.middleRows(at, lanes);
      x.rightCols(10) = hs;
      rz.noalias() = x * gates;
      rz.rowwise() += gates_bias;
      rz = rz.array().logistic();
      x.rightCols(10).array() *= rz.leftCols(10).array();
      c.noalias() = x * candidate;
      c.rowwise() += candidate_bias;
      c = c.array().tanh();
      hs.array() = c.array() + rz.rightCols(10).array() * (hs - c).array();
      out.noalias() = hs * heads;
      direction = out.col(0).array() + (x.leftCols(4) * shortcut).array();
      square += direction.square().sum();
      m = (l.segment(at, lanes) + out.col(1).array()).max(-33.0F).min(33.0F);
      moved.segment(at, lanes) = (m - 1.0F).exp() * direction;
      l.segment(at, lanes) = 0.96F * l.segment(at, lanes) + 0.04F * m;
      d.segment(at, lanes) = out.col(2).array().logistic();
      decay.segment(at, lanes) = out.col(3).array().logistic();
    }
    theta -= moved / std::sqrt(square / static_cast<float>(n) + 1e-16F);
  }
};

void eigen_hierarchical_rnn(benchmark::State& state) {
  auto const rival = std::make_unique<eigen_hierarchical>();
  problem p;
  for (auto _ : state) {
    rival->step(Eigen::Map<column>(p.theta.data(), rival->n),
                Eigen::Map<column const>(p.gradient.data(), rival->n));
    benchmark::ClobberMemory();
  }
  count(state, 704);
}
BENCHMARK(eigen_hierarchical_rnn);
#endif

}  // namespace

BENCHMARK_MAIN();
