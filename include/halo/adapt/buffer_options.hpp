// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/allowed.hpp>
#include <halo/core/random.hpp>

namespace halo::adapt {

/// Which rows a full buffer keeps.
enum class keeping : unsigned char {
  reservoir,  ///< a uniform sample of all rows that ever came [Vitter 1985, Algorithm R]
  balanced,   ///< as many of each class as came, at most; of a class a uniform sample [Chrysakis &
              ///< Moens 2020]; the reservoir where targets are no single labels
  newest,     ///< the last ones
};

/// How a buffer keeps rows and hands them out.
struct buffer_options {
  adapt::keeping keeping = adapt::keeping::reservoir;  ///< which rows stay
  std::size_t rows = 16;                               ///< of a mini-batch, unless told; at least 1
  halo::seed seed{};                                   ///< of all draws

  static constexpr void record(auto& self, auto&& f) {
    f.option("keeping", self.keeping);
    f.option("rows", self.rows, allowed::at_least(1));
    f.option("seed", self.seed.value, allowed::finite());
  }
};

}  // namespace halo::adapt
