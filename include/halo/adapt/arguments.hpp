// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

#include <halo/adapt/elements.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/core/allowed.hpp>
#include <halo/core/error.hpp>
#include <halo/core/options.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/nn/loss_check.hpp>
#include <halo/optim/decide.hpp>
#include <halo/optim/member_check.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/optim/policy.hpp>

// What an adapter is handed, looked at before anything moves.

namespace halo::adapt {

namespace detail {

/// How many examples of a network x holds: any number, at least `least`.
template <class Network>
[[nodiscard]] refusal check_examples(std::span<float const> x, std::size_t least) noexcept {
  if (x.size() % Network::inputs == 0 && x.size() >= least * Network::inputs) return {};
  return {x.empty() ? misfit::no_examples : misfit::example_size, "x", 0,
          static_cast<double>(Network::inputs), static_cast<double>(x.size())};
}

/// A number of something that is fixed.
[[nodiscard]] inline refusal check_count(char const* argument, std::size_t expected,
                                         std::size_t found) noexcept {
  if (found == expected) return {};
  return {misfit::count, argument, 0, static_cast<double>(expected), static_cast<double>(found)};
}

/// Examples and their targets, at least one and at most `most`, as a network and a loss take them;
/// refused for other numbers of elements and targets that the loss does not take.
template <class Network, class Loss>
struct examples {
  using target = typename Loss::target;
  std::span<float const> x;
  std::span<target const> t;
  refusal no{};

  template <class X, class Y>
  examples(X const& of_x, Y const& of_t, std::size_t most) noexcept {
    auto const numbers = flat_examples<Network>(of_x);
    auto const answers = flat<target>(of_t, "targets", Loss::targets(Network::outputs));
    x = numbers.values, t = answers.values;
    no = numbers.no ? numbers.no : answers.no ? answers.no : check(most);
  }
  [[nodiscard]] std::size_t rows() const noexcept { return x.size() / Network::inputs; }

 private:
  [[nodiscard]] refusal check(std::size_t most) const noexcept {
    if (auto const r = check_examples<Network>(x, 1)) return r;
    if (rows() > most) {
      return {misfit::too_many, "x", 0, static_cast<double>(most), static_cast<double>(rows())};
    }
    if (auto const r = check_count("targets", rows() * Loss::targets(Network::outputs), t.size()))
      return r;
    constexpr allowed range = nn::target_range_of<Loss>(Network::outputs);
    if constexpr (range != nn::any_target) {
      for (std::size_t i = 0; i < t.size(); ++i) {
        auto const found = static_cast<double>(t[i]);
        if (range.contains(found)) continue;
        return {.what = std::integral<target> ? misfit::label : misfit::target,
                .argument = "targets",
                .at = i,
                .expected = range.high,
                .found = found,
                .least = range.low};
      }
    }
    return {};
  }
};

/// So many numbers, all finite.
[[nodiscard]] inline refusal check_values(std::span<float const> values, std::size_t size,
                                          char const* argument) noexcept {
  if (auto const r = check_count(argument, size, values.size())) return r;
  for (std::size_t i = 0; i < size; ++i) {
    if (!std::isfinite(values[i]))
      return {misfit::not_finite, argument, i, 0, static_cast<double>(values[i])};
  }
  return {};
}

template <class Network>
[[nodiscard]] consteval bool is_network() {
  static_assert(
      requires {
        Network::layers;
        typename Network::layout;
      },
      "halo: adapter: the first argument is a network, nn::sequential<...>; a layer alone is one "
      "of a single layer");
  return true;
}

/// A network; of what is none, says so before anybody asks for its members.
template <class Network>
using checked_network = std::enable_if_t<is_network<Network>(), Network>;

/// What an adapter is made of; not a requires clause: a sentence comes first, the compiler's
/// reasons after it.
template <class Network, class Loss, class Optimizer>
[[nodiscard]] consteval bool adapter_takes() {
  static_assert(nn::detail::complain_of_loss<Loss>());
  static_assert(nn::loss<Loss>,
                "halo: adapter: the second argument is a loss, such as "
                "nn::cross_entropy or nn::mean_square");
  static_assert(nn::takes_outputs_of<Loss>(Network::outputs),
                "halo: adapter: the loss does not take the network's number of outputs; "
                "nn::gaussian_nll wants two for each target");
  static_assert(optim::detail::complain_of_optimizer<Optimizer, typename Network::layout, float>());
  static_assert(optim::optimizer<Optimizer, typename Network::layout, float>,
                "halo: adapter: the third argument is an optimizer, such as optim::adam");
  return true;
}

/// Why an optimizer, or one inside of it, is not one for so many parameters: O::misfit, where it
/// has that; null where it is.
template <class O>
[[nodiscard]] constexpr char const* misfit_of(O const& o, std::size_t parameters) noexcept {
  if constexpr (requires { o.misfit(parameters); })
    return o.misfit(parameters);
  else if constexpr (requires { o.inner; })
    return misfit_of(o.inner, parameters);
  else
    return nullptr;
}
/// An optimizer for these parameters, or a policy for a network of so many layers, whose options
/// are in their ranges.
/// @throws halo::error else
template <class Layout, class Optimizer>
[[nodiscard]] Optimizer const& checked(Optimizer const& optimizer) {
  check_options(optimizer, Optimizer::name);
  if (char const* const reason = misfit_of(optimizer, Layout::size))
    fail([&] {
      return complaint(Optimizer::name, "", reason,
                       "a network of " + std::to_string(Layout::size) + " parameters");
    });
  return optimizer;
}
template <class Policy>
[[nodiscard]] Policy const& checked(Policy const& policy, std::size_t layers) {
  optim::check_policy(policy, layers);
  return policy;
}

/// Takes parameters apart from the statistics behind them, where both are in one span.
template <class Network>
void split_parameters(std::span<float const>& parameters,
                      std::span<float const>& statistics) noexcept {
  if (!statistics.empty() || parameters.size() != Network::parameters + Network::statistics) return;
  statistics = parameters.last(Network::statistics);
  parameters = parameters.first(Network::parameters);
}

/// The parameters of a network and its running statistics: numbers, finiteness, and that no
/// variance is negative.
template <class Network>
[[nodiscard]] refusal check_parameters(std::span<float const> parameters,
                                       std::span<float const> statistics) noexcept {
  if (auto const r = check_values(parameters, Network::parameters, "parameters")) return r;
  if (auto const r = check_values(statistics, Network::statistics, "statistics")) return r;
  for (parameter_info const& info : Network::statistics_layout::table) {
    if (info.role != parameter_role::gain) continue;
    for (std::size_t i = info.offset; i < info.offset + info.count; ++i)
      if (statistics[i] < 0)
        return {misfit::variance, "statistics", i, 0, static_cast<double>(statistics[i])};
  }
  return {};
}

}  // namespace detail
}  // namespace halo::adapt

#include <halo/macros_back.hpp>
