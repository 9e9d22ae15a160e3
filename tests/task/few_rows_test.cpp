// SPDX-License-Identifier: BSD-3-Clause
#include <halo/task/few_rows.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include <halo/nn/linear.hpp>
#include <halo/nn/partly_labelled.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/data.hpp"

namespace task_few_rows_test {

using namespace halo;

namespace {

/// One feature that is the class: a network may tell them apart by its biases and one weight each.
using network = nn::sequential<nn::linear<1, 4>, nn::linear<4, 3>>;
using task_type = task::few_rows<network, nn::cross_entropy, 16>;

std::shared_ptr<task_type::split const> examples() {
  auto const make = [](std::size_t n) {
    auto d = data::make_dataset(n, 1, 3);
    for (std::size_t i = 0; i < n; ++i) {
      d.x.data()[i] = static_cast<float>(i);
      d.y.data()[i] = static_cast<std::int32_t>(i % 3);
    }
    return d;
  };
  return std::make_shared<task_type::split const>(task_type::split{make(300), make(30)});
}
std::vector<float> known() {
  std::vector<float> theta(network::parameters);
  for (std::size_t i = 0; i < theta.size(); ++i) theta[i] = 0.25F + static_cast<float>(i);
  return theta;
}

}  // namespace

TEST_CASE("few_rows: begins where the network stood; what is drawn anew is drawn, and says so") {
  std::vector<float> theta(network::parameters), again(network::parameters);
  task_type kept(examples(), known(), {}), head(examples(), known(), {.anew = 1}),
      nothing(examples(), {}, {});
  kept.start(seed{1}, theta.data());
  CHECK(theta == known());
  CHECK(kept.anew() == layer_mask());
  head.start(seed{1}, theta.data());
  CHECK(std::equal(theta.begin(), theta.begin() + 8, known().begin()));
  CHECK(theta[9] != known()[9]);
  CHECK(head.anew() == layer_mask::only(1));
  nothing.start(seed{1}, theta.data());
  nothing.start(seed{2}, again.data());
  CHECK(theta != again);
  CHECK(nothing.anew() == layer_mask::all(2));
}

TEST_CASE("few_rows: a run has its rows, every one once an epoch; others for another seed") {
  task_type t(examples(), known(), {.rows = 40, .batch = 16});
  std::vector<float> theta(network::parameters), gradient(network::parameters);
  t.start(seed{1}, theta.data());
  CHECK(t.rows() == 40);
  auto const epoch = [&] {
    std::vector<double> losses;
    for (int i = 0; i < 3; ++i) losses.push_back(t.step(theta.data(), gradient.data()).loss);
    return 16 * losses[0] + 16 * losses[1] + 8 * losses[2];
  };
  double const first = epoch();
  CHECK(epoch() == doctest::Approx(first));  // the same rows in another order
  t.start(seed{2}, theta.data());
  CHECK(epoch() != doctest::Approx(first));
  t.set_rows(5, 16);
  t.start(seed{1}, theta.data());
  CHECK(t.rows() == 5);
  t.set_rows(1000, 16);
  t.start(seed{1}, theta.data());
  CHECK(t.rows() == 300);  // those there are
  CHECK(t.step(theta.data(), gradient.data()).baseline == doctest::Approx(std::log(3)));
}

TEST_CASE("few_rows: noise and imbalance change the rows, never those that judge") {
  auto const mean_loss = [](task::few_rows_options const& o) {
    task_type t(examples(), std::vector<float>(network::parameters), o);
    std::vector<float> theta(network::parameters), gradient(network::parameters);
    t.start(seed{1}, theta.data());
    (void)t.step(theta.data(), gradient.data());
    // equal logits: the gradient of a bias is 1/3 less the share of its class
    return std::vector<float>(gradient.end() - 3, gradient.end());
  };
  auto const plain = mean_loss({.rows = 200, .batch = 16});
  auto const rare = mean_loss({.rows = 200, .batch = 16, .imbalance = 8});
  CHECK(rare[2] == doctest::Approx(1.0 / 3));  // e^-8: no row of the last class
  CHECK(rare[2] != doctest::Approx(plain[2]));
  task_type clean(examples(), known(), {}), noisy(examples(), known(), {.label_noise = 1});
  CHECK(clean.judge(known().data()).error == noisy.judge(known().data()).error);
  auto const noise = mean_loss({.rows = 200, .batch = 16, .label_noise = 1});
  CHECK(noise != plain);
}

TEST_CASE("few_rows: noise gives no row a label that had none") {
  using partly = task::few_rows<network, nn::partly_labelled<nn::cross_entropy>, 16>;
  auto unlabelled = *examples();
  for (std::size_t i = 0; i < 300; ++i) unlabelled.train.y.data()[i] = -1;
  partly t(std::make_shared<partly::split const>(unlabelled), known(),
           {.rows = 200, .batch = 16, .label_noise = 1});
  std::vector<float> theta(network::parameters), gradient(network::parameters, 1);
  t.start(seed{1}, theta.data());
  CHECK(t.step(theta.data(), gradient.data()).loss == 0);
  CHECK(gradient == std::vector<float>(network::parameters));
}

TEST_CASE("few_rows: judges by wrong answers, or by the share of the variance that is left") {
  // classes by the biases alone: the first is always said, a third of the rows have it
  std::vector<float> first(network::parameters, 0.0F);
  first[network::parameters - 3] = 1;
  task_type t(examples(), known(), {});
  CHECK(t.judge(first.data()).error == doctest::Approx(2.0 / 3));
  std::vector<float> broken(network::parameters, std::numeric_limits<float>::quiet_NaN());
  CHECK(t.judge(broken.data()).error == 1);

  using line = nn::sequential<nn::linear<1, 1>>;
  using numbers = task::few_rows<line, nn::mean_square, 16>;
  auto d = data::make_regression(20, 1, 1);
  for (std::size_t i = 0; i < 20; ++i) d.y.data()[i] = 2 * (d.x.data()[i] = static_cast<float>(i));
  numbers n(std::make_shared<numbers::split const>(numbers::split{d, d}), {}, {});
  std::vector<float> const exact{2, 0}, mean{0, 19}, wild{-9, 0};
  CHECK(n.judge(exact.data()).error == doctest::Approx(0));
  CHECK(n.judge(mean.data()).error == doctest::Approx(0.95));  // n - 1 of n
  CHECK(n.judge(wild.data()).error == 1);
}

TEST_CASE("few_rows: copies go their own ways") {
  task_type t(examples(), known(), {.rows = 40});
  std::vector<float> theta(network::parameters), gradient(network::parameters);
  t.start(seed{1}, theta.data());
  task_type other = t;
  other.start(seed{1}, theta.data());
  double const a = t.step(theta.data(), gradient.data()).loss;
  CHECK(other.step(theta.data(), gradient.data()).loss == a);
  CHECK(t.step(theta.data(), gradient.data()).loss ==
        other.step(theta.data(), gradient.data()).loss);
}

TEST_CASE("few_rows: what does not fit is refused") {
  auto const said = [](std::vector<float> theta, task::few_rows_options const& o) {
    return support::message_of<error>([&] { task_type(examples(), theta, o); });
  };
  CHECK(support::contains(said(std::vector<float>(3), {}), "parameters"));
  CHECK(support::contains(said(known(), {.anew = 3}), "drawn anew"));
  CHECK(support::contains(said(known(), {.label_noise = 2}), "label_noise"));
  using other = task::few_rows<nn::sequential<nn::linear<2, 3>>, nn::cross_entropy, 16>;
  CHECK(support::contains(support::message_of<error>([&] { other(examples(), {}, {}); }),
                          "2 features"));
}

}  // namespace task_few_rows_test
