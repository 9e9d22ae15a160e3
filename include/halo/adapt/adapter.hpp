// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/report.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/loss.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/selection.hpp>

namespace halo::adapt {

/// The loop that runs on the device: a network, its parameters, an optimizer and its state in one
/// object that knows how to learn from the next mini-batch.
///
/// sizeof(adapter) is all the memory an adaptation needs; a step allocates nothing. A step draws a
/// layer mask, runs forward, loss, masked backward and the optimizer, and either moves the selected
/// layers or, where a number was not finite, changes no parameter and no state.
///
/// @tparam Network   nn::sequential<...>
/// @tparam Loss      nn::cross_entropy or nn::mean_square
/// @tparam MaxBatch  most examples of a mini-batch
template <class Network, class Loss = nn::cross_entropy, class Optimizer = optim::adam,
          std::size_t MaxBatch = 64>
class adapter {
  // not a requires clause: a sentence comes first, the compiler's reasons after it
  static_assert(nn::loss<Loss>,
                "halo: adapter: the second argument is a loss, such as "
                "nn::cross_entropy or nn::mean_square");
  static_assert(optim::optimizer<Optimizer, typename Network::layout, float>,
                "halo: adapter: the third argument is an optimizer, such as optim::adam");
  static_assert(MaxBatch > 0, "halo: adapter: the largest mini-batch has at least one example");

 public:
  using network = Network;
  using loss = Loss;
  using rule = Optimizer;
  using layout = typename Network::layout;
  using target = typename Loss::target;
  using state_type = typename Optimizer::template state<layout, float>;
  static constexpr std::size_t max_batch = MaxBatch;

  /// A network with freshly drawn parameters (he).
  explicit adapter(Optimizer optimizer = {}, seed s = {},
                   optim::selection select = optim::selection::dense())
      : optimizer_(optimizer),
        select_(select),
        seed_(s),
        state_(optimizer.template init<layout, float>()) {
    nn::initialize<layout, float>(parameters_.span(), s);
  }

  /// A network with given parameters, in the order of its layout.
  /// @throws halo::error if their number is not Network::parameters or one is not finite
  adapter(Optimizer optimizer, std::span<float const> parameters, seed s = {},
          optim::selection select = optim::selection::dense())
      : adapter(optimizer, s, select) {
    assign(parameters);
  }

  /// One step on [rows, inputs] examples and their targets.
  /// @throws halo::error for a mini-batch of the wrong size or a label outside the outputs
  report step(std::span<float const> x, std::span<target const> t) {
    return step_checked(detail::checked_rows<Network, Loss>(x, t, MaxBatch), x.data(), t.data());
  }
  template <class X, class Y>
  requires tensor_like<X> || tensor_like<Y> report step(X const& x, Y const& t) {
    return step(examples(x), targets(t));
  }

  /// Outputs of the network, [rows, outputs], for any number of rows.
  /// @throws halo::error where the numbers of elements do not fit
  void predict(std::span<float const> x, std::span<float> y) {
    std::size_t const rows = x.size() / Network::inputs;
    if (x.size() != rows * Network::inputs || y.size() != rows * Network::outputs) {
      fail("adapter", "predict",
           std::to_string(Network::inputs) + " inputs and " + std::to_string(Network::outputs) +
               " outputs an example",
           std::to_string(x.size()) + " and " + std::to_string(y.size()) + " numbers");
    }
    for_each_part(
        rows,
        [&](std::size_t first, std::size_t n, float const* out) {
          std::copy_n(out, n * Network::outputs, y.data() + first * Network::outputs);
        },
        x.data());
  }

  /// Share of right answers over any number of examples, in [0, 1].
  template <class X, class Y>
  [[nodiscard]] double accuracy(X const& x, Y const& t) {
    return evaluate(x, t).accuracy;
  }

  /// Mean loss and accuracy over any number of examples.
  /// @throws halo::error as step, but for any number of rows
  [[nodiscard]] evaluation evaluate(std::span<float const> x, std::span<target const> t) {
    std::size_t const rows =
        detail::checked_rows<Network, Loss>(x, t, std::numeric_limits<std::size_t>::max());
    evaluation e;
    for_each_part(
        rows,
        [&](std::size_t first, std::size_t n, float const* out) {
          target const* part = t.data() + first * Loss::targets(Network::outputs);
          e.loss += static_cast<double>(n) *
                    static_cast<double>(Loss::value_and_gradient(n, Network::outputs, out, part,
                                                                 static_cast<float*>(nullptr)));
          e.accuracy += static_cast<double>(Loss::hits(n, Network::outputs, out, part));
        },
        x.data());
    return {e.loss / static_cast<double>(rows), e.accuracy / static_cast<double>(rows)};
  }
  template <class X, class Y>
  requires tensor_like<X> || tensor_like<Y>
  [[nodiscard]] evaluation evaluate(X const& x, Y const& t) {
    return evaluate(examples(x), targets(t));
  }

  [[nodiscard]] std::span<float const> parameters() const noexcept { return parameters_.span(); }
  [[nodiscard]] state_type& state() noexcept { return state_; }
  [[nodiscard]] Optimizer const& optimizer() const noexcept { return optimizer_; }
  [[nodiscard]] optim::selection const& selection() const noexcept { return select_; }
  [[nodiscard]] totals const& spent() const noexcept { return totals_; }
  [[nodiscard]] halo::seed seed_value() const noexcept { return seed_; }

  /// Replaces all parameters; optimizer state and counters stay.
  /// @throws halo::error if their number is not Network::parameters or one is not finite; then
  /// nothing has changed
  void assign(std::span<float const> parameters) {
    detail::check_parameters(parameters, Network::parameters);
    std::copy(parameters.begin(), parameters.end(), parameters_.begin());
  }

  /// How many examples the training set has; 0: unknown, as for a stream. An optimizer may ask:
  /// learned::tensor_rnn decays weights by the inverse of it.
  void training_rows(std::uint64_t rows) noexcept { training_rows_ = rows; }
  [[nodiscard]] std::uint64_t training_rows() const noexcept { return training_rows_; }

  /// Draws the tensors of the last layer with parameters anew: the new task has other classes.
  void redraw_head(halo::seed s) noexcept {
    aligned_array<float, Network::parameters> fresh;
    nn::initialize<layout, float>(fresh.span(), s);
    for (parameter_info const& info : layout::table) {
      if (info.layer + 1 != layout::layers) continue;
      std::copy_n(fresh.data() + info.offset, info.count, parameters_.data() + info.offset);
    }
  }

  /// Hands every array and number that makes up the run to f(group, name, span), for saving and
  /// resuming: the parameters, the optimizer's state, the counters and the seed.
  template <class F>
  void fields(F&& f) {
    f("parameters", "all", parameters_.span());
    state_.fields([&f](char const* name, auto values) { f("optimizer", name, values); });
    auto const number = [&f](char const* name, std::uint64_t& value) {
      f("run", name, std::span<std::uint64_t, 1>(&value, 1));
    };
    number("iterations", totals_.iterations);
    number("empty", totals_.empty);
    number("non_finite", totals_.non_finite);
    number("operations", totals_.operations);
    number("layers", totals_.layers);
    number("seed", seed_.value);
    number("training_rows", training_rows_);
  }

 private:
  static constexpr std::uint64_t mask_stream = 0x6d61736b;  // "mask"

  report step_checked(std::size_t rows, float const* x, target const* t) noexcept {
    report r;
    std::uint64_t const iteration = totals_.iterations++;
    r.layers = select_.draw(generator(seed_, mask_stream), iteration, layout::layers);
    if (r.layers.empty()) {
      ++totals_.empty;
      return r;
    }
    nn::pass p{
        .rows = rows, .capacity = MaxBatch, .training = true, .noise = seed_, .step = iteration};
    float* const arena = work_.arena.data();
    float* const dy = work_.output_gradient.data();
    float const* const y = Network::template forward<float*>(p, parameters_.data(), x, arena);
    r.loss = static_cast<double>(Loss::value_and_gradient(rows, Network::outputs, y, t, dy));
    r.accuracy =
        static_cast<double>(Loss::hits(rows, Network::outputs, y, t)) / static_cast<double>(rows);
    r.operations = Network::operations(r.layers, rows) +
                   Network::selected_parameters(r.layers) * Optimizer::operations_per_parameter;
    if (!std::isfinite(r.loss)) {
      r.status = optim::status::non_finite;
    } else {
      float const bound = Network::template backward<float*>(p, parameters_.data(), x, arena, dy,
                                                             gradient_.data(), r.layers);
      optim::step_context<float> context;
      context.mask = r.layers;
      context.loss = r.loss;
      context.rows = training_rows_;
      // a moderate bound is good enough; where it is large the optimizer looks for itself
      if (bound <= 1e6F) context.magnitude = bound;
      r.status = optimizer_.step(parameters_.data(), static_cast<float const*>(gradient_.data()),
                                 state_, context);
    }
    totals_.operations += r.operations;
    if (r.status == optim::status::done) {
      totals_.layers += r.layers.count();
    } else {
      ++totals_.non_finite;
      r.layers = {};
    }
    return r;
  }

  template <class Body>
  void for_each_part(std::size_t rows, Body&& body, float const* x) noexcept {
    for (std::size_t first = 0; first < rows; first += MaxBatch) {
      std::size_t const n = std::min(MaxBatch, rows - first);
      nn::pass const p{.rows = n, .capacity = MaxBatch};
      body(first, n,
           static_cast<float const*>(Network::template forward<float*>(
               p, parameters_.data(), x + first * Network::inputs, work_.arena.data())));
    }
  }

  template <class X>
  static std::span<float const> examples(X const& x) {
    return detail::flat<float>(x, "x", Network::inputs);
  }
  template <class Y>
  static std::span<target const> targets(Y const& t) {
    return detail::flat<target>(t, "targets", Loss::targets(Network::outputs));
  }

  Optimizer optimizer_;
  optim::selection select_;
  halo::seed seed_;
  totals totals_;
  std::uint64_t training_rows_ = 0;
  aligned_array<float, Network::parameters> parameters_;
  aligned_array<float, Network::parameters> gradient_;
  state_type state_;
  nn::workspace<Network, float, MaxBatch> work_;
};

}  // namespace halo::adapt
