// SPDX-License-Identifier: BSD-3-Clause
// One training step of a small MLP with Adam: what adaptation costs on the device.
//
// Claim: at least 1.3x (batch 64) and 2x (batch 1) as fast as hand-written Eigen, 4x and 20x
// libtorch. Bound: batch 64 is bound by multiply-adds (3·F - F_1 of them at the FMA peak), batch 1
// by moving parameters, gradient and Adam's two moments (7 words a parameter) through the nearest
// cache.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#if defined(HALO_RIVAL_EIGEN)
#  include <Eigen/Core>
#endif
#if defined(HALO_RIVAL_TORCH)
#  include <torch/torch.h>
#endif

namespace {

using namespace halo;

template <std::size_t A, std::size_t B, std::size_t C, std::size_t D>
struct problem {
  static constexpr std::size_t in = A, one = B, two = C, out = D;
  using network =
      nn::sequential<nn::linear<A, B>, nn::relu, nn::linear<B, C>, nn::relu, nn::linear<C, D>>;
};
using wide = problem<128, 128, 64, 6>;
using narrow = problem<26, 64, 64, 4>;

/// So small that every step of the measurement meets the same problem, not one learned by heart
/// whose gradients have faded.
constexpr float rate = 1e-9F;

struct examples {
  std::vector<float> x;
  std::vector<std::int32_t> t;
  examples(std::size_t rows, std::size_t in, std::size_t out) : x(rows * in), t(rows) {
    generator g(seed{1});
    for (float& v : x) v = g.normal();
    for (std::int32_t& v : t)
      v = static_cast<std::int32_t>(g.below(static_cast<std::uint32_t>(out)));
  }
};

template <class P, std::size_t Rows>
void halo_step(benchmark::State& state) {
  using device = adapt::adapter<typename P::network, nn::cross_entropy, optim::adam, Rows>;
  auto d = std::make_unique<device>(optim::adam{{.rate = rate}}, seed{1});
  examples const e(Rows, P::in, P::out);
  double loss = 0;
  for (auto _ : state) loss += d->step(e.x, e.t).loss;
  benchmark::DoNotOptimize(loss);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(Rows));
}

#if defined(HALO_RIVAL_EIGEN)
/// The same step as one would write it by hand over Eigen, everything allocated before.
template <class P>
struct eigen_mlp {
  using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using row = Eigen::Matrix<float, 1, Eigen::Dynamic>;
  struct layer {
    matrix w, dw, mw, vw;
    row b, db, mb, vb;
    layer(long in, long out)
        : w(matrix::Random(in, out) * std::sqrt(2.0F / static_cast<float>(in))),
          dw(in, out),
          mw(matrix::Zero(in, out)),
          vw(matrix::Zero(in, out)),
          b(row::Zero(out)),
          db(out),
          mb(row::Zero(out)),
          vb(row::Zero(out)) {}
    void adam(float c1, float c2) {
      mw.array() = 0.9F * mw.array() + 0.1F * dw.array();
      vw.array() = 0.999F * vw.array() + 0.001F * dw.array().square();
      w.array() -= rate * (c1 * mw.array()) / ((c2 * vw.array()).sqrt() + 1e-8F);
      mb.array() = 0.9F * mb.array() + 0.1F * db.array();
      vb.array() = 0.999F * vb.array() + 0.001F * db.array().square();
      b.array() -= rate * (c1 * mb.array()) / ((c2 * vb.array()).sqrt() + 1e-8F);
    }
  };
  long rows;
  layer l1{static_cast<long>(P::in), static_cast<long>(P::one)};
  layer l2{static_cast<long>(P::one), static_cast<long>(P::two)};
  layer l3{static_cast<long>(P::two), static_cast<long>(P::out)};
  matrix h1, h2, y, dy, d2, d1;
  int steps = 0;

  explicit eigen_mlp(long n)
      : rows(n),
        h1(n, static_cast<long>(P::one)),
        h2(n, static_cast<long>(P::two)),
        y(n, static_cast<long>(P::out)),
        dy(n, static_cast<long>(P::out)),
        d2(n, static_cast<long>(P::two)),
        d1(n, static_cast<long>(P::one)) {}

  float step(Eigen::Map<matrix const> const& x, std::int32_t const* t) {
    h1.noalias() = x * l1.w;
    h1.rowwise() += l1.b;
    h1 = h1.cwiseMax(0.0F);
    h2.noalias() = h1 * l2.w;
    h2.rowwise() += l2.b;
    h2 = h2.cwiseMax(0.0F);
    y.noalias() = h2 * l3.w;
    y.rowwise() += l3.b;
    float loss = 0;
    for (long i = 0; i < rows; ++i) {
      float const top = y.row(i).maxCoeff();
      dy.row(i) = (y.row(i).array() - top).exp();
      float const sum = dy.row(i).sum();
      loss += std::log(sum) + top - y(i, t[i]);
      dy.row(i) *= 1.0F / (sum * static_cast<float>(rows));
      dy(i, t[i]) -= 1.0F / static_cast<float>(rows);
    }
    l3.dw.noalias() = h2.transpose() * dy;
    l3.db = dy.colwise().sum();
    d2.noalias() = dy * l3.w.transpose();
    d2.array() *= (h2.array() > 0.0F).template cast<float>();
    l2.dw.noalias() = h1.transpose() * d2;
    l2.db = d2.colwise().sum();
    d1.noalias() = d2 * l2.w.transpose();
    d1.array() *= (h1.array() > 0.0F).template cast<float>();
    l1.dw.noalias() = x.transpose() * d1;
    l1.db = d1.colwise().sum();
    ++steps;
    float const c1 = 1.0F / (1.0F - std::pow(0.9F, static_cast<float>(steps)));
    float const c2 = 1.0F / (1.0F - std::pow(0.999F, static_cast<float>(steps)));
    l1.adam(c1, c2);
    l2.adam(c1, c2);
    l3.adam(c1, c2);
    return loss / static_cast<float>(rows);
  }
};

template <class P, std::size_t Rows>
void eigen_step(benchmark::State& state) {
  eigen_mlp<P> m(static_cast<long>(Rows));
  examples const e(Rows, P::in, P::out);
  Eigen::Map<typename eigen_mlp<P>::matrix const> const x(e.x.data(), static_cast<long>(Rows),
                                                          static_cast<long>(P::in));
  float loss = 0;
  for (auto _ : state) loss += m.step(x, e.t.data());
  benchmark::DoNotOptimize(loss);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(Rows));
}
#endif

#if defined(HALO_RIVAL_TORCH)
template <class P, std::size_t Rows>
void torch_step(benchmark::State& state) {
  torch::set_num_threads(1);
  torch::nn::Sequential net(torch::nn::Linear(P::in, P::one), torch::nn::ReLU(),
                            torch::nn::Linear(P::one, P::two), torch::nn::ReLU(),
                            torch::nn::Linear(P::two, P::out));
  torch::optim::Adam adam(net->parameters(), torch::optim::AdamOptions(rate));
  examples e(Rows, P::in, P::out);
  auto const x = torch::from_blob(e.x.data(), {static_cast<long>(Rows), static_cast<long>(P::in)});
  std::vector<std::int64_t> labels(e.t.begin(), e.t.end());
  auto const t = torch::from_blob(labels.data(), {static_cast<long>(Rows)}, torch::kInt64);
  for (auto _ : state) {
    adam.zero_grad();
    auto loss = torch::nn::functional::cross_entropy(net->forward(x), t);
    loss.backward();
    adam.step();
    benchmark::DoNotOptimize(loss);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(Rows));
}
#endif

#define HALO_RIVALS(step)               \
  BENCHMARK_TEMPLATE(step, wide, 64);   \
  BENCHMARK_TEMPLATE(step, wide, 1);    \
  BENCHMARK_TEMPLATE(step, narrow, 64); \
  BENCHMARK_TEMPLATE(step, narrow, 1)
HALO_RIVALS(halo_step);
#if defined(HALO_RIVAL_EIGEN)
HALO_RIVALS(eigen_step);
#endif
#if defined(HALO_RIVAL_TORCH)
HALO_RIVALS(torch_step);
#endif

}  // namespace

BENCHMARK_MAIN();
