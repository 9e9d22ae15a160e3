// SPDX-License-Identifier: BSD-3-Clause
//
// A learned optimizer of your own: write its step once, over its number type V. On registers it is
// a fused kernel; on a tape it gives the meta-gradient by which it is trained.

#include <halo/learned/optimizer.hpp>
#include <halo/learned/weight_table.hpp>
#include <halo/meta/trainer.hpp>
#include <halo/meta/validation.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/simd/math.hpp>
#include <halo/task/supervised.hpp>
#include <halo/task/teacher.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

using namespace halo;

/// m ← d m + (1-d) g, θ ← θ - e^l tanh(a m + b g): how far d, how long e^l, how square a and b are
/// is learned.
struct squashed_momentum : learned::coordinate_program {
  static constexpr std::size_t state = 1, carry = 1;
  static constexpr char const* name = "squashed_momentum";
  static constexpr std::size_t operations_per_parameter = 12;
  static constexpr learned::weight_table table{std::to_array<learned::weight_info>({
      {"log_rate", 1, 1, learned::constant(-7)},
      {"decay", 1, 1, learned::constant(2)},
      {"mix", 2, 1, learned::constant(1)},
  })};

  template <class R, class V>
  static void observe(R const& r, V const& g, V const&, V* s, V* carried, V*) {
    using simd::sigmoid, simd::tanh;
    s[0] = g + sigmoid(r.weight(table["decay"])) * (s[0] - g);
    carried[0] = tanh(r.weight(table["mix"]) * s[0] + r.weight(table["mix"] + 1) * g);
  }
  template <class R, class V>
  static V apply(R const& r, V const&, V const& theta, V*, V const* carried) {
    using simd::exp;
    return theta - exp(r.weight(table["log_rate"])) * carried[0];
  }
  template <class R, class Z>
  static void initial(R const&, auto const&, Z* m, Z*, Z*) {
    m[0] = Z(0);
  }
};

using network = nn::sequential<nn::linear<8, 16>, nn::relu, nn::linear<16, 4>>;
using problem = task::supervised<network, float, 32>;
using slots = std::vector<std::unique_ptr<meta::slot<squashed_momentum>>>;

slots problems(std::uint64_t first, std::uint64_t count) {
  slots all;
  for (std::uint64_t i = first; i < first + count; ++i) {
    task::teacher_options const t{.rows = 500, .features = 8, .classes = 4, .hidden = 8};
    problem p(task::make_teacher(t, seed{i}), 32, seed{i});
    all.push_back(std::make_unique<meta::task_slot<squashed_momentum, problem>>(std::move(p), 60));
  }
  return all;
}

int main() {
  meta::training const options{.updates = 150,
                               .shortest_window = 10,
                               .longest_window = 60,
                               .shortest_run = 60,
                               .longest_run = 300,
                               .rate = 0.05};
  learned::optimizer<squashed_momentum> const untrained;
  meta::trainer<squashed_momentum> trainer(untrained, options, problems(0, 6));
  for (std::uint64_t u = 0; u < options.updates; ++u) (void)trainer.update();

  meta::validation<squashed_momentum> validation(problems(100, 4), {100, 300}, 1, seed{1});
  double const before = validation.evaluate(untrained, 1).accuracy;
  double const after = validation.evaluate(trainer.optimizer(), 1).accuracy;
  for (auto const& w : squashed_momentum::table.entries)
    std::printf("%-9s %6.2f\n", w.name.data(), static_cast<double>(trainer.weights()[w.offset]));
  std::printf("accuracy on new problems: %.1f %% untrained, %.1f %% trained\n", 100 * before,
              100 * after);
  return after > before + 0.1 ? 0 : 1;
}
