// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <halo/core/record.hpp>
#include <halo/energy/pass.hpp>

namespace halo::energy {

/// What numbers a machine computes with; integers of 8 bits are summed in 32.
enum class arithmetic : unsigned char { float32, float16, int32, int8 };

/// A processor of 45 nm at 0.9 V: arithmetic, and each number of a pass once from the smallest
/// memory that the whole pass fits into [Horowitz 2014, "Computing's energy problem", ISSCC 2014].
///
/// Multiply and add 3.7 + 0.9 pJ (float32), 1.1 + 0.4 (float16), 3.1 + 0.1 (int32), 0.2 + 0.1
/// (int8); 64 bits from 8 KB 10 pJ, from 32 KB 20, from 1 MB 100; DRAM 20.3 pJ a bit (the lower end
/// of 1300 to 2600 a 64 bit access). A function is a quotient, 7.1 products, as measured on a
/// Cortex-M4F. Instructions, 70 pJ each on an in-order core, are not among them: add them as
/// `overhead` of an operation.
struct horowitz45 {
  arithmetic numbers = arithmetic::float32;  ///< what is computed with
  std::uint64_t cache_bytes = 1 << 20;       ///< of the largest memory on the chip
  double overhead = 0;                       ///< joules of an operation's instructions

  static constexpr char const* name = "horowitz45";
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", name);
    f.constant("numbers", self.numbers);
    f.option("cache_bytes", self.cache_bytes, allowed::non_negative());
    f.option("overhead", self.overhead, allowed::non_negative());
  }

  /// Joules of a pass.
  [[nodiscard]] constexpr double joules(pass const& p) const noexcept {
    auto const [product, sum, bits] = table();
    auto const count = [](std::uint64_t n) { return static_cast<double>(n); };
    double const operations = count(p.taken.multiply_adds) * (product + sum + overhead) +
                              count(p.taken.functions) * (7.1 * product + overhead);
    double const moved = count(p.taken.moved()) * bits;
    return operations +
           moved * joules_a_bit(p.taken.moved() * static_cast<std::uint64_t>(bits) / 8);
  }

  /// Joules of a bit of something so large.
  [[nodiscard]] constexpr double joules_a_bit(std::uint64_t bytes) const noexcept {
    constexpr double dram = 20.3e-12;
    struct level {
      std::uint64_t bytes;
      double joules;
    };
    constexpr std::array<level, 3> levels{level{8 << 10, 10e-12 / 64}, level{32 << 10, 20e-12 / 64},
                                          level{1 << 20, 100e-12 / 64}};
    if (bytes > cache_bytes) return dram;
    for (level const& l : levels)
      if (bytes <= l.bytes) return l.joules;
    return levels.back().joules;  // a larger one on the chip
  }

 private:
  struct row {
    double product, sum, bits;
  };
  [[nodiscard]] constexpr row table() const noexcept {
    switch (numbers) {
      case arithmetic::float32:
        return {3.7e-12, .9e-12, 32};
      case arithmetic::float16:
        return {1.1e-12, .4e-12, 16};
      case arithmetic::int32:
        return {3.1e-12, .1e-12, 32};
      case arithmetic::int8:
        break;
    }
    return {.2e-12, .1e-12, 8};
  }
};
static_assert(model<horowitz45>);

}  // namespace halo::energy
