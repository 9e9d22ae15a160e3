// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdio>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <halo/meta/regret.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/momentum.hpp>
#include <halo/optim/schedule.hpp>

namespace halo::meta {

/// Adam with decoupled decay that warms up for a tenth of a run and falls by half a cosine to its
/// end.
using cosine_adam = optim::scheduled<optim::adam, optim::cosine>;

/// The thirty optimizers that people try: SGD with momentum 0.9, Adam, AdamW with a cosine that
/// ends with the run, each at rates in steps of about three; and the head alone by each of them.
///
///     meta::hand_made_grid<optim::momentum, optim::adam, meta::cosine_adam, my_rule>()
template <class... Rules>
[[nodiscard]] std::vector<arm<Rules...>> hand_made_grid() {
  constexpr auto among = []<class Rule>() { return (0 + ... + int{std::is_same_v<Rule, Rules>}); };
  static_assert(
      among.template operator()<optim::momentum>() == 1 &&
          among.template operator()<optim::adam>() == 1 &&
          among.template operator()<cosine_adam>() == 1,
      "halo: meta: the grid is of optim::momentum, optim::adam and meta::cosine_adam: each "
      "once among the rules");
  std::vector<arm<Rules...>> all;
  auto const add = [&](char const* name, double rate, auto const& rule, bool head) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s%s %g", head ? "head alone, " : "", name, rate);
    arm<Rules...> a{.name = text.data(), .rule = rule};
    a.by_horizon = std::is_same_v<std::remove_cvref_t<decltype(rule)>, cosine_adam>;
    a.head_alone = head;
    all.push_back(std::move(a));
  };
  auto const sgd = [&](double rate, bool head) {
    add("momentum", rate, optim::momentum{{.rate = static_cast<float>(rate)}}, head);
  };
  auto const adam = [&](double rate, bool head) {
    add("Adam", rate, optim::adam{{.rate = static_cast<float>(rate)}}, head);
  };
  auto const cosine = [&](double rate, bool head) {
    add("AdamW, cosine", rate, cosine_adam{optim::adamw(static_cast<float>(rate)), {}}, head);
  };
  for (double const r : {1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1}) sgd(r, false);
  for (double const r : {1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2}) adam(r, false);
  for (double const r : {3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1}) cosine(r, false);
  for (double const r : {1e-2, 3e-2, 1e-1, 3e-1}) sgd(r, true);
  for (double const r : {1e-3, 3e-3, 1e-2, 3e-2, 1e-1}) adam(r, true);
  for (double const r : {3e-4, 3e-3, 3e-2}) cosine(r, true);
  return all;
}

}  // namespace halo::meta
