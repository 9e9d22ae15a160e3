// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>
#include <tuple>

#include <halo/simd/transform.hpp>

namespace halo::kernel {

/// One fused pass of an update rule over n parameters and its state arrays.
///
/// rule(theta, g, s...) changes theta and the states s by reference; it sees registers and is
/// written once for all of them. Reads (2 + states)·n and writes (1 + states)·n elements, each
/// once; a parameter's result does not depend on its position. Allocates nothing.
/// Flattened: a rule that a compiler prefers to call passes its registers through memory.
template <class Arch = simd::default_arch, class T, class Rule, class... States>
[[gnu::flatten]] inline void update(std::size_t n, T* theta, T const* gradient, Rule const& rule,
                                    States*... states) noexcept {
  simd::for_each_chunk<T, Arch>(n, [&](auto chunk) {
    auto x = chunk.load(theta);
    auto const g = chunk.load(gradient);
    auto s = std::make_tuple(chunk.load(static_cast<T const*>(states))...);
    std::apply([&](auto&... part) { rule(x, g, part...); }, s);
    chunk.store(theta, x);
    std::apply([&](auto const&... part) { (chunk.store(states, part), ...); }, s);
  });
}

/// True if rule would leave every parameter and state finite; changes nothing.
template <class Arch = simd::default_arch, class T, class Rule, class... States>
[[nodiscard, gnu::flatten]] bool update_is_finite(std::size_t n, T const* theta, T const* gradient,
                                                  Rule const& rule,
                                                  States const*... states) noexcept {
  bool finite = true;
  simd::for_each_chunk<T, Arch>(n, [&](auto chunk) {
    auto x = chunk.load(theta);
    auto const g = chunk.load(gradient);
    auto s = std::make_tuple(chunk.load(states)...);
    std::apply([&](auto&... part) { rule(x, g, part...); }, s);
    // Lanes behind the last parameter hold what the rule makes of zeros, 0 / 0 perhaps.
    auto const check = [&](auto v) { finite = finite && all(is_finite(chunk.fill(v, T(0)))); };
    check(x);
    std::apply([&](auto const&... part) { (check(part), ...); }, s);
  });
  return finite;
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
