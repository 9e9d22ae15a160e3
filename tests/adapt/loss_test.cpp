// SPDX-License-Identifier: BSD-3-Clause
// Devices under losses that leave rows out, weigh them, or take several numbers a row.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/predictor.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/binary_cross_entropy.hpp>
#include <halo/nn/gaussian_nll.hpp>
#include <halo/nn/huber.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/partly_labelled.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/gated.hpp>
#include <halo/optim/selection.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/network.hpp"

namespace adapt_loss_test {

using namespace halo;

namespace {

using partly = nn::partly_labelled<nn::cross_entropy>;
using normed = nn::sequential<nn::linear<4, 5>, nn::batch_norm, nn::relu, nn::linear<5, 3>>;
using device = adapt::adapter<normed, partly, optim::sgd, 8>;

/// Right within a half: the user's own idea of it.
struct within_a_half : measure::detail::share {
  static constexpr char const* name = "within a half";
  template <class T>
  void add(measure::answers<T, float> const& a) noexcept {
    for (std::size_t i = 0; i < a.rows * a.targets; ++i)
      right += std::abs(a.y[i] - static_cast<T>(a.t[i])) < T(0.5) ? 1U : 0U;
    all += a.rows * a.targets;
  }
};
struct close : nn::mean_square {
  using accuracy = within_a_half;
};

/// The numbers of a device.
template <class Device>
std::array<std::vector<float>, 2> numbers(Device const& d) {
  return {std::vector<float>(d.parameters().begin(), d.parameters().end()),
          std::vector<float>(d.statistics().begin(), d.statistics().end())};
}

/// The constants and options under "loss", as a checkpoint has them.
template <class Loss>
std::string identity() {
  using network = nn::sequential<nn::linear<4, 2>>;
  adapt::adapter<network, Loss, optim::sgd, 1> const d;
  std::string all;
  walk(d, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
    std::string name;
    path.each([&](std::string_view part) { name.append(name.empty() ? "" : ".").append(part); });
    if (!name.starts_with("loss")) return;
    all += name + "=";
    for (auto const v : field.values) {
      if constexpr (recorded_field<T>::is_text)
        all += v;
      else
        all += std::to_string(v);
    }
    all += ";";
  });
  return all;
}

}  // namespace

TEST_CASE("loss: rows without a label take part in normalisation, not in the gradient") {
  std::vector<float> const x = support::draw<float>(32, 1);
  std::vector<std::int32_t> t = support::draw_labels(8, 3, 2);
  device all(optim::sgd{{.rate = 0.1F}}, seed{3}), some = all;
  all.step(x, t);
  std::fill(t.begin() + 4, t.end(), nn::no_label);
  some.step(x, t);
  auto const [theta, statistics] = numbers(some);
  auto const [theta_of_all, statistics_of_all] = numbers(all);
  CHECK(statistics == statistics_of_all);
  CHECK(theta != theta_of_all);
  auto const head = normed::parameters - 3;  // the biases: their gradient is that of the outputs
  device const start(optim::sgd{}, seed{3});
  std::array<float, 3> moved{};
  for (std::size_t j = 0; j < 3; ++j) moved[j] = theta[head + j] - start.parameters()[head + j];
  CHECK(std::abs(moved[0] + moved[1] + moved[2]) < 1e-6F);
  CHECK(std::abs(moved[0]) > 1e-4F);
}

TEST_CASE("loss: a mini-batch without any label moves the running statistics alone") {
  std::vector<float> const x = support::draw<float>(32, 1);
  std::vector<std::int32_t> const none(8, nn::no_label);
  device d(optim::sgd{{.rate = 0.1F}}, seed{3});
  auto const [theta, statistics] = numbers(d);
  adapt::report const r = d.step(x, none);
  CHECK(r.status == optim::status::done);
  CHECK(r.loss == 0);
  CHECK(numbers(d)[0] == theta);
  CHECK(numbers(d)[1] != statistics);
  CHECK(std::isnan(d.evaluate(x, none).loss));
}

TEST_CASE("loss: evaluation in parts counts the rows that have a label") {
  std::vector<float> const x = support::draw<float>(76, 1);
  std::vector<std::int32_t> t = support::draw_labels(19, 3, 2);
  for (std::size_t const i : {0U, 1U, 2U, 3U, 4U, 9U, 18U}) t[i] = nn::no_label;
  device const d(optim::sgd{}, seed{3});
  adapt::predictor<normed, 19, partly> const whole(d);
  CHECK(d.evaluate(x, t).loss == doctest::Approx(whole.evaluate(x, t).loss).epsilon(1e-6));
  std::vector<float> some;
  std::vector<std::int32_t> labels;
  for (std::size_t i = 0; i < 19; ++i) {
    if (t[i] == nn::no_label) continue;
    some.insert(some.end(), x.begin() + 4 * static_cast<std::ptrdiff_t>(i),
                x.begin() + 4 * static_cast<std::ptrdiff_t>(i + 1));
    labels.push_back(t[i]);
  }
  adapt::predictor<normed, 3> const plain(d);
  CHECK(d.evaluate(x, t).loss == doctest::Approx(plain.evaluate(some, labels).loss).epsilon(1e-6));
}

TEST_CASE("loss: several labels a row are learned, each for itself") {
  using network = nn::sequential<nn::linear<4, 3>>;
  adapt::adapter<network, nn::binary_cross_entropy, optim::sgd, 32> d(optim::sgd{{.rate = 2}},
                                                                      seed{3});
  std::vector<float> const x = support::draw<float>(128, 1);
  std::vector<float> t;
  for (std::size_t i = 0; i < 32; ++i)
    for (std::size_t j = 0; j < 3; ++j) t.push_back(x[4 * i + j] + x[4 * i + 3] > 0 ? 1.0F : 0.0F);
  double const before = d.evaluate(x, t).loss;
  for (int i = 0; i < 300; ++i) CHECK(d.step(x, t).status == optim::status::done);
  CHECK(before > 0.6);
  CHECK(d.evaluate(x, t).loss < 0.1);
}

TEST_CASE("loss: the gate of a policy goes by the accuracy that the loss names") {
  using network = nn::sequential<nn::linear<4, 3>>;
  std::vector<float> const x = support::draw<float>(128, 1);
  std::vector<float> t;
  for (std::size_t i = 0; i < 32; ++i)
    for (std::size_t j = 0; j < 3; ++j) t.push_back(x[4 * i + j] > 0 ? 1.0F : 0.0F);
  auto const examples = [&]<class Loss>(Loss const&) {
    adapt::adapter<network, Loss, optim::sgd, 32, optim::gated<optim::selection>> d(
        optim::sgd{{.rate = 0.5F}}, seed{3},
        optim::gated<optim::selection>{.rows = 32, .hardest = 5, .accuracy = 0.75});
    for (int i = 0; i < 100; ++i) d.step(x, t);
    return d.step(x, t).examples;
  };
  CHECK(examples(nn::binary_cross_entropy{}) == 5);
  CHECK(examples(nn::mean_square{}) == 32);
  CHECK(examples(close{}) == 5);
}

TEST_CASE("loss: a network that gives back its inputs learns from them alone") {
  using network = nn::sequential<nn::linear<4, 2>, nn::linear<2, 4>>;
  adapt::adapter<network, nn::mean_square, optim::sgd, 32> d(optim::sgd{{.rate = 0.1F}}, seed{3});
  std::vector<float> x = support::draw<float>(128, 1);
  for (std::size_t i = 0; i < 32; ++i) {  // on a plane
    x[4 * i + 2] = x[4 * i] + x[4 * i + 1];
    x[4 * i + 3] = x[4 * i] - x[4 * i + 1];
  }
  double const before = d.evaluate(x, x).loss;
  for (int i = 0; i < 1000; ++i) CHECK(d.step(x, x).status == optim::status::done);
  CHECK(d.evaluate(x, x).loss < 0.01 * before);
  std::vector<float> const strange{1, 1, -2, 3};
  CHECK(d.evaluate(strange, strange).loss > 100 * d.evaluate(x, x).loss);
}

TEST_CASE("loss: a variance is learned beside the mean") {
  using network = nn::sequential<nn::linear<1, 2>>;
  adapt::adapter<network, nn::gaussian_nll, optim::sgd, 64> d(optim::sgd{{.rate = 0.1F}}, seed{3});
  std::vector<float> const x = support::draw<float>(64, 1), noise = support::draw<float>(64, 2);
  std::vector<float> t;
  double square = 0;
  for (std::size_t i = 0; i < 64; ++i) {
    t.push_back(2 * x[i] + 0.5F * noise[i]);
    square += static_cast<double>(0.25F * noise[i] * noise[i]) / 64;
  }
  for (int i = 0; i < 2000; ++i) d.step(x, t);
  std::array<float, 2> y{};
  d.predict(std::array{1.0F}, y);
  CHECK(std::abs(y[0] - 2) < 0.2F);
  CHECK(std::abs(static_cast<double>(d.parameters()[3]) - std::log(square)) < 0.3);
}

TEST_CASE("loss: its constants are part of a run's identity") {
  CHECK(identity<nn::cross_entropy>() == "loss=cross entropy;");
  CHECK(identity<nn::huber<std::ratio<1, 2>>>() == "loss=huber;loss.delta.num=1;loss.delta.den=2;");
  CHECK(identity<partly>() == "loss=partly labelled(cross entropy);loss.inner.name=cross entropy;");
}

}  // namespace adapt_loss_test
