// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/inference.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <thread>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/tensor/view.hpp>

#include "../support/allocation.hpp"
#include "../support/data.hpp"
#include "../support/device.hpp"
#include "../support/network.hpp"

namespace adapt_inference_test {

using namespace halo;
using adapt::weights;

namespace {

using network = nn::sequential<nn::linear<5, 40>, nn::tanh, nn::linear<40, 3>>;
using device = adapt::adapter<network, nn::cross_entropy, optim::averaged<optim::adam>, 8>;

struct examples {
  std::vector<float> x = support::draw<float>(100 * 5, 1);
  std::vector<std::int32_t> t = support::draw_labels(100, 3, 2);
};

device learned(examples const& e) {
  device d({}, seed{3});
  for (std::size_t i = 0; i < 10; ++i)
    d.step(std::span(e.x).subspan(40 * i, 40), std::span(e.t).subspan(8 * i, 8));
  return d;
}

}  // namespace

TEST_CASE("inference: a const device answers, and is what it was") {
  examples const e;
  device d = learned(e);
  auto const before = support::bytes_of(d);
  device const& looked_at = d;
  std::vector<float> average(300), raw(300);
  looked_at.predict(e.x, average);
  looked_at.predict(e.x, raw, weights::raw);
  CHECK(average != raw);
  CHECK(looked_at.evaluate(e.x, e.t).accuracy == looked_at.accuracy(e.x, e.t));
  CHECK(looked_at.evaluate(e.x, e.t).loss != looked_at.evaluate(e.x, e.t, weights::raw).loss);
  CHECK(support::bytes_of(d) == before);
}

TEST_CASE("inference: threads ask one device together, each in memory of its own") {
  examples const e;
  device const d = learned(e);
  std::vector<float> expected(300);
  d.predict(e.x, expected);
  auto const score = d.evaluate(e.x, e.t);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (std::size_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      adapt::inference_workspace<network, device::max_batch> work;
      std::vector<float> y(300);
      for (int k = 0; k < 200; ++k) {
        d.predict(e.x, y, work);
        adapt::evaluation const found = d.try_evaluate(e.x, e.t, work);
        wrong[i] += y != expected || found.loss != score.loss ||
                    d.accuracy(e.x, e.t, work) != score.accuracy;
      }
    });
  }
  for (auto& t : threads) t.join();
  CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("inference: all forms say the same, with weights and workspace") {
  examples const e;
  device const d = learned(e);
  adapt::inference_workspace<network, device::max_batch> work;
  for (weights const at : {weights::raw, weights::averaged}) {
    std::vector<float> a(300), b(300), c(300), y(300);
    d.predict(e.x, a, at);
    d.predict(e.x, b, work, at);
    CHECK_FALSE(d.try_predict(e.x, c, work, at));
    adapt::predict<network>(d.view(at), e.x, y, work);
    CHECK(a == b);
    CHECK(a == c);
    CHECK(a == y);
    CHECK(d.evaluate(e.x, e.t, at).loss == d.evaluate(e.x, e.t, work, at).loss);
    CHECK(d.try_evaluate(e.x, e.t, at).loss == d.try_evaluate(e.x, e.t, work, at).loss);
    CHECK(d.accuracy(e.x, e.t, at) == d.accuracy(e.x, e.t, work, at));
  }
}

TEST_CASE("inference: each row's own loss and whether it is right, as evaluations of that row") {
  examples const e;
  device const d = learned(e);
  std::size_t rows = 0;
  auto const no = d.try_each_row(e.x, e.t, [&](std::size_t i, double loss, double right) {
    CHECK(i == rows++);
    auto const one = d.evaluate(std::span(e.x).subspan(5 * i, 5), std::span(e.t).subspan(i, 1));
    CHECK(loss == doctest::Approx(one.loss).epsilon(1e-5));
    CHECK(right == one.accuracy);
  });
  CHECK_FALSE(no);
  CHECK(rows == 100);
  CHECK(d.try_each_row(std::span(e.x).first(4), e.t, [](auto...) {}).what ==
        adapt::misfit::example_size);
}

TEST_CASE("inference: what does not fit is said or thrown, and nothing is allocated else") {
  examples const e;
  device const d = learned(e);
  std::vector<float> y(299);
  CHECK(d.try_predict(e.x, y).what == adapt::misfit::count);
  CHECK(support::message_of<error>([&] { d.predict(e.x, y); }) ==
        "adapter: outputs: expected 300, found 299");
  static_assert(noexcept(d.try_predict(e.x, y))&& noexcept(d.try_evaluate(e.x, e.t)));
  auto const none = d.try_evaluate(std::vector<float>(), std::vector<std::int32_t>());
  CHECK(none.refused.what == adapt::misfit::no_examples);
  CHECK_FALSE(d.try_predict(std::vector<float>(), std::span<float>()));  // no rows, no outputs
  if (!support::allocations_are_counted()) {
    MESSAGE("skipped: allocations are not counted under this sanitizer");
    return;
  }
  std::vector<float> right(300);
  CHECK(support::allocations_of([&] {
          static_cast<void>(d.try_predict(e.x, right));
          static_cast<void>(d.try_predict(e.x, y));
          static_cast<void>(d.try_evaluate(e.x, e.t));
        }) == 0);
}

}  // namespace adapt_inference_test
