// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <halo/core/assert.hpp>
#include <halo/nn/block.hpp>
#include <halo/nn/checkpointed.hpp>
#include <halo/nn/integer.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/recomputed.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

namespace halo::nn {

namespace detail {

template <class L>
struct integers_in {
  using type = L;
};
template <class L, quantisation O>
struct integers_in<quantised<L, O>> {
  using type = integer<quantised<L, O>>;
};
template <class... L>
struct integers_in<residual<L...>> {
  using type = residual<typename integers_in<L>::type...>;
};
template <class... L>
struct integers_in<projection<L...>> {
  using type = projection<typename integers_in<L>::type...>;
};
template <class... L>
struct integers_in<checkpointed<L...>> {
  using type = checkpointed<typename integers_in<L>::type...>;
};
template <class... L>
struct integers_in<sequential<L...>> {
  using type = sequential<typename integers_in<L>::type...>;
};
template <class Network>
struct integers_in<recomputed<Network>> {
  using type = recomputed<typename integers_in<Network>::type>;
};

template <class Network>
struct integers_of_some : integers_in<Network> {
  static_assert(!std::is_same_v<typename integers_in<Network>::type, Network>,
                "halo: integers_of: the network has no quantised layer");
};

/// Walks through the layers of a network in the order of its parameters.
struct integer_conversion {
  std::span<parameter_info const> table;
  float const* theta;
  float const* statistics;
  float* to;
  float* to_statistics;
  std::size_t at = 0;  ///< parameters read

  /// Layers one after the other.
  template <class X, class... L>
  void chain() {
    using layers = block<0, X, L...>;
    [this]<std::size_t... I>(std::index_sequence<I...>) {
      (this->template convert<typename layers::template shape_at<I>>(
           static_cast<typename layers::template layer_at<I>*>(nullptr)),
       ...);
    }(std::index_sequence_for<L...>());
  }

 private:
  template <class X, class L>
  void convert(L*) {
    to = std::copy_n(theta + at, parameter_count<L, X>(), to);
    at += parameter_count<L, X>();
    constexpr std::size_t n = sizes_of<L, X>().statistics;
    to_statistics = std::copy_n(statistics, n, to_statistics);
    statistics += n;
  }
  template <class X, class L, quantisation O>
  void convert(quantised<L, O>*) {
    using Q = integer<quantised<L, O>>;
    auto const here = std::find_if(table.begin(), table.end(),
                                   [this](parameter_info const& i) { return i.offset == at; });
    Q::template convert<X>(std::string(here->name()), theta + at, statistics, to);
    to += parameter_count<Q, X>();
    at += parameter_count<L, X>();
    statistics += 2;
  }
  template <class X, class... L>
  void convert(residual<L...>*) {
    chain<X, L...>();
  }
  template <class X, class... S, class... L>
  void convert(residual<projection<S...>, L...>*) {
    chain<X, S...>();
    chain<X, L...>();
  }
  template <class X, class... L>
  void convert(projection<L...>*) {
    chain<X, L...>();
  }
  template <class X, class... L>
  void convert(checkpointed<L...>*) {
    chain<X, L...>();
  }
};

template <class Network>
struct conversion_of;
template <class First, class... Rest>
struct conversion_of<sequential<First, Rest...>> {
  static void run(integer_conversion& c) { c.chain<typename First::input, First, Rest...>(); }
};
template <std::size_t... E, class... L>
struct conversion_of<sequential<shape<E...>, L...>> {
  static void run(integer_conversion& c) { c.chain<shape<E...>, L...>(); }
};
template <class Network>
struct conversion_of<recomputed<Network>> : conversion_of<Network> {};

}  // namespace detail

/// A network with each quantised layer replaced by one on bytes (nn/integer.hpp), the others as
/// they are: a network like any other, for inference.
template <class Network>
using integers_of = typename detail::integers_of_some<Network>::type;

/// Parameters and running statistics of a network to those of integers_of<Network>.
///
/// @param theta, statistics  Network::parameters and Network::statistics of them
/// @param to, to_statistics  integers_of<Network>::parameters and ::statistics
/// @throws halo::error with the tensor's name where a quantisation range is empty or infinite
template <class Network>
void to_integers(std::span<float const> theta, std::span<float const> statistics,
                 std::span<float> to, std::span<float> to_statistics) {
  HALO_EXPECTS(theta.size() == Network::parameters && statistics.size() == Network::statistics &&
                   to.size() == integers_of<Network>::parameters &&
                   to_statistics.size() == integers_of<Network>::statistics,
               "to_integers: parameters and statistics are those of the two networks");
  detail::integer_conversion c{Network::layout::table, theta.data(), statistics.data(), to.data(),
                               to_statistics.data()};
  detail::conversion_of<Network>::run(c);
}

}  // namespace halo::nn

#include <halo/macros_back.hpp>
