// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <halo/core/allowed.hpp>
#include <halo/core/error.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/options.hpp>
#include <halo/core/random.hpp>
#include <halo/data/batches.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/split.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/loss.hpp>
#include <halo/task/fitting.hpp>
#include <halo/task/task.hpp>

namespace halo::task {

/// What the rows of a run are like, and what of the network begins drawn.
struct few_rows_options {
  std::size_t rows = 100;    ///< of a run, drawn from those there are; at most all of them
  std::size_t batch = 32;    ///< examples of a mini-batch, at most the rows
  std::size_t anew = 0;      ///< layers, counted from the last, that begin drawn
  double label_noise = 0;    ///< share of labels drawn anew
  double imbalance = 0;      ///< the last class is e^imbalance times as rare as it was
  std::size_t judges = 600;  ///< most held-out rows that judge

  static constexpr void record(auto& self, auto&& f) {
    f.option("rows", self.rows, allowed::at_least(1));
    f.option("batch", self.batch, allowed::at_least(1));
    f.option("anew", self.anew, allowed::finite());
    f.option("label_noise", self.label_noise, allowed::share());
    f.option("imbalance", self.imbalance, allowed::finite());
    f.option("judges", self.judges, allowed::at_least(1));
  }
};

/// How good an answer is.
struct judgement {
  double loss = 0;   ///< mean over the held-out rows
  double error = 1;  ///< share of wrong answers; without classes the share of the variance that is
                     ///< left, at most 1
};

/// A network that knows something, or nothing, meets few rows of something new, which begin() draws
/// anew for every run: mini-batches in epochs, as a device has them.
///
/// Copies share examples and parameters and have a workspace of their own, so that threads may have
/// one each.
template <class Network, class Loss = nn::cross_entropy, std::size_t Batch = 64>
class few_rows {
 public:
  using network = Network;
  using layout = typename Network::layout;
  using scalar = float;
  using loss = Loss;
  using target = typename Loss::target;
  using dataset = data::basic_dataset<target>;         ///< examples of the loss's targets
  using split = data::basic_split<target>;             ///< those to learn from and those held out
  static constexpr bool labelled = dataset::labelled;  ///< whether targets are labels

  /// @param known  Network::parameters numbers, or none where the network knows nothing
  /// @throws halo::error where they or the examples do not fit the network, or an option is out of
  ///         its range
  few_rows(std::shared_ptr<split const> from, std::vector<float> known, few_rows_options o)
      : from_(std::move(from)),
        known_(std::make_shared<std::vector<float> const>(std::move(known))),
        options_(o) {
    check_options(o, "few_rows");
    if (known_->empty()) options_.anew = layout::layers;
    if (!known_->empty() && known_->size() != layout::size)
      fail("few_rows", "parameters", std::to_string(layout::size), std::to_string(known_->size()));
    if (options_.anew > layout::layers)
      fail("few_rows", "layers drawn anew", "at most " + std::to_string(layout::layers),
           std::to_string(o.anew));
    for (dataset const* d : {&from_->train, &from_->test})
      expect_fitting<Network, Loss>(*d, "few_rows");
  }
  /// Shares examples and parameters; has a workspace of its own.
  few_rows(few_rows const& other)
      : from_(other.from_), known_(other.known_), options_(other.options_) {}
  few_rows& operator=(few_rows const&) = delete;

  /// How many rows and layers.
  [[nodiscard]] few_rows_options const& options() const noexcept { return options_; }
  /// Rows that there are to learn from.
  [[nodiscard]] std::size_t available() const noexcept { return from_->train.rows(); }
  /// Layers that a run begins with drawn.
  [[nodiscard]] layer_mask anew() const noexcept {
    return layer_mask::top(options_.anew, layout::layers);
  }
  /// Rows of the next runs, and of their mini-batches.
  void set_rows(std::size_t rows, std::size_t batch) noexcept {
    options_.rows = std::max<std::size_t>(rows, 1);
    options_.batch = std::clamp<std::size_t>(batch, 1, Batch);
  }

  /// Draws the rows of a run and writes where it begins.
  void start(seed s, float* theta) {
    std::copy(known_->begin(), known_->end(), theta);
    nn::initialize<layout, float>(std::span<float>(theta, layout::size), s, nn::he{}, anew());
    rows_.emplace(drawn(s));
    stream_.emplace(*rows_, std::min({options_.batch, rows(), Batch}), s);
    next_ = 0;
  }
  [[nodiscard]] std::size_t rows() const noexcept { return rows_ ? rows_->rows() : options_.rows; }

  /// What a mini-batch says.
  struct answer {
    /// Of the mini-batch; of the best answer that looks at no example.
    double loss = 0, baseline = 0;
  };
  /// Loss of the next mini-batch and the gradient. @pre start()
  answer step(float const* theta, float* gradient) {
    if (!work_) work_ = std::make_unique<workspace>();
    auto const [x, y] = stream_->next();
    ++next_;
    nn::pass const p{.rows = x.shape()[0], .capacity = Batch, .training = true, .step = next_};
    answer a;
    a.loss = static_cast<double>(nn::value_and_gradient<Network, Loss, float*>(
        p, theta, x.data(), y.data(), gradient, *work_));
    a.baseline = nn::baseline_of<Loss>(p.rows, Network::outputs, y.data());
    return a;
  }

  /// Looks at the held-out rows.
  [[nodiscard]] judgement judge(float const* theta) {
    if (!work_) work_ = std::make_unique<workspace>();
    dataset const& d = from_->test;
    std::size_t const n = std::min(d.rows(), options_.judges), wide = targets();
    double loss_sum = 0, weight = 0;
    nn::accuracy_measure<Loss> right;
    for (std::size_t first = 0; first < n; first += Batch) {
      std::size_t const part = std::min(Batch, n - first);
      nn::pass const p{.rows = part, .capacity = Batch};
      float const* const y = Network::template forward<float*>(
          p, theta, d.x.data() + first * Network::inputs, work_->arena.data());
      target const* const t = d.y.data() + first * wide;
      double const counts = nn::weight_of<Loss>(part, Network::outputs, t);
      weight += counts;
      loss_sum += counts * static_cast<double>(Loss::value_and_gradient(
                               part, Network::outputs, y, t, static_cast<float*>(nullptr)));
      right.add(nn::answers_under<Loss>(part, Network::outputs, y, t));
    }
    judgement j;
    j.loss = loss_sum / weight;
    if constexpr (labelled) {
      j.error = 1 - right.value();
    } else {
      double const all = nn::baseline_of<Loss>(n, Network::outputs, d.y.data());
      j.error = j.loss < all ? j.loss / all : 1;  // where it is not finite, too
    }
    return j;
  }

 private:
  using workspace = nn::workspace<Network, float, Batch>;

  [[nodiscard]] static constexpr std::size_t targets() { return Loss::targets(Network::outputs); }

  [[nodiscard]] dataset drawn(seed s) const {
    dataset const& all = from_->train;
    data::row_numbers order(all.rows()), taken;
    generator(s, 0x726f7773).permutation(order);  // "rows"
    generator chance(s, 0x6e6f697365);            // "noise"
    for (std::uint32_t const r : order) {
      if (taken.size() == std::min(options_.rows, all.rows())) break;
      if constexpr (labelled) {
        double const last = std::max<double>(1, static_cast<double>(all.classes) - 1);
        double const rare = options_.imbalance * static_cast<double>(all.y.data()[r]) / last;
        if (rare != 0 && !chance.bernoulli(std::exp(-std::abs(rare)))) continue;
      }
      taken.push_back(r);
    }
    if (taken.empty()) taken.push_back(order.front());
    dataset some = data::select(all, taken);
    if constexpr (labelled) {
      for (std::int32_t& y : tensor::elements(some.y)) {
        bool const wrong = chance.bernoulli(options_.label_noise);
        auto const other = chance.below(static_cast<std::uint32_t>(all.classes));
        if (wrong && y >= 0) y = static_cast<std::int32_t>(other);  // no label stays none
      }
    }
    return some;
  }

  std::shared_ptr<split const> from_;
  std::shared_ptr<std::vector<float> const> known_;
  few_rows_options options_;
  std::optional<dataset> rows_;
  std::optional<data::batches<target>> stream_;
  std::unique_ptr<workspace> work_;
  std::uint64_t next_ = 0;
};

}  // namespace halo::task

#include <halo/macros_back.hpp>
