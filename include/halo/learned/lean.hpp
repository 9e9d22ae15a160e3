// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include <halo/core/assert.hpp>
#include <halo/core/cost.hpp>
#include <halo/core/fingerprint.hpp>
#include <halo/core/wrapped_name.hpp>
#include <halo/learned/lean_pass.hpp>
#include <halo/learned/lean_state.hpp>
#include <halo/learned/lean_storage.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/learned/safe_step.hpp>
#include <halo/learned/step_facts.hpp>
#include <halo/optim/cost.hpp>
#include <halo/optim/dense.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/optim/selection.hpp>

namespace halo::learned {

namespace detail {
struct lean_name {
  static constexpr char const* wrapper_name = "lean";
};
}  // namespace detail

/// A learned optimizer for little memory: what coordinates remember is kept in 16 bits or 8, and
/// the start that known layers are pulled to is not copied, it lies where it lies: in flash.
///
///     extern float const trained[network::parameters];
///     learned::lean<learned::horizon_rule<>> rule(my_rule, trained);
///     static adapt::adapter<network, nn::cross_entropy, decltype(rule), 8> device(rule, trained);
///
/// Where no start is given nothing is pulled to one; layers drawn anew begin at 0 and need none.
/// Numbers in fewer bits are rounded up or down by turns that even out over the steps, by nobody's
/// random numbers: the same run has the same bits. With precision::full and a given start a step
/// has those of the rule itself.
///
/// @tparam Rule  learned::optimizer<P> of a program that carries nothing from observe() to apply(),
///               holds nothing back and does not settle: horizon_rule
/// @tparam S     in what numbers of a coordinate are kept
template <class Rule, precision S = precision::bfloat16>
class lean {
  using P = typename Rule::program_type;
  using W = typename Rule::weight_type;
  static_assert(P::carry == 0 && P::held == 0 && !program_traits<P>::settles,
                "halo: lean: a rule whose program carries nothing from observe() to apply(), holds "
                "nothing back and does not settle, such as horizon_rule");
  static_assert(
      S != precision::eight_bits || requires { P::sum_of_squares; },
      "halo: lean: eight_bits: a program one of whose sums is that of its squares, "
      "P::sum_of_squares, such as horizon_rule");

 public:
  using program_type = P;
  /// The rule's; every layer in every step without a selection's memory.
  using preferred_policy =
      std::conditional_t<std::is_same_v<optim::policy_of<Rule>, optim::selection>, optim::dense,
                         optim::policy_of<Rule>>;
  static constexpr char const* name = wrapped_name<detail::lean_name, Rule>::text.data();
  static constexpr std::size_t operations_per_parameter = Rule::operations_per_parameter;
  static constexpr std::size_t functions_per_parameter = Rule::functions_per_parameter;
  static constexpr std::size_t operations_per_tensor = Rule::operations_per_tensor;
  static constexpr std::size_t operations_per_step = Rule::operations_per_step;
  template <parameter_layout Layout, floating T = float>
  using state = lean_state<P, Layout, T, S>;

  /// Numbers that a step reads and writes, of whatever size.
  template <parameter_layout Layout>
  [[nodiscard]] static constexpr cost moved(layer_mask mask) noexcept {
    constexpr std::size_t kept = detail::kept_numbers<P>;
    std::uint64_t const n = optim::selected_parameters<Layout>(mask);
    return {0, 0, n * (4 + kept + P::state), n * (1 + kept)};
  }

  Rule rule{};                     ///< what is computed
  std::span<float const> start{};  ///< where the parameters of known layers began, or empty

  /// Two that differ in the rule, in how they keep numbers or in a number of the start are not the
  /// same optimizer.
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", detail::lean_name::wrapper_name);
    f.part("inner", self.rule);
    f.constant("precision", S == precision::full       ? "full"
                            : S == precision::bfloat16 ? "bfloat16"
                                                       : "eight bits");
    f.constant("start", fingerprint_of(self.start).text().data());
  }

  lean() = default;
  /// A rule, and where the parameters of known layers begin.
  /// @param from  one number for every parameter, which must outlive the optimizer; or none
  lean(Rule of, std::span<float const> from = {}) : rule(std::move(of)), start(from) {}

  /// Where the start is that of a network with another number of parameters, the reason.
  [[nodiscard]] constexpr char const* misfit(std::size_t parameters) const noexcept {
    return start.empty() || start.size() == parameters
               ? nullptr
               : "a start with one number for every parameter";
  }
  /// The state at the beginning of a run.
  /// @pre a start has as many numbers as there are parameters
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    HALO_EXPECTS(misfit(Layout::size) == nullptr,
                 "lean: a start has one number for every parameter");
    state<Layout, T> s;
    for (std::size_t i = 0; i < Layout::tensors; ++i) begin(s, i);
    return s;
  }

  /// Begins anew what is remembered of some layers (optim::forget) and of the problem, which is
  /// another one with other layers; its steps count on.
  template <class Layout, class T>
  void forget(lean_state<P, Layout, T, S>& s, layer_mask layers, T const*) const noexcept {
    for (std::size_t i = 0; i < Layout::tensors; ++i) {
      if (!layers[Layout::table[i].layer]) continue;
      begin(s, i);
      s.steps[i] = 0;
    }
  }

  /// It takes gradients in parts, too.
  static constexpr bool takes_parts = true;

  /// One step; allocates nothing.
  ///
  /// @param gradient  Layout::size numbers; or what hands out parts of them, `most` at a time, such
  ///                  as nn::gradient_parts, and then the context knows their magnitude
  template <class Arch = simd::default_arch, class Layout, class T, class Gradient>
  optim::status step(T* theta, Gradient const& gradient, lean_state<P, Layout, T, S>& s,
                     optim::step_context<T> const& context = {}) const noexcept {
    layer_mask const mask = context.mask & layer_mask::all(Layout::layers);
    if (mask.empty()) return optim::status::empty;
    constexpr T most = S == precision::full ? detail::ceiling<T> : T(1e15);
    T const* whole = nullptr;
    if constexpr (std::is_convertible_v<Gradient, T const*>)
      whole = gradient;
    else
      HALO_EXPECTS(context.magnitude >= T(0), "lean: who hands out parts knows their magnitude");
    if (!detail::is_safe_step<Layout>(whole, context, most)) return optim::status::non_finite;
    conditioner<T> const condition{
        context.scale, context.limit,
        context.scale == T(1) && context.limit == std::numeric_limits<T>::max(),
        static_cast<T>(context.rate)};
    facts<T> f = facts_of<Layout>(s.step, context);
    at_least_one<T, P::overview> overview{};
    auto const reader = rule.template reader<T>();
    P::survey(reader, f, s.total().data(), static_cast<T const*>(s.global.data()), overview.data());
    for (std::size_t i = 0; i < Layout::tensors; ++i) {
      parameter_info const& info = Layout::table[i];
      if (!mask[info.layer]) continue;
      tell_tensor<Layout>(f, i, ++s.steps[i]);
      if constexpr (S == precision::eight_bits) {
        if (s.square(i)[1] <= 0) s.square(i)[1] = first_square<Layout>(whole, context);
      }
      step_tensor<Arch>(f, info, theta + info.offset, gradient, condition, overview.data(), s, i);
    }
    P::conclude(reader, f, s.total().data(), static_cast<T const*>(s.tensor(Layout::tensors - 1)),
                s.global.data());
    ++s.step;
    return optim::status::done;
  }

 private:
  /// The state of one tensor at the beginning of a run, and of the problem.
  template <class Layout, class T>
  void begin(lean_state<P, Layout, T, S>& s, std::size_t i) const noexcept {
    constexpr std::size_t kept = detail::kept_numbers<P>;
    at_least_one<T, P::state> coordinate{};
    at_least_one<T, P::tensor_state> tensor{};
    facts<T> f = facts_of<Layout>(s.step, optim::step_context<T>{});
    f.step = T(1);
    tell_tensor<Layout>(f, i, 0);
    if constexpr (S == precision::eight_bits) s.square(i)[0] = s.square(i)[1] = 0;
    P::initial(rule.template reader<T>(), f, coordinate.data(), tensor.data(), s.global.data());
    [[maybe_unused]] auto* tile = s.tile(i);
    if constexpr (kept > 0)
      for (std::size_t k = 0; k < tiles_of(Layout::table[i].count) * kept; ++k, tile += tile_lanes)
        for (std::size_t lane = 0; lane < tile_lanes; ++lane)
          detail::store_kept(simd::batch<T, simd::scalar>(coordinate[k % kept]), tile + lane, 0,
                             detail::scales_of<P>(0)[k % kept]);
    std::copy_n(tensor.data(), P::tensor_state, s.tensor(i));
  }

  /// By what 8 bits begin: where a bound on the gradient fits.
  template <class Layout, class T>
  static float first_square(T const* whole, optim::step_context<T> const& context) noexcept {
    T const size = optim::detail::largest_gradient<Layout>(context, whole) * context.scale;
    return std::max(detail::mean_below(static_cast<float>(std::min(size, context.limit))), 1e-36F);
  }

  template <class Arch, class Layout, class T, class Gradient>
  void step_tensor(facts<T> const& f, parameter_info const& info, T* theta,
                   Gradient const& gradient, conditioner<T> const& condition, T const* overview,
                   lean_state<P, Layout, T, S>& s, std::size_t i) const noexcept {
    using V = simd::batch<T, Arch>;
    constexpr std::size_t kept = detail::kept_numbers<P>;
    constexpr std::size_t most = detail::most_of<Gradient>;
    static_assert(most > 0);
    auto const reader = rule.template reader<T>();
    W const* const weights = rule.values().data();
    T const* const global = s.global.data();
    auto const each_part = [&](auto&& body) {
      for (std::size_t at = 0; at < info.count; at += most)
        body(at, std::min(most, info.count - at));
    };
    at_least_one<T, P::context> context{};
    at_least_one<T, P::sums> mean{};
    at_least_one<T, P::decision> decision{};
    P::prepare(reader, f, static_cast<T const*>(s.tensor(i)), global, overview, context.data());
    at_least_one<V, P::sums> total;
    total.fill(V(T(0)));
    detail::kept_scales<P> was{}, now{};
    if constexpr (S == precision::eight_bits) {
      was = detail::scales_of<P>(s.square(i)[0]);
      now = detail::scales_of<P>(s.square(i)[0] = s.square(i)[1]);
    }
    each_part([&](std::size_t at, std::size_t n) {
      observe_lean<P, S, Arch>(weights, context.data(), n, static_cast<T const*>(theta + at),
                               detail::part_of(gradient, info, i, at, n), condition,
                               s.tile(i) + at * kept, was, now, detail::rounding_of(s.steps[i]),
                               total.data());
    });
    for (std::size_t k = 0; k != P::sums; ++k)
      mean[k] = lane_sum(total[k]) / static_cast<T>(info.count);
    if constexpr (S == precision::eight_bits)
      s.square(i)[1] = static_cast<float>(mean[P::sum_of_squares]);
    P::decide(reader, f, static_cast<T const*>(mean.data()), s.tensor(i), global, decision.data());
    bool const known = !start.empty() && !f.anew;
    if constexpr (detail::keeps_start<P>)
      if (!known && !f.anew) decision[P::pull_back] = T(0);
    each_part([&](std::size_t at, std::size_t n) {
      T const* own = nullptr;
      if constexpr (!program_traits<P>::gradient_once)
        own = detail::part_of(gradient, info, i, at, n);
      apply_lean<P, S, Arch>(weights, decision.data(), n, theta + at, own, condition,
                             s.tile(i) + at * kept, now,
                             known ? start.data() + info.offset + at : nullptr);
    });
  }
};

}  // namespace halo::learned

#include <halo/macros_back.hpp>
