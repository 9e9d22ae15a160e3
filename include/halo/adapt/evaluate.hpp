// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/measure/confusion.hpp>
#include <halo/measure/errors.hpp>
#include <halo/measure/flags.hpp>
#include <halo/measure/measure.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/loss.hpp>

namespace halo::adapt {

/// What a network needs beside its numbers to run forward on Capacity examples at a time.
template <class Network, std::size_t Capacity>
struct inference_workspace {
  static constexpr std::size_t capacity = Capacity;
  aligned_array<float, Network::inference_arena_size(Capacity)> arena;  ///< for Capacity examples
};

/// Memory that a network may run forward in: inference_workspace, nn::workspace.
template <class W>
concept forward_memory = requires(W& w) {
  { W::capacity } -> std::convertible_to<std::size_t>;
  { w.arena.data() } -> std::same_as<float*>;
};

/// The numbers of a network, wherever they lie.
struct network_view {
  std::span<float const> parameters;
  std::span<float const> statistics{};  ///< running ones; empty: there are none
  /// What batch_norm normalises by: these, or each part's own, of a single row these again.
  nn::normalization normalize_by = nn::normalization::running;
};

namespace detail {

/// Whether a workspace, of those that tell their size, is large enough for a network.
template <class Network, class Workspace>
[[nodiscard]] consteval bool has_room() {
  using arena = decltype(Workspace::arena);
  if constexpr (requires { std::integral_constant<std::size_t, arena::size()>{}; })
    return arena::size() >= Network::inference_arena_size(Workspace::capacity);
  return true;
}

}  // namespace detail

/// Calls body(first row, rows, outputs) for examples of any number, as many at a time as the
/// workspace holds; allocates nothing.
template <class Network, forward_memory Workspace, class Body>
void for_each_part(std::size_t rows, network_view const& n, float const* x, Workspace& work,
                   Body&& body) noexcept {
  static_assert(detail::has_room<Network, Workspace>(),
                "halo: predict: the workspace is one for this network, "
                "inference_workspace<Network, ...>");
  HALO_EXPECTS(n.parameters.size() == Network::parameters &&
                   (n.statistics.empty() || n.statistics.size() == Network::statistics),
               "adapter: parameters and statistics are those of the network");
  bool const by_parts = Network::statistics > 0 &&
                        (n.statistics.empty() || n.normalize_by == nn::normalization::batch);
  for (std::size_t first = 0; first < rows;) {
    std::size_t part = std::min(Workspace::capacity, rows - first);
    // a last row alone would have no statistics of its own
    if (by_parts && part > 2 && rows - first - part == 1) --part;
    nn::pass const p{.rows = part,
                     .capacity = Workspace::capacity,
                     .statistics = n.statistics.empty() ? nullptr : n.statistics.data(),
                     .normalize_by = n.normalize_by};
    body(first, part,
         static_cast<float const*>(Network::template infer<float*>(
             p, n.parameters.data(), x + first * Network::inputs, work.arena.data())));
    first += part;
  }
}

/// Outputs of a network, y ← [rows, outputs], for any number of examples x, a span or a tensor.
///
/// Reads what it is given and writes y and the workspace alone: threads may run it on one network
/// together, each with its own workspace. Allocates and throws nothing.
/// @return why it did nothing, where the numbers of elements do not fit
template <class Network, forward_memory Workspace, class X>
[[nodiscard]] refusal try_predict(network_view const& n, X const& x, std::span<float> y,
                                  Workspace& work) noexcept {
  auto const numbers = detail::flat_examples<Network>(x);
  if (numbers.no) return numbers.no;
  if (auto const r = detail::check_examples<Network>(numbers.values, 0)) return r;
  std::size_t const rows = numbers.values.size() / Network::inputs;
  if (auto const r = detail::check_count("outputs", rows * Network::outputs, y.size())) return r;
  for_each_part<Network>(rows, n, numbers.values.data(), work,
                         [&](std::size_t first, std::size_t part, float const* out) {
                           std::copy_n(out, part * Network::outputs,
                                       y.data() + first * Network::outputs);
                         });
  return {};
}

/// The same.
///
///     adapt::inference_workspace<network, 8> work;  // one for each thread
///     adapt::predict<network>(device.view(), x, y, work);  // device may be const
/// @throws halo::error for what try_predict refuses
template <class Network, forward_memory Workspace, class X>
void predict(network_view const& n, X const& x, std::span<float> y, Workspace& work) {
  throw_if(try_predict<Network>(n, x, y, work));
}

namespace detail {

/// Classes of a confusion matrix and what derives from it, targets of r2 and flags; 0: any.
template <class M>
inline constexpr std::size_t classes_of = 0;
template <class M>
  requires requires { requires std::derived_from<M, measure::confusion<M::classes>>; }
inline constexpr std::size_t classes_of<M> = M::classes;
template <class M>
inline constexpr std::size_t targets_of = 0;
template <std::size_t N>
inline constexpr std::size_t targets_of<measure::r2<N>> = N;
template <std::size_t N>
inline constexpr std::size_t targets_of<measure::flags<N>> = N;
/// Says which measure does not look at what the loss wants; true, so that it can stand in a
/// static_assert.
template <std::size_t Outputs, class Loss, class M>
[[nodiscard]] consteval bool measures() {
  static_assert(measure::measure<M, typename Loss::target>,
                "halo: evaluate: the measure does not count targets of this loss: accuracy, "
                "confusion<...> and the like are of labels, rmse, r2<...>, flags<...> of numbers; "
                "a measure of your own has name, lower_is_better, add, merge and "
                "value, which is const");
  static_assert(classes_of<M> == 0 || classes_of<M> == Outputs,
                "halo: evaluate: the measure is of as many classes as the network has outputs");
  static_assert(targets_of<M> == 0 || targets_of<M> == Loss::targets(Outputs),
                "halo: evaluate: the measure is of as many targets as the loss has");
  return true;
}

}  // namespace detail

/// Mean loss and accuracy over any number of examples, at least one; no accuracy (NaN) where the
/// loss has none, no loss (NaN) where no example counts in it, and nothing but a refusal where x
/// and t do not fit network, loss or each other.
///
/// As re-entrant as try_predict; allocates and throws nothing.
/// @param more  measures, each of which counts the examples in
template <class Network, class Loss, forward_memory Workspace, class X, class Y, class... M>
[[nodiscard]] evaluation try_evaluate(network_view const& n, X const& x, Y const& t,
                                      Workspace& work, M&... more) noexcept {
  static_assert((detail::measures<Network::outputs, Loss, M>() && ...));
  detail::examples<Network, Loss> const e(x, t, std::numeric_limits<std::size_t>::max());
  constexpr double none = std::numeric_limits<double>::quiet_NaN();  // 0 would be a good loss
  if (e.no) return {.loss = none, .accuracy = none, .refused = e.no};
  double loss = 0, weight = 0;
  nn::accuracy_measure<Loss> right;
  for_each_part<Network>(
      e.rows(), n, e.x.data(), work, [&](std::size_t first, std::size_t part, float const* out) {
        auto const* const targets = e.t.data() + first * Loss::targets(Network::outputs);
        double const counts = nn::weight_of<Loss>(part, Network::outputs, targets);
        weight += counts;
        loss += counts * static_cast<double>(Loss::value_and_gradient(
                             part, Network::outputs, out, targets, static_cast<float*>(nullptr)));
        auto const answers = nn::answers_under<Loss>(part, Network::outputs, out, targets);
        right.add(answers);
        (more.add(answers), ...);
      });
  return {.loss = loss / weight, .accuracy = right.value()};
}

/// The same.
///
///     measure::confusion<6> table;
///     adapt::evaluate<network, nn::cross_entropy>(device.view(), x, t, work, table);
/// @throws halo::error for what try_evaluate refuses
template <class Network, class Loss, forward_memory Workspace, class X, class Y, class... M>
evaluation evaluate(network_view const& n, X const& x, Y const& t, Workspace& work, M&... more) {
  evaluation const e = try_evaluate<Network, Loss>(n, x, t, work, more...);
  throw_if(e.refused);
  return e;
}

/// Calls body(row, loss, right) for each of any number of examples, at least one: the loss of that
/// row alone, and its accuracy, 1 or 0 where it is right or wrong as a whole, NaN where the loss
/// has none.
///
/// As re-entrant as try_predict; allocates and throws nothing.
/// @return why it did nothing, where x and t do not fit network, loss or each other
template <class Network, class Loss, forward_memory Workspace, class X, class Y, class Body>
[[nodiscard]] refusal try_each_row(network_view const& n, X const& x, Y const& t, Workspace& work,
                                   Body&& body) noexcept {
  constexpr std::size_t outputs = Network::outputs, targets = Loss::targets(outputs);
  detail::examples<Network, Loss> const e(x, t, std::numeric_limits<std::size_t>::max());
  if (e.no) return e.no;
  for_each_part<Network>(e.rows(), n, e.x.data(), work,
                         [&](std::size_t first, std::size_t part, float const* out) {
                           for (std::size_t i = 0; i < part; ++i) {
                             auto const* const answer = e.t.data() + (first + i) * targets;
                             float loss = 0;
                             Loss::value_and_losses(1, outputs, out + i * outputs, answer, &loss);
                             body(first + i, static_cast<double>(loss),
                                  nn::accuracy_of<Loss>(1, outputs, out + i * outputs, answer));
                           }
                         });
  return {};
}

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
