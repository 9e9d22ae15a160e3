// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include <halo/core/record.hpp>
#include <halo/energy/pass.hpp>

namespace halo::energy {

/// A spatial accelerator of 65 nm in multiples of its 16-bit multiply-add [Chen et al. 2016,
/// "Eyeriss: a spatial architecture for energy-efficient dataflow", Table IV]: a register file
/// costs 1, a neighbour's 2, the global buffer 6, DRAM 200.
///
/// A multiply-add reads two operands and reads and writes a sum in the register file; each number
/// of a pass crosses buffer and array once, its reuse inside being perfect, and DRAM where the pass
/// does not fit the buffer. A function is 7.1 multiply-adds.
struct eyeriss65 {
  double multiply_add = 3.2e-12;           ///< joules of one
  std::uint64_t buffer_bytes = 108 << 10;  ///< of the global buffer

  static constexpr char const* name = "eyeriss65";
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", name);
    f.option("multiply_add", self.multiply_add, allowed::non_negative());
    f.option("buffer_bytes", self.buffer_bytes, allowed::non_negative());
  }

  /// Joules of a pass.
  [[nodiscard]] constexpr double joules(pass const& p) const noexcept {
    auto const count = [](std::uint64_t n) { return static_cast<double>(n); };
    double const operations = count(p.taken.multiply_adds) + 7.1 * count(p.taken.functions);
    double const number = 6 + 2 + (p.taken.moved(2) > buffer_bytes ? 200 : 0);
    return multiply_add * (operations * (1 + 4) + count(p.taken.moved()) * number);
  }
};
static_assert(model<eyeriss65>);

}  // namespace halo::energy
