// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>

#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/fingerprint.hpp>
#include <halo/core/random.hpp>
#include <halo/learned/overrun.hpp>
#include <halo/learned/pass.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/program_check.hpp>
#include <halo/learned/safe_step.hpp>
#include <halo/learned/state.hpp>
#include <halo/learned/step_facts.hpp>
#include <halo/optim/cost.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/optim/selection.hpp>

namespace halo::learned {

/// An ordinary optimizer made of a program and its weights: a learned optimizer is a factory of
/// these [Metz et al. 2022, "Practical tradeoffs between memory, compute, and performance"].
///
/// Holds the weights by value. A step refuses (status::non_finite, nothing changed) a loss that is
/// not finite and a gradient beyond 1e15 (float) or 1e120 (double), whose square would overflow;
/// below that every number of a program stays finite by construction.
template <class P, floating W = float>
class optimizer {
  static_assert(detail::check_program<P>());

 public:
  using program_type = P;
  using weight_type = W;  ///< of its trained numbers
  using preferred_policy = optim::policy_of<P>;
  static constexpr char const* name = P::name;
  static constexpr std::size_t operations_per_parameter = P::operations_per_parameter;
  static constexpr std::size_t functions_per_parameter = program_traits<P>::functions_per_parameter;
  static constexpr std::size_t operations_per_tensor = program_traits<P>::operations_per_tensor;
  static constexpr std::size_t operations_per_step = program_traits<P>::operations_per_step;
  static constexpr std::size_t weights = P::table.size;  ///< how many trained numbers
  template <parameter_layout Layout, floating T = float>
  using state = learned::state<P, Layout, T>;

  /// Numbers that a step reads and writes: two passes over θ, gradient and state of the selected
  /// layers, with what the first hands on to the second.
  template <parameter_layout Layout>
  [[nodiscard]] static constexpr cost moved(layer_mask mask) noexcept {
    std::uint64_t const n = optim::selected_parameters<Layout>(mask);
    return {0, 0, n * (2 * (2 + P::state) + P::carry), n * (1 + P::state + P::carry)};
  }

  P config{};  ///< numbers of a program that are not learned: its own data members

  /// The program, its options and own numbers, and the weights: two that differ in any of them are
  /// not the same optimizer.
  static constexpr void record(auto& self, auto&& f) {
    f.template part<program_traits<P>>("");
    if constexpr (!std::is_empty_v<P>) f.part("config", self.config);
    f.constant("weights", fingerprint_of(std::span<W const>(self.weights_)).text().data());
  }

  /// Untrained weights.
  optimizer() noexcept : optimizer(seed{}) {}
  /// Untrained weights, drawn as the program's table says.
  explicit optimizer(seed s) noexcept {
    initialize(P::table, std::span<W>(weights_), s);
    expect_no_overrun();
  }
  /// Given weights: as many as the program has, each finite. Those from outside are looked at by
  /// optimizer_with_weights() (weights_file.hpp).
  explicit optimizer(std::span<W const> values, P const& configuration = {}) noexcept
      : config(configuration) {
    HALO_EXPECTS(values.size() == weights, "optimizer: one number for every weight");
    for (std::size_t i = 0; i < weights; ++i) {
      HALO_EXPECTS(std::isfinite(values[i]), "optimizer: finite weights");
      weights_[i] = values[i];
    }
    expect_no_overrun();
  }

  /// Its trained numbers, in the order of the table.
  [[nodiscard]] std::span<W const, weights> values() const noexcept {
    return std::span<W const, weights>(weights_.data(), weights);
  }

  /// The state at the beginning of a run.
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    state<Layout, T> s;
    for (std::size_t i = 0; i < Layout::tensors; ++i) begin(s, i);
    return s;
  }

  /// Begins anew what is remembered of some layers (optim::forget) and of the problem, which is
  /// another one with other layers; its steps count on.
  template <class Layout, class T>
  void forget(learned::state<P, Layout, T>& s, layer_mask layers, T const*) const noexcept {
    for (std::size_t i = 0; i < Layout::tensors; ++i) {
      if (!layers[Layout::table[i].layer]) continue;
      begin(s, i);
      s.steps[i] = 0;
    }
  }

  /// Watches nothing.
  struct no_witness {
    /// Does nothing.
    template <class T>
    void operator()(std::size_t, T const*, T const*) const noexcept {}
  };

  /// One step; allocates nothing.
  ///
  /// @param witness  called as witness(tensor, carry, mean) between the two passes of each tensor
  template <class Arch = simd::default_arch, class Layout, class T, class Witness = no_witness>
  optim::status step(T* theta, T const* gradient, learned::state<P, Layout, T>& s,
                     optim::step_context<T> const& context = {},
                     Witness&& witness = {}) const noexcept {
    layer_mask const mask = context.mask & layer_mask::all(Layout::layers);
    if (mask.empty()) return optim::status::empty;
    if (!detail::is_safe_step<Layout>(gradient, context)) return optim::status::non_finite;
    conditioner<T> const condition{
        context.scale, context.limit,
        context.scale == T(1) && context.limit == std::numeric_limits<T>::max(),
        static_cast<T>(context.rate)};
    facts<T> f = facts_of(s, context);
    at_least_one<T, P::overview> overview{};
    P::survey(reader<T>(), f, s.total().data(), static_cast<T const*>(s.global.data()),
              overview.data());
    for (std::size_t i = 0; i < Layout::tensors; ++i) {
      parameter_info const& info = Layout::table[i];
      if (!mask[info.layer]) continue;
      tell_tensor<Layout>(f, i, ++s.steps[i]);
      step_tensor<Arch>(f, info.count, theta + info.offset, gradient + info.offset, condition,
                        overview.data(), s, i, witness);
    }
    P::conclude(reader<T>(), f, s.total().data(),
                static_cast<T const*>(s.tensor(Layout::tensors - 1)), s.global.data());
    if constexpr (program_traits<P>::settles)
      settle_all<Arch>(f, mask, theta, gradient, condition, s);
    ++s.step;
    return optim::status::done;
  }

  /// How the program sees its trained numbers, as numbers of type T.
  template <class T>
  [[nodiscard]] plain_reader<T, W, T> reader() const noexcept {
    return {weights_.data(), nullptr};
  }

 private:
  /// The state of one tensor at the beginning of a run, and of the problem.
  template <class Layout, class T>
  void begin(learned::state<P, Layout, T>& s, std::size_t i) const noexcept {
    at_least_one<T, P::state> coordinate{};
    at_least_one<T, P::tensor_state> tensor{};
    facts<T> f = facts_of(s, optim::step_context<T>{});
    f.step = T(1);
    tell_tensor<Layout>(f, i, 0);
    P::initial(reader<T>(), f, coordinate.data(), tensor.data(), s.global.data());
    std::size_t const tiles = tiles_of(Layout::table[i].count);
    for (std::size_t k = 0; k < tiles * P::state * tile_lanes; ++k)
      s.tile(i)[k] = coordinate[k / tile_lanes % coordinate.size()];
    std::copy_n(tensor.data(), P::tensor_state, s.tensor(i));
    if constexpr (requires { config.scatter(i, Layout::table[i].count, s.tile(i), s.tensor(i)); })
      config.scatter(i, Layout::table[i].count, s.tile(i), s.tensor(i));
  }

  void expect_no_overrun() const noexcept {
    HALO_EXPECTS((overrun_of<P, W>(weights_) == nullptr),
                 "optimizer: a program uses no more numbers than it declares (overrun.hpp)");
  }
  template <class Arch, class Layout, class T, class Witness>
  void step_tensor(facts<T> const& f, std::size_t n, T* theta, T const* gradient,
                   conditioner<T> const& condition, T const* overview,
                   learned::state<P, Layout, T>& s, std::size_t i,
                   Witness& witness) const noexcept {
    at_least_one<T, P::context> context{};
    at_least_one<T, P::sums> mean{};
    at_least_one<T, P::decision> decision{};
    T const* const global = s.global.data();
    P::prepare(reader<T>(), f, static_cast<T const*>(s.tensor(i)), global, overview,
               context.data());
    observe_tensor<P, Arch>(weights_.data(), context.data(), n, static_cast<T const*>(theta),
                            gradient, condition, s.tile(i), s.carry.data(), mean.data());
    witness(i, static_cast<T const*>(s.carry.data()), static_cast<T const*>(mean.data()));
    P::decide(reader<T>(), f, static_cast<T const*>(mean.data()), s.tensor(i), global,
              decision.data());
    if constexpr (!program_traits<P>::settles)
      apply_tensor<P, Arch>(weights_.data(), decision.data(), n, theta, gradient, condition,
                            s.tile(i), s.carry.data());
  }

  template <class Arch, class Layout, class T>
  void settle_all(facts<T>& f, layer_mask mask, T* theta, T const* gradient,
                  conditioner<T> const& condition, learned::state<P, Layout, T>& s) const noexcept {
    for (std::size_t i = 0; i < Layout::tensors; ++i) {
      parameter_info const& info = Layout::table[i];
      if (!mask[info.layer]) continue;
      tell_tensor<Layout>(f, i, s.steps[i]);
      at_least_one<T, P::decision> decision{};
      P::settle(reader<T>(), f, static_cast<T const*>(s.tensor(i)),
                static_cast<T const*>(s.global.data()), decision.data());
      apply_tensor<P, Arch>(weights_.data(), decision.data(), info.count, theta + info.offset,
                            gradient + info.offset, condition, s.tile(i), s.carry.data());
    }
  }

  std::array<W, weights> weights_{};
};

}  // namespace halo::learned

#include <halo/macros_back.hpp>
