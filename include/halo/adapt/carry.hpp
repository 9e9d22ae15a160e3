// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

#include <halo/adapt/arguments.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/head.hpp>
#include <halo/nn/initialize.hpp>

namespace halo::adapt {

namespace detail {

/// Whether the parameters have the same names and shapes, but that the head may have more outputs.
template <class From, class To>
[[nodiscard]] consteval bool carries() {
  constexpr std::size_t tensors = From::layout::tensors;
  if (tensors != To::layout::tensors) return false;
  for (std::size_t i = 0; i < std::min(tensors, To::layout::tensors); ++i) {
    auto const& a = From::layout::table[i];
    auto const& b = To::layout::table[i];
    if (a.name() != b.name() || a.rank != b.rank) return false;
    bool const of_head = nn::has_head<From> && nn::has_head<To> && i + 2 >= tensors;
    for (std::size_t k = 0; k < a.rank; ++k) {
      bool const wider = of_head && k + 1 == a.rank && a.extents[k] <= b.extents[k];
      if (a.extents[k] != b.extents[k] && !wider) return false;
    }
  }
  return true;
}

/// Rows of `from` numbers become rows of `to`: those, then their mean.
inline void widen(std::size_t rows, std::size_t from, float const* a, std::size_t to,
                  float* b) noexcept {
  for (std::size_t i = 0; i < rows; ++i, a += from, b += to) {
    double sum = 0;
    for (std::size_t k = 0; k < from; ++k) sum += static_cast<double>(a[k]);
    std::fill(std::copy_n(a, from, b), b + to, static_cast<float>(sum / static_cast<double>(from)));
  }
}

}  // namespace detail

/// What a network has learned, for another with the same parameters and other running statistics,
/// such as a float network's for one with quantised layers, or for one with a wider head, an
/// nn::linear of more outputs. What adapter::assign takes.
///
///     auto const values = carry<network, quantised_network>(d.parameters(), d.statistics());
///     adapter<quantised_network> q(adam{}, values.span());
///
/// Statistics go by their names; those that From has not are as in a fresh network, ranges empty.
/// An output that From has not is the mean of all that it has [Hewitt 2021], so that it is never
/// the largest: a network of classes answers as before until steps or start_head teach it more.
/// @throws halo::error where their number is not From's, one is not finite or a variance negative
template <class From, class To>
[[nodiscard]] aligned_buffer<float> carry(std::span<float const> parameters,
                                          std::span<float const> statistics = {}) {
  static_assert(detail::carries<From, To>(),
                "halo: carry: the two networks have parameters of other names or shapes");
  throw_if(detail::check_parameters<From>(parameters, statistics), "carry");
  aligned_buffer<float> to(To::parameters + To::statistics);
  if constexpr (From::parameters == To::parameters) {
    std::copy(parameters.begin(), parameters.end(), to.data());
  } else {
    using a = nn::head<From>;
    using b = nn::head<To>;
    std::copy_n(parameters.begin(), a::weights, to.data());
    detail::widen(a::features, a::outputs, parameters.data() + a::weights, b::outputs,
                  to.data() + b::weights);
    detail::widen(1, a::outputs, parameters.data() + a::biases, b::outputs, to.data() + b::biases);
  }
  std::span<float, To::statistics> const moments(to.data() + To::parameters, To::statistics);
  nn::initialize<typename To::statistics_layout, float>(moments, seed{});
  for (parameter_info const& t : To::statistics_layout::table)
    for (parameter_info const& f : From::statistics_layout::table)
      if (t.name() == f.name() && t.count == f.count)
        std::copy_n(statistics.data() + f.offset, f.count, moments.data() + t.offset);
  return to;
}

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
