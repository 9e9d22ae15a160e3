// SPDX-License-Identifier: BSD-3-Clause
// Every loss, one contract. A new one is added to the list.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <halo/autodiff/planar.hpp>
#include <halo/nn/binary_cross_entropy.hpp>
#include <halo/nn/focal.hpp>
#include <halo/nn/gaussian_nll.hpp>
#include <halo/nn/huber.hpp>
#include <halo/nn/loss_check.hpp>
#include <halo/nn/mean_absolute.hpp>
#include <halo/nn/partly_labelled.hpp>
#include <halo/nn/smoothed_cross_entropy.hpp>
#include <halo/nn/soft_cross_entropy.hpp>
#include <halo/nn/weighted.hpp>
#include <halo/nn/with_entropy.hpp>

#include "../support/network.hpp"

namespace contract_loss_test {

using namespace halo;
using autodiff::planar;

namespace {

struct by_label {
  static constexpr char const* name = "by label";
  static float weight(std::int32_t label) noexcept { return 0.5F + static_cast<float>(label); }
};

#define HALO_LOSSES                                                                                \
  nn::cross_entropy, nn::mean_square, nn::mean_absolute, nn::huber<>, nn::huber<std::ratio<1, 4>>, \
      nn::binary_cross_entropy, nn::smoothed_cross_entropy<>, nn::focal<0>, nn::focal<1>,          \
      nn::focal<>, nn::soft_cross_entropy<>, nn::soft_cross_entropy<std::ratio<5, 2>>,             \
      nn::gaussian_nll, nn::weighted<nn::cross_entropy, by_label>,                                 \
      nn::partly_labelled<nn::cross_entropy>,                                                      \
      nn::partly_labelled<nn::weighted<nn::focal<1>, by_label>>, nn::with_entropy<>,               \
      nn::with_entropy<nn::focal<1>, std::ratio<1>>,                                               \
      nn::with_entropy<nn::weighted<nn::cross_entropy, by_label>>,                                 \
      nn::weighted<nn::partly_labelled<nn::smoothed_cross_entropy<>>, by_label>

/// Targets that a loss takes: labels or numbers.
template <class L>
std::vector<typename L::target> targets(std::size_t rows, std::size_t outputs, std::uint64_t i) {
  using target = typename L::target;
  allowed const range = nn::target_range_of<L>(outputs);
  std::size_t const n = rows * L::targets(outputs);
  std::vector<target> t;
  if constexpr (std::integral<target>) {
    t = support::draw_labels(n, outputs, 100 + i);
    for (std::size_t r = 1; r < rows && range.low < 0; r += 3) t[r] = nn::no_label;
  } else {
    t = support::draw<target>(n, 100 + i);
    if (range.high == 1)
      for (target& q : t) q = std::abs(q - std::floor(q));
  }
  return t;
}

/// A loss on one mini-batch of double.
template <class L>
struct case_of {
  std::size_t rows, outputs;
  std::vector<double> y, v;
  std::vector<typename L::target> t;

  case_of(std::size_t r, std::size_t o, std::uint64_t i)
      : rows(r),
        outputs(o),
        y(support::draw(r * o, 10 + i, 2)),
        v(support::draw(r * o, 20 + i)),
        t(targets<L>(r, o, i)) {}

  [[nodiscard]] double value() const {
    return L::value_and_gradient(rows, outputs, y.data(), t.data(), static_cast<double*>(nullptr));
  }
  [[nodiscard]] std::vector<double> gradient() const {
    std::vector<double> dy(y.size(), 7);
    L::value_and_gradient(rows, outputs, y.data(), t.data(), dy.data());
    return dy;
  }
  /// The same at y + h v.
  [[nodiscard]] case_of at(double h) const {
    case_of moved = *this;
    for (std::size_t i = 0; i < y.size(); ++i) moved.y[i] += h * v[i];
    return moved;
  }
};

constexpr double step = 1e-5;
constexpr std::size_t widths[] = {2, 6, 18};  // logits: a register of rows, or of one row

}  // namespace

TEST_CASE_TEMPLATE("loss contract: the gradient is that of finite differences", L, HALO_LOSSES) {
  static_assert(nn::loss<L, double*> && nn::loss<L, planar<double>>);
  CAPTURE(L::name);
  for (std::size_t const outputs : widths) {
    case_of<L> const c(7, outputs, outputs);
    std::vector<double> const g = c.gradient();
    for (std::size_t i = 0; i < c.y.size(); ++i) {
      case_of<L> low = c, high = c;
      low.y[i] -= step, high.y[i] += step;
      double const expected = (high.value() - low.value()) / (2 * step);
      CAPTURE(i);
      CHECK(std::abs(g[i] - expected) < 1e-8 + 1e-6 * std::abs(expected));
    }
  }
}

TEST_CASE_TEMPLATE("loss contract: planes of duals carry first and second derivatives", L,
                   HALO_LOSSES) {
  CAPTURE(L::name);
  for (std::size_t const outputs : widths) {
    case_of<L> const c(7, outputs, outputs);
    std::vector<double> const g = c.gradient();
    std::vector<double> dual_g(g.size()), second(g.size());
    auto const found =
        L::value_and_gradient(c.rows, outputs, planar<double const>(c.y.data(), c.v.data()),
                              c.t.data(), planar<double>(dual_g.data(), second.data()));
    double along = 0;
    for (std::size_t i = 0; i < g.size(); ++i) along += g[i] * c.v[i];
    CHECK(found.value == doctest::Approx(c.value()).epsilon(1e-14));
    CHECK(found.tangent == doctest::Approx(along).epsilon(1e-12));
    std::vector<double> const low = c.at(-step).gradient(), high = c.at(step).gradient();
    for (std::size_t i = 0; i < g.size(); ++i) {
      CAPTURE(i);
      CHECK(dual_g[i] == doctest::Approx(g[i]).epsilon(1e-13));
      CHECK(std::abs(second[i] - (high[i] - low[i]) / (2 * step)) < 1e-7);
    }
    auto const alone =
        L::value_and_gradient(c.rows, outputs, planar<double const>(c.y.data(), c.v.data()),
                              c.t.data(), planar<double>{});
    CHECK(alone.value == found.value);
    CHECK(alone.tangent == found.tangent);
  }
}

TEST_CASE_TEMPLATE("loss contract: a mean of parts is the mean of all, and of the rows' losses", L,
                   HALO_LOSSES) {
  CAPTURE(L::name);
  double* const nowhere = nullptr;
  for (auto const [rows, outputs] : {std::array<std::size_t, 2>{7, 2}, {7, 6}, {7, 18}, {150, 6}}) {
    case_of<L> const c(rows, outputs, outputs);
    std::vector<double> losses(c.rows, 7), dy(c.y.size());
    CHECK(L::value_and_losses(c.rows, outputs, c.y.data(), c.t.data(), losses.data()) == c.value());
    CHECK(L::value_and_gradient(c.rows, outputs, c.y.data(), c.t.data(), dy.data()) == c.value());
    std::size_t const wide = L::targets(outputs);
    double const all = nn::weight_of<L>(c.rows, outputs, c.t.data());
    double sum = 0, of_losses = 0;
    for (std::size_t i = 0; i < c.rows; ++i) {
      auto const* const t = c.t.data() + i * wide;
      double const w = nn::weight_of<L>(1, outputs, t);
      double const alone = L::value_and_gradient(1, outputs, c.y.data() + i * outputs, t, nowhere);
      CHECK(losses[i] == doctest::Approx(w * alone));
      sum += w * alone;
      of_losses += losses[i];
    }
    CHECK(sum / all == doctest::Approx(c.value()).epsilon(1e-13));
    CHECK(of_losses / all == doctest::Approx(c.value()).epsilon(1e-13));
    double const first = nn::weight_of<L>(3, outputs, c.t.data()),
                 rest = nn::weight_of<L>(rows - 3, outputs, c.t.data() + 3 * wide);
    CHECK(first + rest == doctest::Approx(all));
    double const two = first * L::value_and_gradient(3, outputs, c.y.data(), c.t.data(), nowhere) +
                       rest * L::value_and_gradient(rows - 3, outputs, c.y.data() + 3 * outputs,
                                                    c.t.data() + 3 * wide, nowhere);
    CHECK(two / all == doctest::Approx(c.value()).epsilon(1e-13));
    std::vector<double> planes(dy.size()), tangents(dy.size());
    L::value_and_gradient(rows, outputs, planar<double const>(c.y.data(), nullptr), c.t.data(),
                          planar<double>(planes.data(), tangents.data()));
    for (std::size_t i = 0; i < dy.size(); ++i)
      CHECK(dy[i] == doctest::Approx(planes[i]).epsilon(1e-12));
    CHECK(L::value_and_gradient(0, outputs, c.y.data(), c.t.data(), nowhere) == 0);
    double const baseline = nn::baseline_of<L>(c.rows, outputs, c.t.data());
    CHECK(baseline >= 0);
    CHECK(std::isfinite(baseline));
  }
}

TEST_CASE_TEMPLATE(
    "loss contract: says what a row takes: outputs and targets come in, a gradient goes out", L,
    HALO_LOSSES) {
  CAPTURE(L::name);
  for (std::size_t const outputs : widths) {
    constexpr cost one = L::row_cost(2);
    static_assert(one.reads == 2 + L::targets(2));
    CHECK(L::row_cost(outputs).reads == outputs + L::targets(outputs));
    CHECK(L::row_cost(outputs).writes == outputs);
    CHECK(L::row_cost(outputs).multiply_adds + L::row_cost(outputs).functions > 0);
  }
}

TEST_CASE_TEMPLATE("loss contract: a NaN among the outputs of a row that counts shows", L,
                   HALO_LOSSES) {
  CAPTURE(L::name);
  for (std::size_t const outputs : widths) {
    case_of<L> const whole(7, outputs, outputs);
    for (std::size_t bad = 0; bad < whole.y.size(); ++bad) {
      std::size_t const row = bad / outputs;
      if (!(nn::weight_of<L>(1, outputs, whole.t.data() + row * L::targets(outputs)) > 0)) continue;
      case_of<L> c = whole;
      c.y[bad] = std::nan("");
      CAPTURE(bad);
      CHECK(std::isnan(c.value()));
      std::vector<double> const g = c.gradient();
      CHECK(std::isnan(g[bad]));
      for (std::size_t i = 0; i < g.size(); ++i)
        if (i / outputs != row) CHECK(!std::isnan(g[i]));
    }
  }
}

TEST_CASE_TEMPLATE("loss contract: float is right or not finite, however large the outputs", L,
                   HALO_LOSSES) {
  CAPTURE(L::name);
  if constexpr (nn::loss<L, float*>) {
    static_assert(nn::loss<L, planar<float>> && nn::detail::complain_of_loss<L>());
    for (std::size_t const outputs : widths) {
      for (double const scale : {1.0, 30.0, 1e2, 1e4, 1e10, 1e30, 3e38}) {
        CAPTURE(scale);
        case_of<L> c(7, outputs, outputs);
        std::vector<float> y(c.y.size()), g(y.size());
        for (std::size_t i = 0; i < y.size(); ++i) {
          y[i] = static_cast<float>(scale * std::clamp(c.y[i] / 2, -1.0, 1.0));
          c.y[i] = static_cast<double>(y[i]);
        }
        float const value = L::value_and_gradient(c.rows, outputs, y.data(), c.t.data(), g.data());
        double const exact = c.value();
        bool const fits = std::abs(exact) < 1e37;  // not where exact is NaN
        if (scale <= 1e4 && fits) CHECK(std::isfinite(value));
        if (!std::isfinite(exact)) CHECK(!std::isfinite(value));
        if (std::isfinite(value)) {
          CHECK(std::abs(static_cast<double>(value) - exact) <= 1e-6 + 2e-6 * std::abs(exact));
          std::vector<double> const exact_g = c.gradient();
          for (std::size_t i = 0; i < g.size(); ++i) {
            CAPTURE(i);
            if (std::isfinite(g[i]))
              CHECK(std::abs(static_cast<double>(g[i]) - exact_g[i]) <=
                    1e-6 + 2e-6 * std::abs(exact_g[i]));
          }
        }
      }
    }
  }
}

}  // namespace contract_loss_test
