// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/true_parameters.hpp>
#include <halo/meta/window.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/task/supervised.hpp>
#include <halo/task/teacher.hpp>

#include "../support/eigenvalues.hpp"

namespace meta_window_gradient_test {

namespace {

using namespace halo;
using network = nn::sequential<nn::linear<3, 4>, nn::tanh, nn::linear<4, 2>>;
using problem = task::supervised<network, double, 8>;
using layout = network::layout;
using plain = learned::hierarchical_program<learned::hierarchical_options{
    .units = 3, .tensor_units = 4, .global_units = 2}>;
using attentive = learned::hierarchical_program<learned::hierarchical_options{
    .units = 2, .tensor_units = 2, .global_units = 2, .scales = 2, .attention = true}>;

problem make_problem() {
  task::teacher_options o;
  o.rows = 60;
  o.features = 3;
  o.classes = 2;
  o.hidden = 4;
  return problem(task::make_teacher(o, seed{3}), 6, seed{4});
}

/// A window as a loop over steps of an ordinary optimizer, from a given point.
template <class Program>
struct replay {
  using rule = learned::optimizer<Program, double>;
  using state = learned::state<Program, layout, double>;
  problem& task;
  std::vector<double> theta;
  state const* from;  ///< none: the rule's own first state
  std::uint64_t begin;
  std::size_t n;
  meta::meta_loss kind;
  optim::selection select;
  seed draws;
  std::vector<std::vector<double>> given{};  ///< gradients that the optimizer gets instead, if any
  std::vector<std::vector<double>> seen{};

  double operator()(std::span<double const> weights) {
    rule const r(weights);
    auto s = std::make_unique<state>(from == nullptr ? r.template init<layout, double>() : *from);
    std::vector<double> x = theta, g(layout::size), average(layout::size, 0.0);
    std::vector<double> truth = counting(x, *s);
    std::size_t const tail = kind.averaged(n);
    double sum = 0;
    seen.clear();
    for (std::size_t i = 0; i <= n; ++i) {
      sum += kind.share(i, n) * loss_at(begin + i, truth);
      if (i == n) break;
      double const loss = task.value_and_gradient(task::part::train, begin + i, x.data(), g.data());
      seen.push_back(g);
      optim::step_context<double> context;
      context.loss = loss;
      context.rows = task.rows();
      context.mask = select.draw(generator(draws, 0x6d61736b), begin + i, layout::layers);
      auto const& gradient = given.empty() ? g : given[i];
      (void)r.step(x.data(), gradient.data(), *s, context);
      truth = counting(x, *s);
      if (i + tail >= n)
        for (std::size_t k = 0; k < x.size(); ++k)
          average[k] += truth[k] / static_cast<double>(tail);
    }
    return kind.at_average ? at(average) : sum;
  }

  /// The parameters whose loss counts.
  static std::vector<double> counting(std::vector<double> x, state const& s) {
    if constexpr (learned::program_traits<Program>::attends)
      learned::for_each_true<Program>(s, [&](std::size_t k, double ahead) { x[k] += ahead; });
    return x;
  }
  /// f(L) + c·(what the kind measures) of a training mini-batch.
  double loss_at(std::uint64_t draw, std::vector<double> const& at) {
    std::vector<double> g(layout::size);
    return kind.value(task.value_and_gradient(task::part::train, draw, at.data(), g.data())) +
           roughness(draw, at, g);
  }
  double roughness(std::uint64_t draw, std::vector<double> const& at,
                   std::vector<double> const& g) {
    if (kind.jacobian == 0) return 0;
    if (kind.spectral) return kind.jacobian * support::dense_spectral_norm(task, draw, at);
    double square = 0;
    for (double const v : g) square += v * v;
    return kind.jacobian * square;
  }

  double at(std::vector<double> const& average) {
    std::uint64_t const fresh = (std::uint64_t{1} << 40U) + begin + n;
    std::vector<double> g(layout::size);
    double loss = 0;
    for (std::size_t b = 0; b < kind.fresh_batches; ++b)
      loss += task.value_and_gradient(b + kind.held_out_batches < kind.fresh_batches
                                          ? task::part::train
                                          : task::part::held_out,
                                      fresh + b, average.data(), nullptr) /
              static_cast<double>(kind.fresh_batches);
    (void)task.value_and_gradient(task::part::train, fresh, average.data(), g.data());
    return kind.value(loss) + roughness(fresh, average, g);
  }
};

/// Compares a window's meta-gradient with differences of its replay, tensor by tensor of weights.
template <class Program>
void differences(replay<Program>& window, std::span<double const> weights,
                 std::span<double const> gradient) {
  std::vector<double> got, expected;
  double largest = 0;
  for (auto const& info : Program::table.entries) {
    generator random(seed{77}, info.offset);
    std::vector<double> up(weights.begin(), weights.end()), down = up;
    constexpr double e = 1e-5;
    got.push_back(0);
    for (std::size_t k = info.offset; k < info.offset + info.count(); ++k) {
      double const v = static_cast<double>(random.normal());
      up[k] += e * v;
      down[k] -= e * v;
      got.back() += gradient[k] * v;
    }
    expected.push_back((window(up) - window(down)) / (2 * e));
    largest = std::fmax(largest, std::abs(expected.back()));
  }
  CHECK(largest > 0);
  for (std::size_t i = 0; i < got.size(); ++i) {
    INFO(std::string(Program::table.entries[i].name));
    INFO(got[i] << " against " << expected[i]);
    CHECK(std::abs(got[i] - expected[i]) <= 1e-6 * largest);
  }
}

/// The first window of a run and the one after it, which begins with a state of its own.
template <class Program = plain>
void check(meta::meta_loss const& kind, optim::selection const& select) {
  using rule = typename replay<Program>::rule;
  using state = typename replay<Program>::state;
  constexpr std::size_t n = 5;
  problem live = make_problem(), again = make_problem();
  rule const base(seed{6});
  std::vector<double> weights(base.values().begin(), base.values().end());
  weights[Program::table["initial_log_rate"]] = -3;  // steps that are felt
  rule const r(weights);
  meta::run<Program, problem> run(live, n, select);
  seed const draws{9};
  run.restart(r, draws);
  std::unique_ptr<state> carried;
  for (std::uint64_t begin : {0U, 5U}) {
    CAPTURE(begin);
    auto const theta = run.parameters();
    replay<Program> window{
        again, {theta.begin(), theta.end()}, carried.get(), begin, n, kind, select, draws};
    std::vector<double> gradient(weights.size(), 0.0);
    auto const report = run.window(r, n, kind, gradient);
    REQUIRE(report.finite);
    CHECK(report.loss == doctest::Approx(window(weights)).epsilon(kind.spectral ? 1e-9 : 1e-12));
    if (!kind.second_derivatives) window.given = window.seen;
    differences(window, weights, gradient);
    carried = std::make_unique<state>(run.state());
  }
}

}  // namespace

TEST_CASE("meta-gradients with second derivatives are those of differences") {
  using loss = meta::meta_loss;
  for (double p : {1.0, 0.5}) {
    CAPTURE(p);
    auto const select = optim::selection::uniform(p);
    check(loss{.jacobian = 0.05, .second_derivatives = true}, select);
    check(loss{.logarithm = true, .second_derivatives = true, .count_first = false}, select);
    check(loss{.which = loss::iterates::last, .second_derivatives = true}, select);
    check(loss{.logarithm = true, .jacobian = 0.05, .second_derivatives = true, .at_average = true},
          select);
  }
}

TEST_CASE("without them they are those of a replay that gets the recorded gradients") {
  using loss = meta::meta_loss;
  for (double p : {1.0, 0.5}) {
    CAPTURE(p);
    auto const select = optim::selection::uniform(p);
    check(loss::paper(), select);
    check(loss{.jacobian = 0.1}, select);
    check(loss{.logarithm = true, .count_first = false}, select);
    check(loss{.which = loss::iterates::last, .jacobian = 0.1}, select);
    check(loss::averaged(), select);
    check(loss{.logarithm = true, .jacobian = 0.1, .at_average = true, .fresh_batches = 3}, select);
    check(loss{.jacobian = 0.1, .at_average = true, .held_out_batches = 2}, select);
  }
}

TEST_CASE("with the spectral norm, too" * doctest::test_suite("long")) {
  using loss = meta::meta_loss;
  auto const dense = optim::selection::dense(), half = optim::selection::uniform(0.5);
  loss const kind{.jacobian = 0.05, .spectral = true, .power_iterations = 500};
  check(kind, dense);
  loss second = kind, average = kind;
  second.second_derivatives = second.logarithm = true;
  check(second, half);
  average.at_average = true;
  check(average, dense);
}

TEST_CASE("of an optimizer with attention they go through the parameters behind its point") {
  using loss = meta::meta_loss;
  auto const half = optim::selection::uniform(0.5);
  check<attentive>(loss::paper(), optim::selection::dense());
  check<attentive>(loss{.jacobian = 0.1}, half);
  check<attentive>(loss{.jacobian = 0.1, .second_derivatives = true}, half);
  check<attentive>(loss{.logarithm = true, .second_derivatives = true, .at_average = true}, half);
}

}  // namespace meta_window_gradient_test
