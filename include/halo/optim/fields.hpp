// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <halo/core/record.hpp>

namespace halo::optim::detail {

/// Hands every array and number of a state to f(name, span), names of parts joined by points: the
/// record for those who look at it through fields(f).
template <class State, class F>
void fields(State& state, F&& f) {
  walk(state, [&f]<class T>(field_path const& path, recorded_field<T> const& field) {
    if constexpr (!std::is_const_v<T>) {
      if (!field.is_state()) return;
      std::array<char, 120> text{};
      std::size_t at = 0;
      path.each([&](std::string_view name) {
        if (at > 0 && at + 1 < text.size()) text[at++] = '.';
        for (char const c : name)
          if (at + 1 < text.size()) text[at++] = c;
      });
      f(static_cast<char const*>(text.data()), field.values);
    }
  });
}

}  // namespace halo::optim::detail
