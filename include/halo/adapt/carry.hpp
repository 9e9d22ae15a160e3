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
#include <halo/nn/initialize.hpp>

namespace halo::adapt {

namespace detail {

template <class From, class To>
[[nodiscard]] consteval bool same_parameters() {
  if (From::layout::tensors != To::layout::tensors) return false;
  for (std::size_t i = 0; i < std::min(From::layout::tensors, To::layout::tensors); ++i) {
    auto const& a = From::layout::table[i];
    auto const& b = To::layout::table[i];
    if (a.name() != b.name() || a.extents != b.extents) return false;
  }
  return true;
}

}  // namespace detail

/// What a network has learned, for another with the same parameters and other running statistics:
/// a float network's for one with quantised layers. What adapter::assign takes.
///
///     auto const values = carry<network, quantised_network>(d.parameters(), d.statistics());
///     adapter<quantised_network> q(adam{}, values.span());
///
/// Statistics go by their names; those that From has not are as in a fresh network, ranges empty.
/// @throws halo::error where their number is not From's, one is not finite or a variance negative
template <class From, class To>
[[nodiscard]] aligned_buffer<float> carry(std::span<float const> parameters,
                                          std::span<float const> statistics = {}) {
  static_assert(detail::same_parameters<From, To>(),
                "halo: carry: the two networks have parameters of other names or shapes");
  throw_if(detail::check_parameters<From>(parameters, statistics), "carry");
  aligned_buffer<float> to(To::parameters + To::statistics);
  std::copy(parameters.begin(), parameters.end(), to.data());
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
