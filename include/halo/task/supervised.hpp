// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <halo/autodiff/planar.hpp>
#include <halo/autodiff/planar_conv2d.hpp>
#include <halo/autodiff/planar_gemm.hpp>
#include <halo/core/error.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/data/dataset.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/hardest_rows.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/operations.hpp>
#include <halo/task/choice.hpp>
#include <halo/task/fitting.hpp>
#include <halo/task/task.hpp>

namespace halo::task {

/// Examples to train on and examples held out, shared by the tasks that use them.
template <class Target>
struct basic_examples {
  data::basic_dataset<Target> train, held_out;  ///< to learn from, and to evaluate by
};
/// With labels.
using examples = basic_examples<std::int32_t>;

/// A network on examples under a loss: mini-batches are drawn with replacement, draw d from
/// position d of the seed's stream of its part. Chooses as a policy wants (task/choice.hpp).
/// Allocates at construction only.
template <class Network, floating T = float, std::size_t Batch = 64, class Rule = nn::he,
          class Loss = nn::cross_entropy>
class supervised {
 public:
  using network = Network;
  using layout = typename Network::layout;
  using scalar = T;
  using loss = Loss;
  using target = typename Loss::target;         ///< what an answer is made of
  using dataset = data::basic_dataset<target>;  ///< examples of the loss's targets
  using shared_examples = std::shared_ptr<basic_examples<target> const>;  ///< they
  static constexpr std::size_t capacity = Batch;
  static constexpr bool selective = Network::statistics == 0;

  /// @throws halo::error where examples do not fit the network, or a mini-batch is empty or larger
  /// than Batch
  supervised(shared_examples from, std::size_t batch, seed draws, Rule rule = {})
      : from_(std::move(from)), batch_(batch), draws_(draws), rule_(rule), work_(new workspace) {
    for (dataset const* part : {&from_->train, &from_->held_out})
      expect_fitting<Network, Loss>(*part, "supervised");
    if (batch == 0 || batch > Batch)
      fail("supervised", "mini-batch", "1 to " + std::to_string(Batch) + " examples",
           std::to_string(batch));
  }

  /// Fresh parameters, drawn by the rule.
  void start(seed s, T* theta) const {
    nn::initialize<layout, T>(std::span<T>(theta, layout::size), s, rule_);
  }
  [[nodiscard]] std::size_t rows() const noexcept { return from_->train.rows(); }
  /// Examples of a mini-batch where so many are wanted: at most Batch; 0: the task's own number.
  [[nodiscard]] std::size_t batch(std::size_t wanted = 0) const noexcept {
    return wanted > 0 ? std::min(wanted, Batch) : batch_;
  }
  /// Multiply-adds of a step on these examples that updates these layers.
  [[nodiscard]] static std::size_t operations(choice c, layer_mask layers) noexcept {
    return nn::operations<network>(layers, c.rows, c.backward);
  }

  double value_and_gradient(part p, std::uint64_t draw, T const* theta, T* gradient) noexcept {
    gather(p, draw, batch_);
    if (gradient == nullptr)
      return static_cast<double>(nn::value<network, loss, T*>(pass(batch_), theta, work_->x.data(),
                                                              work_->y.data(), work_->plain));
    return static_cast<double>(nn::value_and_gradient<network, loss, T*>(
        pass(batch_), theta, work_->x.data(), work_->y.data(), gradient, work_->plain));
  }
  evaluation value_and_gradient(choice c, std::uint64_t draw, T const* theta,
                                T* gradient) noexcept {
    gather(part::train, draw, c.rows);
    T const* const y = forward(c.rows, theta);
    evaluation e;
    e.accuracy = nn::accuracy_of<loss>(c.rows, network::outputs, y, work_->y.data());
    if (gradient == nullptr || c.backward == c.rows) {
      T* const dy = gradient == nullptr ? nullptr : work_->plain.output_gradient.data();
      e.loss = static_cast<double>(
          loss::value_and_gradient(c.rows, network::outputs, y, work_->y.data(), dy));
      if (gradient != nullptr)
        network::template backward<T*>(pass(c.rows), theta, work_->x.data(),
                                       work_->plain.arena.data(), dy, gradient);
      return e;
    }
    e.loss = keep_hardest(c, y);
    nn::value_and_gradient<network, loss, T*>(pass(c.backward), theta, work_->x.data(),
                                              work_->y.data(), gradient, work_->plain);
    return e;
  }

  void hessian_vector_product(std::uint64_t draw, T const* theta, T const* v, T* product) noexcept {
    hessian_vector_product({batch_, batch_}, draw, theta, v, product);
  }
  void hessian_vector_product(choice c, std::uint64_t draw, T const* theta, T const* v,
                              T* product) noexcept {
    using autodiff::planar;
    gather(part::train, draw, c.rows);
    if (c.backward != c.rows) keep_hardest(c, forward(c.rows, theta));
    nn::value_and_gradient<network, loss, planar<T>>(
        pass(c.backward), planar<T const>(theta, v), planar<T const>(work_->x.data(), nullptr),
        work_->y.data(), planar<T>(work_->gradient.data(), product), work_->dual);
  }

  /// Share of right answers among all held-out examples. Where the loss has no accuracy: what share
  /// of its baseline is gone, in [0, 1]; 0 where it has neither.
  [[nodiscard]] double accuracy(T const* theta) noexcept {
    dataset const& d = from_->held_out;
    nn::accuracy_measure<loss> right;
    double sum = 0, weight = 0;
    for (std::size_t first = 0; first < d.rows(); first += Batch) {
      std::size_t const n = std::min(Batch, d.rows() - first);
      for (std::size_t i = 0; i < n; ++i) copy_row(d, first + i, i);
      T const* const y = forward(n, theta);
      target const* const t = work_->y.data();
      if constexpr (nn::has_accuracy<loss>) {
        right.add(nn::answers_under<loss>(n, network::outputs, y, t));
      } else {
        double const counts = nn::weight_of<loss>(n, network::outputs, t);
        weight += counts;
        sum += counts * static_cast<double>(loss::value_and_gradient(n, network::outputs, y, t,
                                                                     static_cast<T*>(nullptr)));
      }
    }
    if constexpr (nn::has_accuracy<loss>) return right.value();
    double const left =
        sum / weight / nn::baseline_of<loss>(d.rows(), network::outputs, d.y.data());
    return left < 1 ? 1 - left : 0;  // where it is not finite, too
  }

 private:
  static constexpr std::size_t targets = Loss::targets(Network::outputs);
  static constexpr bool labelled = dataset::labelled;

  struct workspace {
    nn::workspace<network, T, Batch> plain;
    nn::workspace<network, autodiff::dual<T>, Batch> dual;
    aligned_array<T, Network::inputs * Batch> x;
    aligned_array<T, layout::size> gradient;
    std::array<target, targets * Batch> y{};
    std::array<T, Batch> losses{}, sorted{};
    std::array<std::uint32_t, Batch> hardest{};
  };

  [[nodiscard]] static nn::pass pass(std::size_t rows) noexcept {
    return {.rows = rows, .capacity = Batch};
  }
  void copy_row(dataset const& d, std::size_t row, std::size_t to) noexcept {
    float const* const x = d.x.data() + row * Network::inputs;
    std::copy_n(x, Network::inputs, work_->x.data() + to * Network::inputs);
    std::copy_n(d.y.data() + row * targets, targets, work_->y.data() + to * targets);
  }
  void gather(part p, std::uint64_t draw, std::size_t rows) noexcept {
    dataset const& d = p == part::train ? from_->train : from_->held_out;
    generator g(draws_, p == part::train ? 0 : 1);
    g.seek(draw * Batch);
    for (std::size_t i = 0; i < rows; ++i)
      copy_row(d, g.below(static_cast<std::uint32_t>(d.rows())), i);
  }
  /// The outputs of the rows that were gathered.
  T const* forward(std::size_t rows, T const* theta) noexcept {
    return network::template forward<T*>(pass(rows), theta, work_->x.data(),
                                         work_->plain.arena.data());
  }
  /// Leaves those of the largest losses, in their order; the mean loss of all.
  double keep_hardest(choice c, T const* y) noexcept {
    std::uint32_t* const kept = work_->hardest.data();
    auto const mean = static_cast<double>(
        loss::value_and_losses(c.rows, network::outputs, y, work_->y.data(), work_->losses.data()));
    if (!std::isfinite(mean)) return mean;
    nn::hardest_rows(c.rows, c.backward, work_->losses.data(), work_->sorted.data(), kept);
    for (std::size_t i = 0; i < c.backward; ++i) {
      std::copy_n(work_->x.data() + kept[i] * Network::inputs, Network::inputs,
                  work_->x.data() + i * Network::inputs);
      std::copy_n(work_->y.data() + kept[i] * targets, targets, work_->y.data() + i * targets);
    }
    return mean;
  }

  shared_examples from_;
  std::size_t batch_;
  seed draws_;
  Rule rule_;
  std::unique_ptr<workspace> work_;
};

}  // namespace halo::task

#include <halo/macros_back.hpp>
