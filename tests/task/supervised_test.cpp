// SPDX-License-Identifier: BSD-3-Clause
#include <halo/task/supervised.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/binary_cross_entropy.hpp>
#include <halo/nn/huber.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

namespace task_supervised_test {

namespace {

using namespace halo;
using network = nn::sequential<nn::linear<3, 5>, nn::tanh, nn::linear<5, 2>>;
using layout = network::layout;
using problem = task::supervised<network, double, 8>;

data::dataset rows(std::size_t n, std::uint64_t stream, std::size_t features = 3,
                   std::size_t classes = 2) {
  data::dataset d = data::make_dataset(n, features, classes);
  generator g(seed{4}, stream);
  for (std::size_t i = 0; i < n * features; ++i) d.x.data()[i] = g.normal();
  for (std::size_t i = 0; i < n; ++i)
    d.y.data()[i] = static_cast<std::int32_t>(g.below(static_cast<std::uint32_t>(classes)));
  return d;
}
std::shared_ptr<task::examples const> some_examples() {
  return std::make_shared<task::examples const>(task::examples{rows(40, 1), rows(21, 2)});
}
std::vector<double> direction(std::uint64_t stream) {
  generator g(seed{5}, stream);
  std::vector<double> v(layout::size);
  for (double& x : v) x = static_cast<double>(g.normal());
  return v;
}
std::vector<double> moved(std::vector<double> x, double by, std::vector<double> const& v) {
  for (std::size_t k = 0; k < x.size(); ++k) x[k] += by * v[k];
  return x;
}
double dot(std::vector<double> const& a, std::vector<double> const& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

std::string message_of(std::shared_ptr<task::examples const> from, std::size_t batch) {
  try {
    problem const refused(std::move(from), batch, seed{1});
  } catch (error const& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("supervised: gradient and Hessian-vector product against differences") {
  problem p(some_examples(), 7, seed{11});
  auto const train = task::part::train;
  std::vector<double> theta = moved(direction(0), -0.5, direction(1)), g(layout::size), h(g), lo(g);
  for (std::uint64_t draw : {0U, 1U, 77U}) {
    CAPTURE(draw);
    double const loss = p.value_and_gradient(train, draw, theta.data(), g.data());
    CHECK(p.value_and_gradient(train, draw, theta.data(), nullptr) == loss);
    for (std::uint64_t stream : {2U, 3U, 4U}) {
      auto const v = direction(stream);
      constexpr double e = 1e-5;
      auto const up = moved(theta, e, v), down = moved(theta, -e, v);
      p.hessian_vector_product(draw, theta.data(), v.data(), h.data());
      std::vector<double> hi(layout::size);
      double const above = p.value_and_gradient(train, draw, up.data(), hi.data());
      double const below = p.value_and_gradient(train, draw, down.data(), lo.data());
      CHECK(dot(g, v) == doctest::Approx((above - below) / (2 * e)).epsilon(1e-7));
      for (std::size_t k = 0; k < layout::size; ++k)
        CHECK(h[k] == doctest::Approx((hi[k] - lo[k]) / (2 * e)).epsilon(1e-6).scale(0.1));
    }
  }
}

TEST_CASE("supervised: a draw is the same mini-batch whenever it is asked for") {
  problem p(some_examples(), 5, seed{11}), q(some_examples(), 5, seed{11});
  problem other(some_examples(), 5, seed{12});
  auto const theta = direction(0);
  std::vector<double> seen;
  for (std::uint64_t draw = 0; draw < 6; ++draw)
    seen.push_back(p.value_and_gradient(task::part::train, draw, theta.data(), nullptr));
  for (std::uint64_t draw = 6; draw-- > 0;) {  // backwards, held-out draws between
    double const out = q.value_and_gradient(task::part::held_out, draw, theta.data(), nullptr);
    double const in = q.value_and_gradient(task::part::train, draw, theta.data(), nullptr);
    CHECK(in == seen[draw]);
    CHECK(out != in);
    CHECK(other.value_and_gradient(task::part::train, draw, theta.data(), nullptr) != in);
    for (std::uint64_t b = 0; b < draw; ++b) CHECK(seen[b] != seen[draw]);
  }
}

TEST_CASE("supervised: mini-batches are means over rows of their part") {
  // one row a part: whatever is drawn is that row
  auto const one = std::make_shared<task::examples const>(task::examples{rows(1, 7), rows(1, 8)});
  problem few(one, 1, seed{1}), many(one, 8, seed{2});
  auto const theta = direction(0);
  for (auto part : {task::part::train, task::part::held_out}) {
    double const a = few.value_and_gradient(part, 3, theta.data(), nullptr);
    CHECK(many.value_and_gradient(part, 9, theta.data(), nullptr) == doctest::Approx(a));
  }
}

namespace {

/// The rows that draw d of a problem has, as they are drawn.
std::vector<std::size_t> rows_of(std::uint64_t d, std::size_t n, std::size_t among) {
  generator g(seed{11}, 0);
  g.seek(d * 8);
  std::vector<std::size_t> drawn(n);
  for (std::size_t& r : drawn) r = g.below(static_cast<std::uint32_t>(among));
  return drawn;
}
/// Loss of one training row: a problem that has no other.
double loss_of(std::size_t row, std::vector<double> const& theta, std::vector<double>& gradient) {
  auto const all = some_examples();
  data::dataset one = data::make_dataset(1, 3, 2);
  std::copy_n(all->train.x.data() + 3 * row, 3, one.x.data());
  one.y.data()[0] = all->train.y.data()[row];
  problem p(std::make_shared<task::examples const>(task::examples{one, one}), 1, seed{1});
  return p.value_and_gradient(task::part::train, 0, theta.data(), gradient.data());
}

}  // namespace

TEST_CASE(
    "supervised: a choice is a mini-batch of so many rows, its gradient that of the hardest") {
  problem p(some_examples(), 7, seed{11});
  std::vector<double> theta = direction(0), g(layout::size), row(g), h(g), v = direction(2);
  for (double& x : theta) x /= 2;
  for (task::choice const c : {task::choice{8, 8}, {8, 3}, {8, 1}, {5, 2}, {1, 1}}) {
    CAPTURE(c.rows);
    CAPTURE(c.backward);
    auto const e = p.value_and_gradient(c, 9, theta.data(), g.data());
    std::vector<std::pair<double, std::vector<double>>> each;
    double mean = 0;
    for (std::size_t const r : rows_of(9, c.rows, 40)) {
      double const loss = loss_of(r, theta, row);
      mean += loss / static_cast<double>(c.rows);
      each.emplace_back(loss, row);
    }
    CHECK(e.loss == doctest::Approx(mean));
    CHECK(e.accuracy * static_cast<double>(c.rows) ==
          std::round(e.accuracy * static_cast<double>(c.rows)));
    CHECK(p.value_and_gradient(c, 9, theta.data(), nullptr).loss == doctest::Approx(mean));
    std::sort(each.begin(), each.end(),
              [](auto const& a, auto const& b) { return a.first > b.first; });
    for (std::size_t k = 0; k < layout::size; ++k) {
      double expected = 0;
      for (std::size_t i = 0; i < c.backward; ++i)
        expected += each[i].second[k] / static_cast<double>(c.backward);
      CHECK(g[k] == doctest::Approx(expected).scale(1e-3));
    }
    p.hessian_vector_product(c, 9, theta.data(), v.data(), h.data());
    constexpr double step = 1e-6;
    std::vector<double> hi(layout::size), lo(layout::size);
    (void)p.value_and_gradient(c, 9, moved(theta, step, v).data(), hi.data());
    (void)p.value_and_gradient(c, 9, moved(theta, -step, v).data(), lo.data());
    for (std::size_t k = 0; k < layout::size; ++k)
      CHECK(h[k] == doctest::Approx((hi[k] - lo[k]) / (2 * step)).epsilon(1e-4).scale(0.1));
  }
  std::vector<double> same(layout::size);
  double const loss = p.value_and_gradient(task::part::train, 9, theta.data(), same.data());
  CHECK(p.value_and_gradient(task::choice{7, 7}, 9, theta.data(), g.data()).loss == loss);
  CHECK(g == same);
  CHECK(p.batch() == 7);
  CHECK(p.batch(3) == 3);
  CHECK(p.batch(std::size_t{1} << 40U) == 8);
}

TEST_CASE("supervised: a choice whose loss is no number has one that says so") {
  problem p(some_examples(), 7, seed{11});
  std::vector<double> theta(layout::size, std::nan("")), g(layout::size);
  CHECK(!std::isfinite(p.value_and_gradient(task::choice{8, 3}, 0, theta.data(), g.data()).loss));
}

TEST_CASE("supervised: accuracy counts every held-out row once") {
  auto const from = some_examples();
  problem p(from, 3, seed{1});
  auto const theta = direction(0);
  std::size_t hits = 0;
  for (std::size_t row = 0; row < 21; ++row) {  // the network as a loop
    float const* const x = from->held_out.x.data() + 3 * row;
    double const* const w1 = theta.data() + layout::table[0].offset;
    double const* const b1 = theta.data() + layout::table[1].offset;
    double const* const w2 = theta.data() + layout::table[2].offset;
    double y[2];
    for (std::size_t c = 0; c < 2; ++c) y[c] = theta[layout::table[3].offset + c];
    for (std::size_t j = 0; j < 5; ++j) {
      double h = b1[j];
      for (std::size_t i = 0; i < 3; ++i) h += static_cast<double>(x[i]) * w1[5 * i + j];
      for (std::size_t c = 0; c < 2; ++c) y[c] += std::tanh(h) * w2[2 * j + c];
    }
    hits += (y[1] > y[0] ? 1 : 0) == from->held_out.y.data()[row] ? 1U : 0U;
  }
  CHECK(p.accuracy(theta.data()) == static_cast<double>(hits) / 21);
}

TEST_CASE("supervised: a run begins as the rule says") {
  task::supervised<network, double, 8, nn::normal> p(some_examples(), 4, seed{1}, {0.5F});
  std::vector<double> theta(layout::size), expected(layout::size);
  for (std::uint64_t s = 0; s < 3; ++s) {
    p.start(seed{s}, theta.data());
    nn::initialize<layout, double>(std::span(expected), seed{s}, nn::normal{0.5F});
    CHECK(theta == expected);
  }
}

TEST_CASE("supervised: refuses what does not fit") {
  auto const with = [](data::dataset train, data::dataset held_out) {
    return std::make_shared<task::examples const>(
        task::examples{std::move(train), std::move(held_out)});
  };
  CHECK(message_of(some_examples(), 8).empty());
  CHECK(message_of(some_examples(), 0).find("mini-batch: expected 1 to 8") != std::string::npos);
  CHECK(message_of(some_examples(), 9).find("found 9") != std::string::npos);
  CHECK(message_of(with(rows(4, 1, 2), rows(4, 1)), 2).find("found 2 features") !=
        std::string::npos);
  CHECK(message_of(with(rows(4, 1), rows(4, 1, 3, 3)), 2).find("3 classes") != std::string::npos);
  CHECK(message_of(with(rows(4, 1), rows(0, 1)), 2).find("0 rows") != std::string::npos);
}

namespace {

/// Rows whose two targets are a line through the features, or whether it is above 0.
template <class Loss>
std::shared_ptr<task::basic_examples<float> const> numbers() {
  auto const part = [](std::size_t n, std::uint64_t stream) {
    data::regression d = data::make_regression(n, 3, 2);
    generator g(seed{4}, stream);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < 3; ++j) d.x(i, j) = g.normal();
      d.y(i, 0) = d.x(i, 0) - d.x(i, 1);
      d.y(i, 1) = d.x(i, 2) + 0.5F;
      if (nn::target_range_of<Loss>(2).high == 1)
        for (std::size_t j = 0; j < 2; ++j) d.y(i, j) = d.y(i, j) > 0 ? 1.0F : 0.0F;
    }
    return d;
  };
  return std::make_shared<task::basic_examples<float> const>(
      task::basic_examples<float>{part(40, 1), part(21, 2)});
}

}  // namespace

TEST_CASE_TEMPLATE("supervised: any loss has its derivatives, and its hardest rows", Loss,
                   nn::mean_square, nn::huber<>, nn::binary_cross_entropy) {
  using problem_type = task::supervised<network, double, 8, nn::he, Loss>;
  static_assert(task::task<problem_type>);
  problem_type p(numbers<Loss>(), 7, seed{11});
  std::vector<double> const theta = moved(direction(0), -0.5, direction(1)), v = direction(2);
  std::vector<double> g(layout::size), h(g), lo(g), hi(g);
  task::choice const all{7, 7}, some{7, 3};
  for (task::choice const c : {all, some}) {
    constexpr double e = 1e-6;
    auto const up = moved(theta, e, v), down = moved(theta, -e, v);
    auto const found = p.value_and_gradient(c, 3, theta.data(), g.data());
    p.hessian_vector_product(c, 3, theta.data(), v.data(), h.data());
    double const above = p.value_and_gradient(c, 3, up.data(), hi.data()).loss;
    double const below = p.value_and_gradient(c, 3, down.data(), lo.data()).loss;
    if (c.backward == 7) CHECK(dot(g, v) == doctest::Approx((above - below) / (2 * e)));
    for (std::size_t k = 0; k < layout::size; ++k)
      CHECK(std::abs(h[k] - (hi[k] - lo[k]) / (2 * e)) < 1e-6);
    CHECK(std::isnan(found.accuracy) != nn::has_accuracy<Loss>);
  }
}

TEST_CASE("supervised: without an accuracy, the share of the baseline that is gone") {
  using problem_type = task::supervised<network, double, 8, nn::he, nn::mean_square>;
  auto const from = numbers<nn::mean_square>();
  problem_type p(from, 8, seed{11});
  std::vector<double> theta(layout::size, 0.0), g(layout::size);
  CHECK(p.accuracy(theta.data()) < 0.1);  // always 0
  p.start(seed{3}, theta.data());
  for (std::uint64_t i = 0; i < 1500; ++i) {
    p.value_and_gradient(task::part::train, i, theta.data(), g.data());
    for (std::size_t k = 0; k < g.size(); ++k) theta[k] -= 0.1 * g[k];
  }
  CHECK(p.accuracy(theta.data()) > 0.8);
  theta[0] = std::nan("");
  CHECK(p.accuracy(theta.data()) == 0);
  task::basic_examples<float> other = *from;
  other.held_out = data::make_regression(4, 3, 5);
  CHECK_THROWS_WITH_AS(
      problem_type(std::make_shared<task::basic_examples<float> const>(std::move(other)), 8,
                   seed{1}),
      doctest::Contains("2 targets, a row, found 3 features, 5 targets, 4 rows"), error);
}

}  // namespace task_supervised_test
