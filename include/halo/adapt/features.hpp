// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/evaluate.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/nn/head.hpp>
#include <halo/nn/loss.hpp>

namespace halo::adapt {

namespace detail {

/// Complains where a network or a loss cannot have a head that is made of class sums.
template <class Network, class Loss>
[[nodiscard]] consteval bool complain_of_head() {
  static_assert(nn::has_head<Network>,
                "halo: start_head: a head is made for a network whose last layer is nn::linear "
                "with a bias");
  static_assert(std::integral<typename Loss::target>,
                "halo: start_head: a head is made of the rows of classes; the targets of this loss "
                "are numbers, of which there are no classes");
  return true;
}

/// What labels are checked against, in place of a network.
template <std::size_t Inputs, std::size_t Outputs>
struct counted {
  static constexpr std::size_t inputs = Inputs, outputs = Outputs;
};

/// The body of a network for functions of networks, in the memory of the whole.
template <class Network>
struct body_of {
  using body = typename nn::head<Network>::body;
  static constexpr std::size_t inputs = body::inputs, outputs = body::outputs,
                               parameters = body::parameters, statistics = body::statistics;
  [[nodiscard]] static constexpr std::size_t inference_arena_size(std::size_t capacity) noexcept {
    return body::body_arena_size(capacity);
  }
  template <class P>
  static auto infer(nn::pass const& p, float const* theta, float const* x, P arena) noexcept {
    return body::template infer_as_body<P>(p, theta, x, arena);
  }
};

/// The numbers of the body of a network.
template <class Network>
[[nodiscard]] network_view body_view(network_view n) noexcept {
  n.parameters = n.parameters.first(nn::head<Network>::weights);
  return n;
}

/// Rows and labels as try_evaluate takes them, one for each, all numbers finite.
template <class Network, class Loss>
[[nodiscard]] refusal check_rows(examples<Network, Loss> const& e) noexcept {
  if (e.no) return e.no;
  if (auto const r = check_count("targets", e.rows(), e.t.size())) return r;
  return check_values(e.x, e.x.size(), "x");
}

/// Counts rows into sums; those whose features are not finite are left out by these.
template <class Network, class Target, forward_memory Work, class Add>
void count_rows(network_view const& n, std::span<float const> x, Target const* labels, Work& work,
                Add&& add) noexcept {
  using body = typename nn::head<Network>::body;
  for_each_part<body_of<Network>>(x.size() / Network::inputs, body_view<Network>(n), x.data(), work,
                                  [&](std::size_t first, std::size_t part, float const* h) {
                                    for (std::size_t i = 0; i < part; ++i)
                                      add(h + i * body::outputs,
                                          static_cast<std::size_t>(labels[first + i]));
                                  });
}

}  // namespace detail

/// Features of examples, what the body of a network (nn::head) makes of them, h ← [rows, features];
/// for any number of examples x, a span or a tensor.
///
/// batch_norm normalises by the statistics of the view, dropout drops nothing. As re-entrant as
/// try_predict; allocates and throws nothing.
/// @return why it did nothing, where the numbers of elements do not fit
template <class Network, forward_memory Work, class X>
[[nodiscard]] refusal try_features(network_view const& n, X const& x, std::span<float> h,
                                   Work& work) noexcept {
  return try_predict<detail::body_of<Network>>(detail::body_view<Network>(n), x, h, work);
}

/// Counts the features of labelled rows into sums: a nearest_mean or a discriminant, which may have
/// more classes than the network has outputs.
///
/// As re-entrant as try_predict, but for the sums; allocates and throws nothing. Rows whose
/// features are not finite, where the numbers of x are, are left out.
/// @return why it did nothing: numbers of elements that do not fit, a label that is none of the
///         sums' classes, an x that is not finite
template <class Network, forward_memory Work, class X, class Y, class Sums>
[[nodiscard]] refusal try_count_in(network_view const& n, X const& x, Y const& labels, Sums& sums,
                                   Work& work) noexcept {
  using head = nn::head<Network>;
  static_assert(Sums::features == head::features,
                "halo: count_in: sums of as many features as the body of the network makes");
  detail::examples<detail::counted<Network::inputs, Sums::classes>, nn::cross_entropy> const e(
      x, labels, std::numeric_limits<std::size_t>::max());
  if (auto const r = detail::check_rows(e)) return r;
  detail::count_rows<Network>(n, e.x, e.t.data(), work,
                              [&](float const* h, std::size_t label) { sums.add(h, label); });
  return {};
}

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
