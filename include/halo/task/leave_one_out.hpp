// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/split.hpp>
#include <halo/data/standardize.hpp>

namespace halo::task {

/// What inputs are brought to.
enum class scaling : unsigned char {
  known,  ///< mean 0 and deviation 1 of what a network knew before: as a device that is shipped
  own,    ///< those of the new domain's rows: as a device that may look at them first
  none,   ///< the units of the file
};

/// What a network knew, and what it is to adapt to.
template <class Target = std::int32_t>
struct adaptation {
  data::basic_dataset<Target> known;  ///< to train a network on beforehand; may have no rows
  data::basic_split<Target> fresh;    ///< to draw few rows from, and to judge by
};

namespace detail {

template <class Target>
[[nodiscard]] adaptation<Target> scaled(data::basic_dataset<Target> known,
                                        data::basic_dataset<Target> const& fresh, scaling how,
                                        double held_out, seed s) {
  if (fresh.rows() < 2)
    fail("adaptation", "rows of what is new", "at least 2", std::to_string(fresh.rows()));
  adaptation<Target> a{std::move(known), data::random_split(fresh, held_out, s)};
  if (how == scaling::none) return a;
  static_cast<void>(data::standardizer(fresh));  // infinite values are refused in all its rows
  if (a.known.rows() > 0) {
    data::standardizer const of_known(a.known);
    of_known.apply(a.known);
    if (how == scaling::known) {
      of_known.apply(a.fresh.train);
      of_known.apply(a.fresh.test);
      return a;
    }
  }
  data::standardizer const of_fresh(a.fresh.train);
  of_fresh.apply(a.fresh.train);
  of_fresh.apply(a.fresh.test);
  return a;
}

}  // namespace detail

/// An adaptation made of a data set whose rows come from several domains (wearers, devices,
/// months): one is left out and new, the others are known.
///
/// @param domains   of each row
/// @param left_out  the domain that is new
/// @param held_out  share of its rows that judge; 1: none is to learn from
/// @throws halo::error where the column has another length, or one side would have no rows
template <class Target>
[[nodiscard]] adaptation<Target> leave_one_out(data::basic_dataset<Target> const& all,
                                               std::span<std::int32_t const> domains,
                                               std::int32_t left_out, seed s,
                                               scaling how = scaling::known,
                                               double held_out = 0.5) {
  if (domains.size() != all.rows())
    fail("leave_one_out", "domains", std::to_string(all.rows()) + ", one for every row",
         std::to_string(domains.size()));
  data::row_numbers known, fresh;
  for (std::size_t i = 0; i < domains.size(); ++i)
    (domains[i] == left_out ? fresh : known).push_back(static_cast<std::uint32_t>(i));
  if (known.empty() || fresh.size() < 2)
    fail("leave_one_out", "domain " + std::to_string(left_out),
         "at least two rows of it and one of another",
         std::to_string(fresh.size()) + " and " + std::to_string(known.size()));
  return detail::scaled(data::select(all, known), data::select(all, fresh), how, held_out, s);
}

/// An adaptation to other classes: those listed are new and become 0, 1 ..., the others are known.
///
/// @throws halo::error as data::select_classes, and where no class stays known or the new ones have
///         one row
[[nodiscard]] inline adaptation<> leave_classes_out(data::dataset const& all,
                                                    std::span<std::int32_t const> left_out, seed s,
                                                    scaling how = scaling::known,
                                                    double held_out = 0.5) {
  std::vector<std::int32_t> others;
  auto const rows = data::rows_per_class(all);
  for (std::size_t c = 0; c < all.classes; ++c) {
    auto const label = static_cast<std::int32_t>(c);
    if (rows[c] > 0 && std::find(left_out.begin(), left_out.end(), label) == left_out.end())
      others.push_back(label);
  }
  if (others.empty())
    fail("leave_classes_out", "classes with rows that stay known", "at least one", "none");
  return detail::scaled(data::select_classes(all, others), data::select_classes(all, left_out), how,
                        held_out, s);
}

/// A problem that nothing was known of: all rows are new.
/// @throws halo::error where there are fewer than two
template <class Target>
[[nodiscard]] adaptation<Target> from_nothing(data::basic_dataset<Target> const& all, seed s,
                                              scaling how = scaling::own, double held_out = 0.5) {
  return detail::scaled(data::select(all, {}), all, how, held_out, s);
}

}  // namespace halo::task
