// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#include <halo/core/portable.hpp>
#include <halo/learned/facts.hpp>
#include <halo/learned/horizon_features.hpp>
#include <halo/learned/number.hpp>
#include <halo/learned/weight_table.hpp>
#include <halo/simd/math.hpp>

namespace halo::learned {

/// The numbers of a horizon_rule, by the names that they have in its equations. Untrained ones are
/// what one would write down.
inline constexpr weight_table horizon_weights{std::to_array<weight_info>({
    {"rate", 1, 1, constant(-5.3)},
    {"by_horizon", 1, 1, constant(0.0)},
    {"by_rows", 1, 1, constant(0.0)},
    {"by_loss", 1, 1, constant(0.0)},
    {"by_first", 1, 1, constant(0.0)},
    {"untold", 1, 1, constant(0.0)},
    {"bias", 1, 1, constant(0.0)},
    {"head", 1, 1, constant(0.0)},
    {"nothing", 1, 1, constant(0.0)},
    {"nothing_by_horizon", 1, 1, constant(0.0)},
    {"nothing_by_rows", 1, 1, constant(0.0)},
    {"nothing_by_loss", 1, 1, constant(0.0)},
    {"new", 1, 1, constant(0.0)},
    {"new_by_horizon", 1, 1, constant(0.0)},
    {"new_by_rows", 1, 1, constant(0.0)},
    {"beside_new", 1, 1, constant(0.0)},
    {"warm_up", 1, 1, constant(-2.3)},
    {"end", 1, 1, constant(0.0)},
    {"momentum", 1, 1, constant(2.2)},
    {"momentum_by_horizon", 1, 1, constant(0.0)},
    {"momentum_by_rows", 1, 1, constant(0.0)},
    {"second", 1, 1, constant(3.5)},
    {"second_by_horizon", 1, 1, constant(0.0)},
    {"blend", 1, 1, constant(-3.0)},
    {"shrink", 1, 1, constant(0.0)},
    {"pull", 1, 1, constant(-2.3)},
    {"pull_by_rows", 1, 1, constant(0.0)},
    {"pull_by_horizon", 1, 1, constant(0.0)},
    {"pull_by_first", 1, 1, constant(0.0)},
    {"decay", 1, 1, constant(-4.6)},
    {"decay_by_rows", 1, 1, constant(0.0)},
    {"decay_by_horizon", 1, 1, constant(0.0)},
    {"most", 1, 1, constant(2.772588722239781)},
})};

namespace detail {

/// What they make of a run: the left sides of the equations of horizon_rule, for r.weight(i).
struct horizon_numbers {
  static constexpr auto table = horizon_weights;

  /// x + x_by_horizon τ + x_by_rows ν.
  template <class R, class T>
  static auto planned(R const& r, facts<T> const& f, run_time const& t, std::size_t x,
                      std::size_t by_horizon, std::size_t by_rows) {
    using Z = std::remove_cvref_t<decltype(r.weight(0))>;
    return r.weight(x) + r.weight(by_horizon) * log_horizon<Z>(t) +
           r.weight(by_rows) * log_rows<Z>(f);
  }
  /// β.
  template <class R, class T>
  static auto mean_kept(R const& r, facts<T> const& f, run_time const& t) {
    using simd::sigmoid;
    return sigmoid(planned(r, f, t, table["momentum"], table["momentum_by_horizon"],
                           table["momentum_by_rows"]));
  }
  /// β₂.
  template <class R>
  static auto square_kept(R const& r, run_time const& t) {
    using simd::sigmoid;
    using Z = std::remove_cvref_t<decltype(r.weight(0))>;
    return sigmoid(r.weight(table["second"]) +
                   r.weight(table["second_by_horizon"]) * log_horizon<Z>(t));
  }
  /// ln ρ.
  template <class R, class T>
  static auto log_rate(R const& r, facts<T> const& f, run_time const& t, double log_loss,
                       double log_first) {
    using Z = std::remove_cvref_t<decltype(r.weight(0))>;
    Z z = planned(r, f, t, table["rate"], table["by_horizon"], table["by_rows"]) +
          r.weight(table["by_loss"]) * as_number<Z>(log_loss) +
          r.weight(table["by_first"]) * as_number<Z>(log_first);
    if (t.told == 0) z = z + r.weight(table["untold"]);
    if (f.bias) z = z + r.weight(table["bias"]);
    if (f.head) z = z + r.weight(table["head"]);
    if (f.all_drawn)
      z = z +
          planned(r, f, t, table["nothing"], table["nothing_by_horizon"],
                  table["nothing_by_rows"]) +
          r.weight(table["nothing_by_loss"]) * as_number<Z>(log_loss);
    else if (f.anew)
      z = z + planned(r, f, t, table["new"], table["new_by_horizon"], table["new_by_rows"]);
    else if (!f.drawn.empty())
      z = z + r.weight(table["beside_new"]);
    Z const most =
        r.weight(table["most"]) - as_number<Z>(core::portable_log(static_cast<double>(f.inputs)));
    return clipped(value_of(most) < value_of(z) ? most : z, -14, -1);
  }
  /// σ.
  template <class R>
  static auto schedule(R const& r, run_time const& t) {
    using simd::exp;
    using Z = std::remove_cvref_t<decltype(r.weight(0))>;
    double const share = std::min(0.5, core::portable_exp(value_of(r.weight(table["warm_up"]))));
    double const rise = std::min(1.0, (t.over + 1) / std::max(1.0, t.steps * share));
    Z const exponent = exp(clipped(r.weight(table["end"]), -20, 2));
    return as_number<Z>(rise) * exp(exponent * as_number<Z>(core::portable_log(t.left)));
  }
  /// ln κ.
  template <class R, class T>
  static auto log_pull(R const& r, facts<T> const& f, run_time const& t, double log_first) {
    using Z = std::remove_cvref_t<decltype(r.weight(0))>;
    Z const z = r.weight(table["pull"]) + r.weight(table["pull_by_rows"]) * log_rows<Z>(f) +
                r.weight(table["pull_by_horizon"]) * log_horizon<Z>(t) +
                r.weight(table["pull_by_first"]) * as_number<Z>(log_first);
    return clipped(z, -20, 3);
  }
  /// ln κ of layers drawn anew.
  template <class R, class T>
  static auto log_decay(R const& r, facts<T> const& f, run_time const& t) {
    using Z = std::remove_cvref_t<decltype(r.weight(0))>;
    Z const z = r.weight(table["decay"]) + r.weight(table["decay_by_rows"]) * log_rows<Z>(f) +
                r.weight(table["decay_by_horizon"]) * log_horizon<Z>(t);
    return clipped(z, -20, 3);
  }
};

}  // namespace detail
}  // namespace halo::learned

#include <halo/macros_back.hpp>
