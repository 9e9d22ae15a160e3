// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/evaluate.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/adapt/settings.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/bfloat16.hpp>
#include <halo/core/fingerprint.hpp>
#include <halo/kernel/bias.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/magnitude.hpp>
#include <halo/learned/lean_storage.hpp>
#include <halo/nn/head.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/loss_accuracy.hpp>
#include <halo/optim/guard.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/optim/sgd.hpp>
#include <halo/simd/arch.hpp>

namespace halo::adapt {

namespace detail {

/// Weights in 16 bits as floats.
template <class Arch = simd::default_arch>
[[gnu::noinline]] void unpack_weights(std::size_t n, std::int16_t const* from, float* to) noexcept {
  for (std::size_t k = 0; k < n; ++k) to[k] = core::of_bfloat16(from[k]);
}
/// to ← keep w - rate g, rounded by the noise.
template <class Arch = simd::default_arch>
[[gnu::noinline]] void move_weights(std::size_t n, float keep, float const* w, float rate,
                                    float const* g, std::uint32_t noise,
                                    std::int16_t* to) noexcept {
  for (std::size_t k = 0; k < n; ++k) to[k] = core::to_bfloat16(keep * w[k] - rate * g[k], noise);
}

}  // namespace detail

/// A network in flash whose last layer learns in the least memory: its weights in 16 bits, by
/// gradient descent, their gradient nowhere as a whole.
///
///     using network = nn::integers_of<trained_network>;  // the body in bytes
///     static adapt::lean_head<network> device(optim::sgd{{.rate = 0.01F}}, known::parameters);
///     device.try_step(image, label);
///
/// w ← (1 - rate·decay) w - rate xᵀ·dy, rounded to 16 bits up or down by turns, so that steps below
/// the last digit add up (learned::lean rounds the same way); biases are floats. A step that is
/// refused, not finite or a glitch changes nothing. sizeof is all its memory beside the parameters
/// that it is given, which must outlive it; nothing allocates.
///
/// @tparam Network   ends in nn::linear; what is below is frozen
/// @tparam MaxBatch  most examples of a mini-batch
template <class Network, std::size_t MaxBatch = 1, class Loss = nn::cross_entropy>
class lean_head {
  using split = nn::head<Network>;
  using body = typename split::body;
  static_assert(split::weights > 0, "halo: lean_head: there are layers below the last");
  static_assert(MaxBatch > 0, "halo: lean_head: the largest mini-batch has at least one example");
  static constexpr std::size_t in = split::features, out = split::outputs;
  /// Features whose weights are floats at a time, and numbers of these.
  static constexpr std::size_t together = out < 256 ? 256 / out : 1, most = together * out;

 public:
  using network = Network;
  using loss = Loss;
  using target = typename Loss::target;
  static constexpr std::size_t max_batch = MaxBatch;

  /// A head that begins where the network's does.
  /// @param parameters  of the whole network; the body is read there
  /// @param statistics  running ones, where there are some
  /// @throws halo::error for an option out of its range, and another number of either
  lean_head(optim::sgd const& o, std::span<float const> parameters,
            std::span<float const> statistics = {})
      : optimizer_(detail::checked<typename Network::layout>(o)),
        known_(parameters),
        statistics_(statistics) {
    throw_if(detail::check_count("parameters", Network::parameters, parameters.size()),
             "lean_head");
    throw_if(detail::check_count("statistics", Network::statistics, statistics.size()),
             "lean_head");
    constexpr std::uint32_t nearest = 32768;
    for (std::size_t i = 0; i < in * out; ++i)
      weights_[i] = core::to_bfloat16(parameters[split::weights + i], nearest);
    std::copy_n(parameters.begin() + split::biases, out, biases_.begin());
  }

  /// One step on [rows, inputs] examples and their targets; says what did not fit.
  template <class X, class Y>
  report try_step(X const& x, Y const& t) noexcept {
    detail::examples<Network, Loss> const e(x, t, MaxBatch);
    if (e.no) return {.status = optim::status::refused, .refused = e.no};
    std::size_t const rows = e.rows();
    float const* const h = features(rows, e.x.data());
    float* const room = room_beside(h);
    answer(rows, h, room);
    report r{.layers = layer_mask::top(1, Network::layers), .examples = rows, .rows = rows};
    r.accuracy = nn::accuracy_of<Loss>(rows, out, y_.data(), e.t.data());
    r.operations = rows * (Network::forward_operations + in * out) + 2 * in * out;
    r.loss =
        static_cast<double>(Loss::value_and_gradient(rows, out, y_.data(), e.t.data(), dy_.data()));
    r.status = update(rows, h, r.loss, room);
    if (r.status == optim::status::out_of_proportion) guard_.refused(levels_);
    if (r.status != optim::status::done) r.layers = {};
    return r;
  }

  /// Outputs, y ← [rows, outputs], of any number of examples; says what did not fit.
  template <class X>
  [[nodiscard]] refusal try_predict(X const& x, std::span<float> y) noexcept {
    auto const numbers = detail::flat_examples<Network>(x);
    if (numbers.no) return numbers.no;
    if (auto const r = detail::check_examples<Network>(numbers.values, 0)) return r;
    std::size_t const all = numbers.values.size() / Network::inputs;
    if (auto const r = detail::check_count("outputs", all * out, y.size())) return r;
    for (std::size_t first = 0; first < all; first += MaxBatch) {
      std::size_t const rows = std::min(MaxBatch, all - first);
      float const* const h = features(rows, numbers.values.data() + first * Network::inputs);
      answer(rows, h, room_beside(h));
      std::copy_n(y_.begin(), rows * out, y.begin() + static_cast<std::ptrdiff_t>(first * out));
    }
    return {};
  }

  /// Weight i of [features, outputs].
  [[nodiscard]] float weight(std::size_t i) const noexcept {
    return core::of_bfloat16(weights_[i]);
  }
  /// One for each output.
  [[nodiscard]] std::span<float const> biases() const noexcept { return biases_; }
  /// Steps that were done.
  [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

  /// All that makes up a run, for a checkpoint (core/record.hpp); a head of another body is
  /// another run.
  static void record(auto& self, auto&& f) {
    f.template part<Network>("network");
    f.constant("loss", Loss::name);
    if constexpr (requires { Loss::describe(f); }) f.template part<Loss>("loss");
    f.constant("body", fingerprint_of(self.known_.first(split::weights)).text().data());
    f.constant("statistics", fingerprint_of(self.statistics_).text().data());
    f.part("optimizer", self.optimizer_);
    f.per_problem("weights", std::span(self.weights_), allowed::between(-32640, 32639));
    f.per_problem("biases", std::span(self.biases_), allowed::finite());
    f.part("guard", self.levels_);
    f.number("steps", self.steps_);
  }

 private:
  /// Floats that lie beside the features in the arena, or behind all it takes.
  static constexpr std::size_t needed = body::inference_arena_size(MaxBatch);
  static constexpr bool fits_beside =
      (body::inference_memory_per_row - in) * MaxBatch >= 4 * most;  // before or behind them

  [[nodiscard]] float const* features(std::size_t rows, float const* x) noexcept {
    nn::pass const p{.rows = rows,
                     .capacity = MaxBatch,
                     .statistics = statistics_.empty() ? nullptr : statistics_.data()};
    return body::template infer<float*>(p, known_.data(), x, arena_.data());
  }
  [[nodiscard]] float* room_beside(float const* h) noexcept {
    if constexpr (!fits_beside) return arena_.data() + needed;
    auto const before = static_cast<std::size_t>(h - arena_.data());
    return before >= 2 * most ? arena_.data() : arena_.data() + before + in * MaxBatch;
  }

  /// Calls body(first feature, features, their weights as floats), a part after the other.
  template <class Body>
  void each_part(float* floats, Body&& body_of_part) const noexcept {
    for (std::size_t i = 0; i < in; i += together) {
      std::size_t const n = std::min(together, in - i);
      detail::unpack_weights(n * out, weights_.data() + i * out, floats);
      body_of_part(i, n);
    }
  }

  void answer(std::size_t rows, float const* h, float* room) noexcept {
    using operand = kernel::operand<float const*>;
    each_part(room, [&](std::size_t i, std::size_t n) {
      kernel::gemm(rows, out, n, operand{h + i, in}, operand{room, out}, y_.data(), out,
                   i == 0 ? kernel::start::bias : kernel::start::target,
                   static_cast<float const*>(biases_.data()));
    });
  }
  /// Part of xᵀ·dy, behind the weights.
  float const* gradient(std::size_t rows, float const* h, std::size_t i, std::size_t n,
                        float* room) const noexcept {
    using operand = kernel::operand<float const*>;
    kernel::gemm(n, out, rows, operand{h + i, in, true}, operand{dy_.data(), out}, room + most,
                 out);
    return room + most;
  }

  optim::status update(std::size_t rows, float const* h, double lost, float* room) noexcept {
    float const rate = optimizer_.config.rate, keep = 1 - rate * optimizer_.config.weight_decay;
    float const largest = static_cast<float>(rows) *
                          std::max(kernel::magnitude(rows * in, h), 1.0F) *
                          kernel::magnitude(rows * out, dy_.data());
    auto size = static_cast<double>(largest);
    if (size > 1e6 || size > guard_.gradient_limit(levels_)) {  // a bound says little: measured
      kernel::column_sum(rows, out, static_cast<float const*>(dy_.data()), room);
      float measured = kernel::magnitude(out, static_cast<float const*>(room));
      for (std::size_t i = 0; i < in; i += together) {
        std::size_t const n = std::min(together, in - i);
        measured = std::max(measured, kernel::magnitude(n * out, gradient(rows, h, i, n, room)));
      }
      size = static_cast<double>(measured);
    }
    if (!std::isfinite(lost) || !std::isfinite(largest) ||
        !(static_cast<double>(rate) * size <= 1e15) || !(keep >= -1 && keep <= 1))
      return optim::status::non_finite;
    if (!guard_.accepts(levels_, lost, size)) return optim::status::out_of_proportion;
    std::uint32_t const noise = learned::detail::rounding_of(++steps_);
    each_part(room, [&](std::size_t i, std::size_t n) {
      float const* const g = gradient(rows, h, i, n, room);
      detail::move_weights(n * out, keep, room, rate, g, noise, weights_.data() + i * out);
    });
    kernel::column_sum(rows, out, static_cast<float const*>(dy_.data()), room);
    float const kept = optimizer_.config.decay_weights_only ? 1 : keep;
    for (std::size_t j = 0; j < out; ++j) biases_[j] = kept * biases_[j] - rate * room[j];
    guard_.accepted(levels_, lost, size);
    return optim::status::done;
  }

  optim::sgd optimizer_;
  optim::guard guard_{};
  optim::guard::state levels_{};
  std::span<float const> known_, statistics_;
  std::uint64_t steps_ = 0;
  std::array<std::int16_t, in * out> weights_{};
  std::array<float, out> biases_{};
  std::array<float, out * MaxBatch> y_{}, dy_{};
  aligned_array<float, needed + (fits_beside ? 0 : 2 * most)> arena_;
};

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
