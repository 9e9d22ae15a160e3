// SPDX-License-Identifier: BSD-3-Clause
// Several labels a row under a loss of one's own: which of three rare faults a machine has, where
// one that is missed costs as much as eight false alarms.
#include <cstdio>

#include <halo/halo.hpp>

using namespace halo;

/// A formula for registers of numbers and of dual numbers; value, gradient, losses of rows follow.
struct dear_misses : nn::pointwise_loss<dear_misses> {
  using accuracy = measure::flag_accuracy;  // what reports, gates and budgets go by
  static constexpr char const* name = "dear misses";
  static constexpr allowed target_range(std::size_t) { return allowed::share(); }
  template <class V, class B>
  static kernel::loss_and_slope<V> apply(V const& y, B const& t) noexcept {
    auto const l = nn::binary_cross_entropy::apply(y, t);
    V const cost = select(V(t) > V(0.5), V(8), V(1));
    return {cost * l.value, cost * l.slope};
  }
};

/// Rows of ten sensors; each fault, one row in ten has it, sounds in its own way.
data::regression listen(std::size_t rows, seed s) {
  auto d = data::make_regression(rows, 10, 3);
  generator pattern(seed{99}), draw(s);
  auto const sound = tensor::normal<float>({3, 10}, pattern);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < 10; ++j) d.x(i, j) = draw.normal();
    for (std::size_t k = 0; k < 3; ++k) {
      d.y(i, k) = draw.bernoulli(0.1) ? 1.0F : 0.0F;
      for (std::size_t j = 0; j < 10; ++j) d.x(i, j) += d.y(i, k) * sound(k, j);
    }
  }
  return d;
}

/// Trains under a loss and says what share of the faults is found.
template <class Loss>
double found(data::regression const& train, data::regression const& test) {
  using network = nn::sequential<nn::linear<10, 16>, nn::relu, nn::linear<16, 3>>;
  auto const device = adapt::make<adapt::adapter<network, Loss, optim::adam, 32>>();
  data::batches stream(train, 32, seed{1});
  adapt::run(*device, stream, {.iterations = 1500});
  measure::flags<3> f;
  std::printf("%s: %.1f %% right\n", Loss::name,
              100 * device->evaluate(test.x, test.y, f).accuracy);
  for (std::size_t k : {0U, 1U, 2U})
    std::printf("  %.2f found, %.2f of alarms right\n", f.recall(k), f.precision(k));
  return (f.recall(0) + f.recall(1) + f.recall(2)) / 3;
}

int main() {
  auto const train = listen(2000, seed{1}), test = listen(2000, seed{2});
  double const plain = found<nn::binary_cross_entropy>(train, test);
  return found<dear_misses>(train, test) > plain + 0.1 ? 0 : 1;
}
