// SPDX-License-Identifier: BSD-3-Clause
// What is summed over a mini-batch of sixty thousand examples is as exact as over sixty: no layer,
// loss or running sum adds up one by one in a float.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ratio>
#include <string>
#include <type_traits>
#include <vector>

#include <halo/adapt/discriminant.hpp>
#include <halo/adapt/nearest_mean.hpp>
#include <halo/core/random.hpp>
#include <halo/nn.hpp>

namespace contract_long_sums_test {

using namespace halo;

namespace {

constexpr std::size_t rows = 60000;
struct more_for_more {
  static constexpr char const* name = "more for more";
  static float weight(std::int32_t label) noexcept { return 0.5F + static_cast<float>(label); }
};
using by_label = nn::weighted<nn::cross_entropy, more_for_more>;

constexpr std::size_t unlike = 6000;  // of them; the others repeat these

/// 1 with a deviation of a tenth, whole floats.
template <class T>
std::vector<T> around_one(std::size_t n, std::uint64_t stream) {
  generator g(seed{20}, stream);
  std::vector<T> x(n);
  for (T& e : x) e = static_cast<T>(static_cast<float>(1 + 0.1 * g.normal()));
  return x;
}

/// Those rows again and again, up to so many numbers.
template <class T>
std::vector<T> repeated(std::vector<T> const& numbers, std::size_t n) {
  std::vector<T> all;
  all.reserve(n);
  while (all.size() < n) all.insert(all.end(), numbers.begin(), numbers.end());
  return all;
}

/// dL/dθ of a layer alone over n rows, a multiple of those that are unlike, with dL/dy around 1.
template <class L, class X, class T>
std::vector<T> gradient(std::size_t n) {
  using network = nn::sequential<X, L>;
  std::vector<T> theta = around_one<T>(network::parameters, 1);
  for (T& e : theta) e *= T(0.25);
  auto const x = repeated(around_one<T>(unlike * network::inputs, 2), n * network::inputs);
  auto last = repeated(around_one<T>(unlike * network::outputs, 2), n * network::outputs);
  std::vector<T> arena(network::arena_size(n)), gradient(network::parameters);
  nn::pass const p{.rows = n, .capacity = n, .training = true};
  network::template forward<T*>(p, theta.data(), x.data(), arena.data());
  network::template backward<T*>(p, theta.data(), x.data(), arena.data(), last.data(),
                                 gradient.data());
  return gradient;
}

/// The largest error of a tensor's gradient in float, by that tensor's largest gradient.
template <class L, class X>
double error() {
  auto const found = gradient<L, X, float>(rows);
  auto expected = gradient<L, X, double>(unlike);
  for (double& e : expected) e *= static_cast<double>(rows / unlike);
  double worst = 0;
  std::size_t at = 0;
  for (nn::tensor_spec const& t : L::template tensors<X>) {
    double off = 0, most = 0;
    for (std::size_t const end = at + t.count(); at < end; ++at) {
      off = std::max(off, std::abs(static_cast<double>(found[at]) - expected[at]));
      most = std::max(most, std::abs(expected[at]));
    }
    MESSAGE((std::string(L::kind) + " " + t.name), ": ", off / most);
    worst = std::max(worst, off / most);
  }
  return worst;
}

}  // namespace

TEST_CASE("long sums: gradients of weights over 60,000 rows of mean 1") {
  CHECK(error<nn::linear<5, 3>, shape<5>>() < 2e-6);
  CHECK(error<nn::conv1d<4, 3>, shape<5, 3>>() < 2e-6);
  CHECK(error<nn::lstm<4>, shape<3, 3>>() < 2e-6);
  CHECK(error<nn::gru<4>, shape<3, 3>>() < 2e-6);
  CHECK(error<nn::gru<4, nn::states::all>, shape<3, 3>>() < 2e-6);
  CHECK(error<nn::layer_norm, shape<6>>() < 2e-6);
  CHECK(error<nn::group_norm<2>, shape<2, 2, 6>>() < 2e-6);
}

TEST_CASE("long sums: gradients of convolutions in bands") {
  using one = nn::conv2d<3, 3>;
  using two = nn::conv2d<2, 2>;
  CHECK(error<nn::in_bands<1, one, nn::sigmoid, two>, shape<5, 2, 1>>() < 2e-6);
  CHECK(error<nn::in_bands<4, one, nn::relu, two>, shape<5, 2, 1>>() < 2e-6);
}

TEST_CASE("long sums: the mean loss, of few classes and of many") {
  for (std::size_t const classes : {4U, 20U}) {
    CAPTURE(classes);
    auto const y = around_one<float>(rows * classes, 4);
    std::vector<double> const wide(y.begin(), y.end());
    std::vector<std::int32_t> labels(rows);
    for (std::size_t i = 0; i < rows; ++i) labels[i] = static_cast<std::int32_t>(i % classes);
    auto const loss = [&]<class T>(std::vector<T> const& of) {
      return static_cast<double>(nn::cross_entropy::value_and_gradient(
          rows, classes, of.data(), labels.data(), static_cast<T*>(nullptr)));
    };
    double const exact = loss(wide);
    CHECK(std::abs(loss(y) - exact) < 1e-6 * exact);
  }
}

TEST_CASE_TEMPLATE("long sums: the mean loss, of whatever kind", L, nn::mean_square,
                   nn::mean_absolute, nn::huber<>, nn::binary_cross_entropy,
                   nn::smoothed_cross_entropy<>, nn::focal<>, nn::soft_cross_entropy<>,
                   nn::gaussian_nll, by_label, nn::partly_labelled<nn::cross_entropy>,
                   nn::with_entropy<nn::cross_entropy, std::ratio<1>>) {
  using target = typename L::target;
  for (std::size_t const outputs : {4U, 20U}) {
    CAPTURE(outputs);
    auto const y = around_one<float>(rows * outputs, 4);
    std::vector<double> const wide(y.begin(), y.end());
    bool const some = nn::target_range_of<L>(outputs).low < 0;  // rows without a label
    std::vector<target> t(rows * L::targets(outputs));
    generator g(seed{21});
    for (std::size_t i = 0; i < t.size(); ++i) {
      if constexpr (std::integral<target>)
        t[i] = some && i % 2 == 1 ? nn::no_label
                                  : static_cast<target>(g.below(static_cast<unsigned>(outputs)));
      else
        t[i] = std::clamp(0.3F + 0.1F * g.normal(), 0.0F, 1.0F);
    }
    auto const loss = [&]<class T>(std::vector<T> const& of) {
      return static_cast<double>(L::value_and_gradient(
          rows, outputs, static_cast<T const*>(of.data()), t.data(), static_cast<T*>(nullptr)));
    };
    double const exact = loss(wide);
    CHECK(std::abs(loss(y) - exact) < 2e-6 * std::abs(exact));
  }
}

TEST_CASE("long sums: of heads that are made of rows") {
  static adapt::discriminant<2, 1> pooled;
  static adapt::nearest_mean<2, 1> alone;
  std::array<double, 2> mean{}, square{};
  auto const h = around_one<float>(rows * 2 * 5, 5);  // five times as many rows
  for (std::size_t i = 0; i < 5 * rows; ++i) {
    pooled.add(h.data() + 2 * i, 0);
    alone.add(h.data() + 2 * i, 0);
    for (std::size_t k = 0; k < 2; ++k) {
      double const x = static_cast<double>(h[2 * i + k]), off = x - mean[k];
      mean[k] += off / static_cast<double>(i + 1);
      square[k] += off * (x - mean[k]);
    }
  }
  walk(pooled, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
    if constexpr (std::is_same_v<T, float>)
      if (path.name == "scatter")
        CHECK(static_cast<double>(field.values[0]) * 5 * rows ==
              doctest::Approx(square[0]).epsilon(1e-4));
  });
  walk(alone, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
    if constexpr (std::is_same_v<T, double>)
      if (path.name == "spread")
        CHECK(static_cast<double>(field.values[0]) ==
              doctest::Approx(square[0] + square[1]).epsilon(1e-5));
  });
}

}  // namespace contract_long_sums_test
