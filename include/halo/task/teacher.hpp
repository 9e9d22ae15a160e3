// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <halo/core/options.hpp>
#include <halo/core/random.hpp>
#include <halo/core/record.hpp>
#include <halo/data/dataset.hpp>
#include <halo/task/supervised.hpp>

namespace halo::task {

/// A classification problem that a random network invents.
struct teacher_options {
  std::size_t rows = 4000;    ///< to train on
  std::size_t held_out = 0;   ///< 0: a quarter as many, from 500 to 4000
  std::size_t features = 32;  ///< of an example
  std::size_t classes = 6;    ///< labels 0 to classes - 1
  std::size_t hidden = 32;    ///< width of the teacher: more is harder
  double gain = 1.5;          ///< of its weights: more bends more
  double decay = 0.5;         ///< feature j is drawn with deviation (1+j)^-decay ...
  double scale = 1.0;         ///< ... times this
  double label_noise = 0.0;   ///< share of labels drawn anew
  double imbalance = 0.0;     ///< how far the first class's logit is raised, the last one's lowered

  static constexpr void record(auto& self, auto&& f) {
    f.option("rows", self.rows, allowed::between(1, 0x1p31));
    f.option("held_out", self.held_out, allowed::between(0, 0x1p31));
    f.option("features", self.features, allowed::between(1, 0x1p16));
    f.option("classes", self.classes, allowed::between(2, 0x1p16));
    f.option("hidden", self.hidden, allowed::between(1, 0x1p16));
    f.option("gain", self.gain, allowed::non_negative());
    f.option("decay", self.decay, allowed::non_negative());
    f.option("scale", self.scale, allowed::positive());
    f.option("label_noise", self.label_noise, allowed::share());
    f.option("imbalance", self.imbalance, allowed::finite());
  }
};

namespace detail {

/// Rows of a teacher's problem: x ~ N(0, deviations²) turned by a random matrix,
/// y = argmax(W2 tanh(W1 x)), classes kept apart by subtracting each logit's mean over the rows.
class teacher {
 public:
  teacher(teacher_options const& o, seed s) : o_(o), s_(s) {
    mix_ = matrix(o.features, o.features, 1 / std::sqrt(static_cast<double>(o.features)), 0);
    w1_ = matrix(o.features, o.hidden, o.gain / std::sqrt(static_cast<double>(o.features)), 1);
    w2_ = matrix(o.hidden, o.classes, 1 / std::sqrt(static_cast<double>(o.hidden)), 2);
    center_ = std::vector<double>(o.classes, 0.0);
    std::vector<double> mean(o.classes, 0.0);
    for (std::uint64_t i = 0; i < 500; ++i) {
      auto const logits = answer(draw(generator(s_, 3), i));
      for (std::size_t c = 0; c < o.classes; ++c) mean[c] += logits[c] / 500;
    }
    for (std::size_t c = 0; c < o.classes; ++c) center_[c] = mean[c] + lowered(c);
  }

  [[nodiscard]] data::dataset rows(std::size_t n, std::uint64_t stream) const {
    data::dataset d = data::make_dataset(n, o_.features, o_.classes);
    generator const g(s_, stream);
    generator noise(s_, stream + 100);
    for (std::size_t i = 0; i < n; ++i) {
      auto const x = draw(g, i);
      auto const logits = answer(x);
      auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
      bool const wrong = noise.bernoulli(o_.label_noise);
      auto const other = noise.below(static_cast<std::uint32_t>(o_.classes));
      d.y.data()[i] = wrong ? static_cast<std::int32_t>(other) : static_cast<std::int32_t>(best);
      for (std::size_t j = 0; j < o_.features; ++j)
        d.x.data()[i * o_.features + j] = static_cast<float>(o_.scale * x[j]);
    }
    return d;
  }

 private:
  [[nodiscard]] std::vector<double> matrix(std::size_t in, std::size_t out, double deviation,
                                           std::uint64_t stream) const {
    generator g(s_, 1000 + stream);
    std::vector<double> m(in * out);
    for (double& v : m) v = deviation * static_cast<double>(g.normal());
    return m;
  }
  [[nodiscard]] std::vector<double> draw(generator g, std::uint64_t row) const {
    std::vector<double> z(o_.features), x(o_.features, 0.0);
    g.seek(row * o_.features);
    for (std::size_t j = 0; j < o_.features; ++j)
      z[j] = static_cast<double>(g.normal()) * std::pow(1.0 + static_cast<double>(j), -o_.decay);
    for (std::size_t i = 0; i < o_.features; ++i)
      for (std::size_t j = 0; j < o_.features; ++j) x[j] += z[i] * mix_[i * o_.features + j];
    double const norm = std::sqrt(static_cast<double>(o_.features)) / spread();
    for (double& v : x) v *= norm;
    return x;
  }
  /// Root of the sum of the features' variances.
  [[nodiscard]] double spread() const {
    double sum = 0;
    for (std::size_t j = 0; j < o_.features; ++j)
      sum += std::pow(1.0 + static_cast<double>(j), -2 * o_.decay);
    return std::sqrt(sum);
  }
  [[nodiscard]] std::vector<double> answer(std::vector<double> const& x) const {
    std::vector<double> h(o_.hidden, 0.0), y(o_.classes, 0.0);
    for (std::size_t i = 0; i < o_.features; ++i)
      for (std::size_t j = 0; j < o_.hidden; ++j) h[j] += x[i] * w1_[i * o_.hidden + j];
    for (std::size_t i = 0; i < o_.hidden; ++i) {
      double const t = std::tanh(h[i]);
      for (std::size_t j = 0; j < o_.classes; ++j) y[j] += t * w2_[i * o_.classes + j];
    }
    for (std::size_t j = 0; j < o_.classes; ++j) y[j] -= center_[j];
    return y;
  }

  [[nodiscard]] double lowered(std::size_t j) const {
    double const last = std::max(1.0, static_cast<double>(o_.classes) - 1);
    return o_.imbalance * (2 * static_cast<double>(j) / last - 1);
  }

  teacher_options o_;
  seed s_;
  std::vector<double> mix_, w1_, w2_, center_;
};

}  // namespace detail

/// The examples of a teacher; the same bits for the same options and seed up to the platform's
/// tanh and pow. Allocates them.
/// @throws halo::error for an option out of its range
[[nodiscard]] inline std::shared_ptr<examples const> make_teacher(teacher_options const& o,
                                                                  seed s) {
  check_options(o, "teacher");
  detail::teacher const t(o, s);
  std::size_t const quarter = std::clamp<std::size_t>(o.rows / 4, 500, 4000);
  return std::make_shared<examples const>(
      examples{t.rows(o.rows, 10), t.rows(o.held_out > 0 ? o.held_out : quarter, 11)});
}

}  // namespace halo::task

#include <halo/macros_back.hpp>
