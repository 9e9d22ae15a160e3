// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/discriminant.hpp>
#include <halo/adapt/features.hpp>
#include <halo/adapt/nearest_mean.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/options.hpp>
#include <halo/core/random.hpp>
#include <halo/kernel/cholesky.hpp>
#include <halo/nn/head.hpp>
#include <halo/nn/initialize.hpp>

namespace halo::adapt {

/// A head as redraw_head makes it: where several ways to start are compared.
struct drawn {
  halo::seed seed{};  ///< of the draws
  static constexpr void record(auto& self, auto&& f) {
    f.option("seed", self.seed.value, allowed::finite());
  }
};

/// New heads for tasks with other classes: the part of an adapter that draws them, or makes them of
/// labelled rows.
///
///     device.start_head(few.x, few.y);                          // a linear discriminant
///     device.start_head(few.x, few.y, adapt::imprinting{});     // class means alone
///     device.start_head(few.x, few.y, adapt::drawn{seed{3}});   // as redraw_head
///
/// One forward pass of the body over the rows, as evaluation makes it, in the adapter's own memory;
/// nothing is allocated. The body stays; what optimizer, average and policy remember of the head
/// begins anew, as in redraw_head, and an optimizer that plans ahead takes the head for a new one:
/// it is far from where it will end, and nothing should pull it back there.
///
/// Rows that come in pieces, and classes that come later, are counted into sums that the program
/// keeps:
///
///     static adapt::discriminant<nn::head<network>::features, network::outputs> sums;
///     device.count_in(x, y, sums);   // at any time, any number of rows
///     device.start_head(sums);       // the head of all that were counted in, as often as wanted
///
/// They are of the features that the body made then: count anew when it has learned.
template <class Self, class Network, class Loss>
class head_starts {
 public:
  /// Draws the last layer with parameters anew. What the optimizer remembers of it begins anew, and
  /// so do an average of the path and the policy; what belongs to the whole run, such as the place
  /// in a schedule, stays.
  template <nn::initializer Rule = nn::he>
  void redraw_head(halo::seed s, Rule rule = {}) noexcept {
    nn::initialize<typename Network::layout, float>(self().parameters_.span(), s, rule,
                                                    layer_mask::top(1, Network::layers));
    self().head_began();
  }

  /// Makes the head of labelled rows, spans or tensors, any number of them from one on; a class
  /// without rows gets no weights and a low bias. Rows without a label, or with another that the
  /// loss takes and is no class, are left out.
  ///
  /// @param how  discriminant_options, imprinting or drawn
  /// @throws halo::error where the numbers of elements do not fit, for a label outside the outputs,
  ///         an x that is not finite, an option out of its range, and where no features are finite
  ///         (some that are not are left out); nothing has changed then
  template <class X, class Y, class How = discriminant_options>
  void start_head(X const& x, Y const& labels, How const& how = {}) {
    check_options(how, "start_head");
    throw_if(try_start_head(x, labels, how), "start_head");
  }
  /// The same, but says what did not fit.
  template <class X, class Y, class How = discriminant_options>
  [[nodiscard]] refusal try_start_head(X const& x, Y const& labels, How const& how = {}) noexcept {
    static_assert(detail::complain_of_head<Network, Loss>());
    if constexpr (std::integral<typename Loss::target> && nn::has_head<Network>) {
      detail::examples<Network, Loss> const e(x, labels, std::numeric_limits<std::size_t>::max());
      if (auto const r = detail::check_rows(e)) return r;
      if (auto const r = check_how(how)) return r;
      if constexpr (std::is_same_v<How, drawn>) {
        redraw_head(how.seed);
        return {};
      } else {
        return make(e, how);
      }
    }
    return {};
  }

  /// Makes the head of sums that rows were counted into, a discriminant or a nearest_mean.
  /// @param how  discriminant_options or imprinting
  /// @throws halo::error for sums without rows and an option out of its range; nothing has changed
  ///         then
  template <class Sums, class... How>
    requires requires(Sums& s, float* p, How const&... how) { s.solve(p, p, how...); }
  void start_head(Sums& sums, How const&... how) {
    (check_options(how, "start_head"), ...);
    throw_if(try_start_head(sums, how...), "start_head");
  }
  /// The same, but says what did not fit.
  template <class Sums, class... How>
    requires requires(Sums& s, float* p, How const&... how) { s.solve(p, p, how...); }
  [[nodiscard]] refusal try_start_head(Sums& sums, How const&... how) noexcept {
    static_assert(detail::complain_of_head<Network, Loss>());
    if constexpr (nn::has_head<Network>) {
      using head = nn::head<Network>;
      static_assert(Sums::features == head::features && Sums::classes == head::outputs,
                    "halo: start_head: sums of the features and classes of the network's head");
      refusal no{};
      ((no = no ? no : check_how(how)), ...);
      if (no) return no;
      return began(sums.rows(),
                   sums.solve(theta() + head::weights, theta() + head::biases, how...));
    }
    return {};
  }

 private:
  using examples = detail::examples<Network, Loss>;

  [[nodiscard]] Self& self() noexcept { return static_cast<Self&>(*this); }
  [[nodiscard]] float* theta() noexcept { return self().parameters_.data(); }

  template <class How>
  [[nodiscard]] static refusal check_how(How const& how) noexcept {
    return detail::check_ranges(how);
  }

  /// A head was made of so many rows, or there was nothing to make it of.
  [[nodiscard]] refusal began(std::size_t rows, bool made) noexcept {
    if (made) {
      self().head_began();
      return {};
    }
    if (rows == 0) return detail::check_count("rows with finite features", 1, 0);
    return {misfit::not_finite, "features", 0, 0, std::numeric_limits<double>::infinity()};
  }

  /// Elements of the arena that a pass of the body takes.
  [[nodiscard]] static constexpr std::size_t used() noexcept {
    return (nn::head<Network>::body::inference_arena_size(Self::max_batch) + 15) / 16 * 16;
  }
  static constexpr std::size_t head_size() noexcept {
    return Network::parameters - nn::head<Network>::weights;
  }
  /// Empty sums in the place of the head's gradient, which holds nothing between two steps; where
  /// there is none, behind what a pass takes.
  [[nodiscard]] detail::class_means<float> own_means() noexcept {
    using head = nn::head<Network>;
    auto& arena = self().work_.arena;
    float* at;
    if constexpr (Self::in_parts) {
      static_assert(used() + head_size() <= std::remove_reference_t<decltype(arena)>::size(),
                    "halo: start_head: the adapter has too little memory for means of so many "
                    "features; count_in an adapt::nearest_mean of your own");
      at = arena.data() + used();
    } else {
      at = self().gradient_.data() + head::weights;
    }
    std::fill_n(at, head_size(), 0.0F);
    return {head::features, head::outputs, at + (head::biases - head::weights), at};
  }
  template <class Add>
  void count(examples const& e, Add&& add) noexcept {
    detail::count_rows<Network>(self().view(weights::raw), e.x, e.t.data(), self().work_,
                                [&](float const* h, std::size_t label) {
                                  if (label < nn::head<Network>::outputs &&
                                      detail::countable(nn::head<Network>::features, h))
                                    add(h, label);
                                });
  }

  [[nodiscard]] refusal make(examples const& e, imprinting const& how) noexcept {
    using head = nn::head<Network>;
    auto const means = own_means();
    double spread = 0;
    count(e, [&](float const* h, std::size_t label) {
      means.add(h, label, [&](std::size_t, float off, float share) {
        spread += static_cast<double>(share * off) * static_cast<double>(off);
      });
    });
    auto const rows = static_cast<std::size_t>(means.all_rows());
    return began(rows, means.solve(spread, theta() + head::weights, theta() + head::biases, how));
  }

  [[nodiscard]] refusal make(examples const& e, discriminant_options const& how) noexcept {
    constexpr std::size_t floats =
        kernel::triangle_size(nn::head<Network>::features) + 2 * nn::head<Network>::features;
    if constexpr (floats <= 1024) {
      std::array<float, floats> few;  // on the stack
      return make(e, how, few.data());
    } else {
      return make(e, how, room_for<floats>());
    }
  }
  [[nodiscard]] refusal make(examples const& e, discriminant_options const& how,
                             float* sums) noexcept {
    using head = nn::head<Network>;
    constexpr std::size_t triangle = kernel::triangle_size(head::features);
    std::fill_n(sums, triangle, 0.0F);
    detail::class_scatter const scatter{own_means(), sums, sums + triangle,
                                        sums + triangle + head::features};
    count(e, [&](float const* h, std::size_t label) { scatter.add(h, label); });
    auto const rows = static_cast<std::size_t>(scatter.means.all_rows());
    return began(rows, scatter.solve(sums, theta() + head::weights, theta() + head::biases, how));
  }

  /// So many floats that a pass of the body leaves alone: in the gradient of the body, or behind
  /// what the pass needs of the arena.
  template <std::size_t Floats>
  [[nodiscard]] float* room_for() noexcept {
    auto& arena = self().work_.arena;
    constexpr std::size_t size = std::remove_reference_t<decltype(arena)>::size();
    constexpr std::size_t behind = used() + (Self::in_parts ? head_size() : 0);
    constexpr bool in_gradient = !Self::in_parts && Floats <= nn::head<Network>::weights;
    static_assert(in_gradient || behind + Floats <= size,
                  "halo: start_head: the adapter has too little memory for the covariance of so "
                  "many features; count_in an adapt::discriminant of your own, or take imprinting");
    return in_gradient ? self().gradient_.data() : arena.data() + behind;
  }
};

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
