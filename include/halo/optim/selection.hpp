// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <halo/core/assert.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/optim/policy.hpp>

namespace halo::optim {

/// A policy: each layer takes part in a step on its own, with a probability of its own.
///
/// s_j ~ Bernoulli(p_j), drawn anew for every step [Li et al. 2020, sec. 3.2]. Weight and bias of a
/// layer share their draw (the authors' code draws for each tensor). One number is drawn for every
/// layer and step, also where p_j is 0 or 1, so a run does not shift when a probability changes.
class selection {
 public:
  /// Every layer in every step.
  constexpr selection() noexcept { probability_.fill(1.0); }
  /// Every layer in every step.
  [[nodiscard]] static constexpr selection dense() noexcept { return {}; }

  /// The same probability for all layers.
  [[nodiscard]] static constexpr selection uniform(double probability) noexcept {
    selection s;
    s.probability_.fill(probability);
    return s;
  }

  /// One probability for each third of the layers, lowest first: layer j of k is in third
  /// floor(3j/k), the last layer always in the last. The paper's choice is (0.1, 0.3, 0.5).
  [[nodiscard]] static constexpr selection thirds(std::size_t layers, double low = 0.1,
                                                  double middle = 0.3, double high = 0.5) noexcept {
    HALO_EXPECTS(layers <= layer_mask::capacity, "selection: at most 128 layers");
    selection s = of_layers(layers);
    std::array<double, 3> const p{low, middle, high};
    for (std::size_t j = 0; j < std::min(layers, layer_mask::capacity); ++j) {
      s.probability_[j] = p[j + 1 == layers ? 2 : 3 * j / layers];
    }
    return s;
  }

  /// A probability for each layer of a network, lowest first. For networks of so many layers only.
  [[nodiscard]] static constexpr selection custom(std::span<double const> probabilities) noexcept {
    HALO_EXPECTS(probabilities.size() <= layer_mask::capacity, "selection: at most 128 layers");
    selection s = of_layers(probabilities.size());
    std::size_t const told = std::min(probabilities.size(), layer_mask::capacity);
    std::copy_n(probabilities.begin(), told, s.probability_.begin());
    return s;
  }

  /// The same, but these layers always.
  [[nodiscard]] constexpr selection forced(layer_mask layers) const noexcept {
    selection s = *this;
    for (std::size_t j = 0; j < layer_mask::capacity; ++j) {
      if (layers[j]) s.probability_[j] = 1;
    }
    return s;
  }

  /// The same draws given that they are not empty, P(mask) / (1 - Π(1 - p_j)): no step is idle.
  [[nodiscard]] constexpr selection at_least_one() const noexcept {
    selection s = *this;
    s.at_least_one_ = true;
    return s;
  }

  /// With which a layer is selected.
  [[nodiscard]] constexpr double probability(std::size_t layer) const noexcept {
    return layer < layer_mask::capacity ? probability_[layer] : 0;
  }

  /// Where it was made for networks of another number of layers, the reason.
  [[nodiscard]] constexpr char const* misfit(std::size_t layers) const noexcept {
    return layers_ == 0 || layers_ == layers
               ? nullptr
               : "as many layers as selection::thirds or custom was told of";
  }
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "selection");
    f.options("probability", std::span(self.probability_), allowed::share());
    f.option("layers", self.layers_, allowed::between(0, layer_mask::capacity));
    f.option("at_least_one", self.at_least_one_);
  }

  /// The draw of one step: a function of the generator's seed, its stream and the step alone.
  [[nodiscard]] layer_mask draw(generator const& g, std::uint64_t step,
                                std::size_t layers) const noexcept {
    layer_mask mask;
    for (std::size_t j = 0; j < layers; ++j) {
      auto const word = g.words(step * 64 + j % 64)[j / 64];
      double p = probability_[j];
      // nothing selected yet: P(layer j | one of j and those above it is)
      if (at_least_one_ && mask.empty() && p > 0) p /= any(j, layers);
      mask.set(j, static_cast<double>(word) * 0x1p-32 < p);
    }
    return mask;
  }

  /// The mean of a count over the draws: Σ_mask P(mask)·count(mask), exactly, for up to 20 layers.
  template <class Count>
  [[nodiscard]] constexpr double expected(std::size_t layers, Count&& count) const noexcept {
    HALO_EXPECTS(layers <= 20, "selection: the exact mean enumerates 2^layers masks");
    bool const never_empty = at_least_one_ && any(0, layers) > 0;
    double sum = 0;
    for (std::uint64_t bits = never_empty ? 1 : 0; bits < std::uint64_t{1} << layers; ++bits) {
      double p = never_empty ? 1 / any(0, layers) : 1;
      for (std::size_t j = 0; j < layers; ++j) {
        p *= ((bits >> j) & 1U) != 0 ? probability_[j] : 1 - probability_[j];
      }
      if (p > 0) sum += p * static_cast<double>(count(layer_mask(bits)));
    }
    return sum;
  }

  using state = no_memory;
  static constexpr bool selective = false;
  [[nodiscard]] decision decide(state const&, generator const& g, std::uint64_t step,
                                std::size_t layers) const noexcept {
    return {.layers = draw(g, step, layers)};
  }
  void observe(state&, observation const&) const noexcept {}

 private:
  /// For networks of so many layers; of none no network has so few, which an option says.
  [[nodiscard]] static constexpr selection of_layers(std::size_t layers) noexcept {
    selection s = uniform(layers > 0 ? 0 : std::numeric_limits<double>::quiet_NaN());
    s.layers_ = layers;
    return s;
  }
  /// The probability that a layer from `first` on is drawn; not 1 - Π, which loses small ones.
  [[nodiscard]] constexpr double any(std::size_t first, std::size_t layers) const noexcept {
    double p = 0;
    for (std::size_t j = layers; j-- > first;) p = probability_[j] + (1 - probability_[j]) * p;
    return p;
  }

  std::array<double, layer_mask::capacity> probability_{};
  std::size_t layers_ = 0;  ///< that it was made for; 0: any number
  bool at_least_one_ = false;
};
static_assert(policy<selection>);

namespace detail {

template <class O>
struct preferred_policy {
  using type = selection;
};
template <class O>
  requires requires { typename O::preferred_policy; }
struct preferred_policy<O> {
  using type = typename O::preferred_policy;
  static_assert(policy<type>, "halo: optimizer: preferred_policy is a type, a policy");
};
template <class O>
  requires(
      requires(O const& rule) { rule.inner; } && !requires { typename O::preferred_policy; })
struct preferred_policy<O> : preferred_policy<decltype(O::inner)> {
};  // a wrapper's is what it wraps

}  // namespace detail

/// The policy an optimizer does best with where it says so, O::preferred_policy; else every layer
/// in every step.
template <class O>
using policy_of = typename detail::preferred_policy<O>::type;

namespace detail {

template <class P, class Network>
struct policy_on {
  using type = P;
};
template <class P, class Network>
  requires(Network::statistics > 0) && requires { typename P::ungated; }
struct policy_on<P, Network> {
  using type = typename P::ungated;
};

}  // namespace detail

/// The same for a network: where it has running statistics, as with batch_norm, whose backward pass
/// cannot run on some of the examples, the policy without its gate for the hardest, P::ungated.
template <class O, class Network>
using policy_for = typename detail::policy_on<policy_of<O>, Network>::type;

/// The three schemes the paper compares [Li et al. 2020, Fig. 4], lowest third of the layers first.
namespace scheme {
/// Probabilities that grow from the lowest layer to the highest.
[[nodiscard]] constexpr selection increasing(std::size_t layers) noexcept {
  return selection::thirds(layers, 0.1, 0.3, 0.5);
}
/// The same probability for every layer.
[[nodiscard]] constexpr selection uniform(std::size_t layers) noexcept {
  return selection::thirds(layers, 0.3, 0.3, 0.3);
}
/// Probabilities that fall from the lowest layer to the highest.
[[nodiscard]] constexpr selection decreasing(std::size_t layers) noexcept {
  return selection::thirds(layers, 0.5, 0.3, 0.1);
}
}  // namespace scheme

}  // namespace halo::optim

#include <halo/macros_back.hpp>
