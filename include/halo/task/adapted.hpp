// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/task/task.hpp>
#include <halo/task/wrapper.hpp>

namespace halo::task {

/// Adaptation: runs begin where a network stands that was trained on other examples, its last
/// layers drawn anew, since they spoke of other classes.
template <task Inner>
class adapted : public wrapper<Inner> {
  using wrapper<Inner>::inner_;

 public:
  using typename wrapper<Inner>::layout;
  using typename wrapper<Inner>::scalar;

  /// @param trained  layout::size parameters
  /// @param anew     layers, counted from the last, that the inner task draws
  /// @throws halo::error if the parameters are not as many, or there are not so many layers
  adapted(Inner inner, std::span<scalar const> trained, std::size_t anew = 1)
      : wrapper<Inner>(std::move(inner)), trained_(trained.begin(), trained.end()) {
    if (trained.size() != layout::size)
      fail("adapted", "parameters", std::to_string(layout::size), std::to_string(trained.size()));
    if (anew > layout::layers)
      fail("adapted", "layers drawn anew", "at most " + std::to_string(layout::layers),
           std::to_string(anew));
    kept_ = layout::layers - anew;
  }

  void start(seed s, scalar* theta) {
    inner_.start(s, theta);
    for (auto const& info : layout::table)
      if (info.layer < kept_)
        std::copy_n(trained_.data() + info.offset, info.count, theta + info.offset);
  }

 private:
  std::vector<scalar> trained_;
  std::size_t kept_ = 0;
};

}  // namespace halo::task
