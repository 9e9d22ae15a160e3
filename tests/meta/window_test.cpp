// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/window.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <halo/autodiff/planar_gemm.hpp>
#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/hierarchical_names.hpp"
#include "../support/learned_golden.hpp"

namespace meta_window_test {

namespace {

using namespace halo;
using support::learned_golden;
using support::worst_error;

/// The little network of the golden meta-gradients with its four mini-batches of five.
template <class T>
struct golden_task {
  using network = nn::sequential<nn::linear<3, 4>, nn::tanh, nn::linear<4, 2>>;
  using layout = network::layout;
  using scalar = T;
  std::vector<T> theta0;
  std::vector<std::vector<T>> x;
  std::vector<std::vector<std::int32_t>> t;
  nn::workspace<network, T, 5> work;
  nn::workspace<network, autodiff::dual<T>, 5> dual_work;

  explicit golden_task(learned_golden const& g) {
    for (double const v : g["theta0"]) theta0.push_back(static_cast<T>(v));
    auto const xs = g["X"];
    auto const ys = g["Y"];
    for (std::size_t b = 0; b < 4; ++b) {
      x.emplace_back();
      t.emplace_back();
      for (std::size_t i = 0; i < 15; ++i) x[b].push_back(static_cast<T>(xs[15 * b + i]));
      for (std::size_t i = 0; i < 5; ++i) t[b].push_back(static_cast<std::int32_t>(ys[5 * b + i]));
    }
  }
  void start(seed, T* theta) const { std::copy(theta0.begin(), theta0.end(), theta); }
  double value_and_gradient(task::part, std::uint64_t b, T const* theta, T* g) {
    nn::pass const pass{.rows = 5, .capacity = 5};
    return static_cast<double>(nn::value_and_gradient<network, nn::cross_entropy, T*>(
        pass, theta, x[b].data(), t[b].data(), g, work));
  }
  void hessian_vector_product(std::uint64_t b, T const* theta, T const* v, T* product) {
    nn::pass const pass{.rows = 5, .capacity = 5};
    std::vector<T> g(layout::size);
    using autodiff::planar;
    nn::value_and_gradient<network, nn::cross_entropy, planar<T>>(
        pass, planar<T const>(theta, v), planar<T const>(x[b].data(), nullptr), t[b].data(),
        planar<T>(g.data(), product), dual_work);
  }
  [[nodiscard]] std::size_t rows() const { return 20; }
};

using rnn_program = learned::hierarchical_program<learned::hierarchical_options{
    .units = 4, .tensor_units = 5, .global_units = 3}>;
using lstm_program =
    learned::coordinate_lstm_program<learned::coordinate_lstm_options{.units = 6, .output = 0.1}>;

/// The weights of the hierarchical RNN in a golden file.
template <class T>
std::vector<T> weights_in(learned_golden const& g, std::string const& path, rnn_program) {
  return g.weights<rnn_program, T>(path, support::torch_names);
}
/// Those of the LSTM, whose tensors follow each other as ours do.
template <class T>
std::vector<T> weights_in(learned_golden const& g, std::string const& path, lstm_program) {
  std::vector<T> all;
  for (char const* const name : {"W1", "b1", "W2", "b2", "Wo", "bo"})
    for (double const x : g[path + name]) all.push_back(static_cast<T>(x));
  return all;
}

template <class T, class Program = rnn_program>
void follows_torch(char const* file, double jacobian, bool second) {
  using program = Program;
  CAPTURE(file);
  learned_golden const g(file);
  constexpr double bound = sizeof(T) == 8 ? 1e-8 : 2e-3;
  auto const phi = weights_in<T>(g, "params.", program{});
  learned::optimizer<program, T> const rule(phi);
  golden_task<T> problem(g);
  meta::run<program, golden_task<T>> run(problem, 3);
  run.restart(rule, seed{1});
  meta::meta_loss kind;
  kind.jacobian = jacobian;
  kind.second_derivatives = second;
  kind.count_first = false;
  std::vector<T> gradient(program::table.size, T(0));
  auto const report = run.window(rule, 3, kind, gradient);
  CHECK(report.finite);
  CHECK(report.loss ==
        doctest::Approx(g.number("meta_loss")).epsilon(sizeof(T) == 8 ? 1e-12 : 1e-5));
  CHECK(worst_error(run.parameters(), g["trace.3.theta"], 1e-2) < (sizeof(T) == 8 ? 1e-10 : 1e-4));
  auto const expected = weights_in<double>(g, "dmeta.", program{});
  for (auto const& info : program::table.entries) {
    INFO(std::string(info.name));
    double largest = 0;
    for (std::size_t i = 0; i < info.count(); ++i)
      largest = std::fmax(largest, std::abs(expected[info.offset + i]));
    for (std::size_t i = 0; i < info.count(); ++i) {
      double const off =
          std::abs(static_cast<double>(gradient[info.offset + i]) - expected[info.offset + i]);
      CHECK(off <= bound * largest);
    }
  }
}

}  // namespace

TEST_CASE("meta-gradients through a network agree with PyTorch") {
  SUBCASE("double") {
    follows_torch<double>("metagrad_hrnn_nojac_first", 0, false);
    follows_torch<double>("metagrad_hrnn_jac_first", 0.1, false);
    follows_torch<double>("metagrad_hrnn_jac_second", 0.1, true);
    follows_torch<double, lstm_program>("metagrad_dm_nojac_first", 0, false);
  }
  SUBCASE("float") {
    follows_torch<float>("metagrad_hrnn_nojac_first", 0, false);
    follows_torch<float>("metagrad_hrnn_jac_first", 0.1, false);
    follows_torch<float>("metagrad_hrnn_jac_second", 0.1, true);
    follows_torch<float, lstm_program>("metagrad_dm_nojac_first", 0, false);
  }
}

}  // namespace meta_window_test
