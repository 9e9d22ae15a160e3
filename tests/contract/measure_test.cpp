// SPDX-License-Identifier: BSD-3-Clause
// Every measure, one contract. A new one is added to the list.
#include <doctest/doctest.h>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <halo/measure.hpp>

#include "../support/allocation.hpp"
#include "../support/network.hpp"

namespace contract_measure_test {

using namespace halo;
using measure::answers;

namespace {

/// A measure and the targets it is asked about.
template <class M, class Target>
struct of {
  using type = M;
  using target = Target;
};
using label = std::int32_t;

#define HALO_MEASURES                                                               \
  of<measure::accuracy, label>, of<measure::confusion<2>, label>,                   \
      of<measure::balanced_accuracy<2>, label>, of<measure::macro_f1<2>, label>,    \
      of<measure::precision_of<2, 1>, label>, of<measure::recall_of<2, 1>, label>,  \
      of<measure::f1_of<2, 0>, label>, of<measure::roc_auc<>, label>,               \
      of<measure::calibration_error<>, label>, of<measure::flag_accuracy, float>,   \
      of<measure::agreement, float>, of<measure::flags<2>, float>,                  \
      of<measure::roc_auc<64, 1>, float>, of<measure::calibration_error<5>, float>, \
      of<measure::rmse, float>, of<measure::mae, float>, of<measure::r2<2>, float>

/// Outputs of a network with two of them, and targets that they have something to do with.
template <class Target>
struct sample {
  static constexpr std::size_t rows = 60, wide = std::same_as<Target, label> ? 1 : 2;
  std::vector<float> y = support::draw<float>(2 * rows, 1);
  std::vector<Target> t;

  sample() {
    std::vector<float> const noise = support::draw<float>(2 * rows, 2);
    for (std::size_t i = 0; i < rows; ++i) {
      if constexpr (std::same_as<Target, label>) {
        t.push_back(y[2 * i + 1] - y[2 * i] + noise[i] > 0 ? 1 : 0);
      } else {
        for (std::size_t j = 0; j < 2; ++j)
          t.push_back(y[2 * i + j] + noise[2 * i + j] > 0.5F ? 1.0F : 0.0F);
      }
    }
  }
  [[nodiscard]] answers<float, Target> some(std::size_t first, std::size_t n) const {
    return {n, 2, wide, y.data() + 2 * first, t.data() + wide * first};
  }
};

}  // namespace

TEST_CASE_TEMPLATE("measure contract: mini-batches, in whatever parts, are the whole", C,
                   HALO_MEASURES) {
  using M = typename C::type;
  using target = typename C::target;
  static_assert(measure::measure<M, target> && std::is_trivially_copyable_v<M>);
  CAPTURE(M::name);
  sample<target> const s;
  M whole, first, second, untouched;
  double value = 0;
  CHECK(support::allocations_of([&] {
          whole.add(s.some(0, 60));
          for (std::size_t i = 0; i < 21; i += 7) first.add(s.some(i, 7));
          for (std::size_t i = 21; i < 60; i += 13) second.add(s.some(i, 13));
          first.merge(second);
          first.merge(untouched);
          untouched.merge(first);
          value = whole.value();
        }) == 0);
  CHECK(std::abs(value) > 0.01);
  CHECK(value <= 1);
  CHECK(first.value() == doctest::Approx(value).epsilon(1e-12));
  CHECK(untouched.value() == doctest::Approx(value).epsilon(1e-12));
}

TEST_CASE_TEMPLATE("measure contract: says nothing before it has seen anything", C, HALO_MEASURES) {
  typename C::type m;
  CHECK(std::isnan(m.value()));
  m.add(
      answers<float, typename C::target>{0, 2, sample<typename C::target>::wide, nullptr, nullptr});
  m.merge(m);
  CHECK(std::isnan(m.value()));
}

TEST_CASE_TEMPLATE("measure contract: a NaN among the outputs is no better than a wrong answer", C,
                   HALO_MEASURES) {
  using M = typename C::type;
  CAPTURE(M::name);
  sample<typename C::target> s;
  M before, after;
  before.add(s.some(0, 60));
  for (float& y : s.y) y = std::nanf("");
  after.add(s.some(0, 60));
  CHECK(!measure::reaches<M>(after.value(), before.value()));
}

TEST_CASE_TEMPLATE("measure contract: rows without a class for a label are not counted", C,
                   HALO_MEASURES) {
  using M = typename C::type;
  CAPTURE(M::name);
  if constexpr (std::same_as<typename C::target, label>) {
    sample<label> s;
    M before, after;
    before.add(s.some(0, 30));
    for (std::size_t i = 30; i < 60; ++i) s.t[i] = i % 2 == 0 ? -1 : 2;
    after.add(s.some(0, 60));
    CHECK(after.value() == before.value());
  }
}

}  // namespace contract_measure_test
