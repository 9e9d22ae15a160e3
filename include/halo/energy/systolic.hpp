// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/core/assert.hpp>
#include <halo/core/record.hpp>

namespace halo::energy {

/// A convolution of a mini-batch as a systolic array computes it; a product of matrices is one of
/// single pixels with a kernel of one.
struct systolic_work {
  std::uint64_t images = 1;                  ///< of the mini-batch
  std::uint64_t height = 1, width = 1;       ///< of the output
  std::uint64_t kernel_y = 1, kernel_x = 1;  ///< of the kernel
  std::uint64_t stride_y = 1, stride_x = 1;  ///< inputs from one output to the next
  std::uint64_t in = 1, out = 1;             ///< channels
  unsigned input_bits = 8, weight_bits = 8;  ///< of a number, 1 to 8
  bool gathered = false;  ///< every kernel's inputs are copied side by side (im2col)
};

/// What a piece of work takes on a systolic array: cycles, and bits in and out of each memory.
struct systolic_run {
  std::uint64_t cycles = 0;                           ///< stalls included
  std::uint64_t stalls = 0;                           ///< cycles that wait for the DRAM
  std::uint64_t weight_reads = 0, weight_writes = 0;  ///< bits of the weights' buffer
  std::uint64_t output_reads = 0, output_writes = 0;  ///< bits of the outputs' buffer
  std::uint64_t input_reads = 0, input_writes = 0;    ///< bits of the inputs' buffer
  std::uint64_t dram_reads = 0, dram_writes = 0;      ///< bits of the DRAM

  friend bool operator==(systolic_run const&, systolic_run const&) = default;
};

/// A systolic array of fusion units with three buffers, as Bit Fusion's [Sharma et al. 2018, "Bit
/// Fusion: bit-level dynamically composable architecture for accelerating deep neural networks"].
///
/// Inputs run along its rows, a column sums an output. A fusion unit multiplies 8 by 8 bits, or
/// ⌊8/max(2, i)⌋ · ⌊8/max(2, w)⌋ pairs of i and w bits, in a cycle; sums have 32 bits. The memories
/// are double buffers: a tile takes at most half of one.
struct systolic_array {
  std::uint64_t rows = 16, columns = 32;  ///< fusion units
  std::uint64_t weight_bytes = 65536;     ///< of the weights' buffer
  std::uint64_t input_bytes = 32768;      ///< of the inputs' buffer
  std::uint64_t output_bytes = 16384;     ///< of the outputs' buffer
  std::uint64_t interface_bits = 192;     ///< from and to the DRAM, a cycle
  double joules_a_cycle = 235.1e-12;      ///< of the whole array at work, 45 nm at 500 MHz
  std::array<double, 2> weight_bit{.0214e-12, .0289e-12};  ///< joules of a bit read, written
  std::array<double, 2> input_bit{.0595e-12, .1137e-12};   ///< the same; 45 nm, CACTI 7
  std::array<double, 2> output_bit{.0332e-12, .0731e-12};  ///< the same, of the outputs' buffer
  double dram_bit = 15e-12;                                ///< joules of a bit read or written

  static constexpr void record(auto& self, auto&& f) {
    f.option("rows", self.rows, allowed::at_least(1));
    f.option("columns", self.columns, allowed::at_least(1));
    f.option("weight_bytes", self.weight_bytes, allowed::at_least(1));
    f.option("input_bytes", self.input_bytes, allowed::at_least(1));
    f.option("output_bytes", self.output_bytes, allowed::at_least(1));
    f.option("interface_bits", self.interface_bits, allowed::at_least(1));
    f.option("joules_a_cycle", self.joules_a_cycle, allowed::non_negative());
    f.options("weight_bit", std::span(self.weight_bit), allowed::non_negative());
    f.options("input_bit", std::span(self.input_bit), allowed::non_negative());
    f.options("output_bit", std::span(self.output_bit), allowed::non_negative());
    f.option("dram_bit", self.dram_bit, allowed::non_negative());
  }

  /// Joules of a run. Leakage is not among them, as in the authors' simulator.
  [[nodiscard]] constexpr double joules(systolic_run const& r) const noexcept {
    auto const bits = [](std::uint64_t reads, std::uint64_t writes,
                         std::array<double, 2> const& each) {
      return static_cast<double>(reads) * each[0] + static_cast<double>(writes) * each[1];
    };
    return static_cast<double>(r.cycles - r.stalls) * joules_a_cycle +
           bits(r.weight_reads, r.weight_writes, weight_bit) +
           bits(r.input_reads, r.input_writes, input_bit) +
           bits(r.output_reads, r.output_writes, output_bit) +
           static_cast<double>(r.dram_reads + r.dram_writes) * dram_bit;
  }
};

namespace detail {

constexpr std::uint64_t ceiling(std::uint64_t n, std::uint64_t d) noexcept {
  return (n + d - 1) / d;
}

/// The five loops over tiles.
enum systolic_loop : std::size_t { over_images, over_columns, over_rows, over_in, over_out };

/// A work cut into tiles: the sizes of one, and how many there are.
struct systolic_tiles {
  std::uint64_t images, height, width, in, out;  ///< of a tile
  std::array<std::uint64_t, 5> count{};          ///< by systolic_loop
};

/// Bits that a tile takes in each memory, and what it computes.
struct systolic_tile {
  std::uint64_t weights, inputs, outputs, cycles, products, sums;
};

[[nodiscard]] constexpr systolic_tile tile_of(systolic_array const& a, systolic_work const& w,
                                              systolic_tiles const& t) noexcept {
  auto const together = [](unsigned bits) -> std::uint64_t { return 8 / std::max(bits, 2U); };
  std::uint64_t const depth = a.rows * together(w.input_bits) * together(w.weight_bits);
  std::uint64_t const area = w.kernel_y * w.kernel_x, pixels = t.height * t.width * t.images;
  std::uint64_t const out = ceiling(t.out, a.columns);
  std::uint64_t const seen = (w.kernel_y + (t.height - 1) * w.stride_y) *
                             (w.kernel_x + (t.width - 1) * w.stride_x) * t.images;
  std::uint64_t const steps =
      w.gathered ? ceiling(area * t.in, depth) : area * ceiling(t.in, depth);
  return {.weights = ceiling(area * t.in, depth) * depth * t.out * w.weight_bits,
          .inputs = (w.gathered ? pixels * area : seen) * t.in * w.input_bits,
          .outputs = pixels * out * a.columns * 32,
          .cycles = pixels * out * steps,
          .products = pixels * area * t.in * t.out,
          .sums = pixels * t.out};
}

/// Bits that a buffer takes from the DRAM.
struct systolic_traffic {
  std::uint64_t at_once;  ///< before anything is computed
  std::uint64_t all;      ///< in the whole run
};

/// A tile stays while the loops around it do not move it, or all that they visit fits and comes at
/// once; the loops beyond bring it anew each time.
[[nodiscard]] constexpr systolic_traffic traffic(std::uint64_t tile, std::uint64_t half,
                                                 std::array<std::size_t, 5> const& order,
                                                 std::array<std::uint64_t, 5> const& count,
                                                 unsigned moving) noexcept {
  systolic_traffic bits{tile, tile};
  bool stays = true;
  for (std::size_t const loop : order) {  // the innermost first
    bool const moves = (moving >> loop & 1U) != 0;
    if (stays && moves && bits.all * count[loop] > half) stays = false;
    if (!stays || moves) bits.all *= count[loop];
    if (stays) bits.at_once = bits.all;
  }
  return bits;
}

/// A work cut in one way, its loops in one order.
[[nodiscard]] constexpr systolic_run run_of(systolic_array const& a, systolic_work const& w,
                                            systolic_tiles const& t, systolic_tile const& one,
                                            std::array<std::size_t, 5> const& order) noexcept {
  constexpr unsigned images = 1U << over_images, columns = 1U << over_columns,
                     rows = 1U << over_rows, in = 1U << over_in, out = 1U << over_out;
  std::uint64_t tiles = 1;
  for (std::uint64_t const n : t.count) tiles *= n;
  systolic_run r;
  systolic_traffic const weight =
      traffic(one.weights, a.weight_bytes * 4, order, t.count, in | out);
  systolic_traffic const input =
      traffic(one.inputs, a.input_bytes * 4, order, t.count, images | columns | rows | in);
  systolic_traffic const output =
      traffic(one.outputs, a.output_bytes * 4, order, t.count, images | columns | rows | out);
  std::uint64_t const drained = output.all;
  r.weight_writes = weight.all;
  r.input_writes = input.all;
  r.dram_reads = r.weight_writes + r.input_writes + drained;
  r.dram_writes = drained;
  // On the chip sums stay and operands come, unless one of these staying costs fewer bits.
  std::uint64_t const p = one.products, weights_come = p * w.weight_bits,
                      inputs_come = p * w.input_bits;
  std::uint64_t const sums_stay = weights_come + inputs_come + 2 * one.sums * 32;
  std::uint64_t const weights_stay = one.weights + inputs_come + 2 * p * 32;
  std::uint64_t const inputs_stay = weights_come + one.inputs + 2 * p * 32;
  bool const sums = sums_stay <= std::min(weights_stay, inputs_stay);
  bool const weights = !sums && weights_stay <= inputs_stay;
  r.weight_reads = tiles * (weights ? one.weights : weights_come);
  r.input_reads = tiles * (!sums && !weights ? one.inputs : inputs_come);
  r.output_reads = r.output_writes = tiles * (sums ? one.sums : p) * 32 + drained;
  std::uint64_t const first = weight.at_once + input.at_once + output.at_once;
  std::uint64_t const last = output.at_once, all = r.dram_reads + r.dram_writes;
  std::uint64_t const compute = tiles * one.cycles;
  std::uint64_t const moving =
      ceiling(all > first + last ? all - first - last : 0, a.interface_bits);
  r.stalls = (moving > compute ? moving - compute : 0) + ceiling(first, a.interface_bits) +
             ceiling(last, a.interface_bits);
  r.cycles = compute + r.stalls;
  return r;
}

/// Calls body with each number of tiles' size that a size can have: unit, 2 unit, 4 unit, ... and
/// all.
template <class Body>
constexpr void each_size(std::uint64_t all, std::uint64_t unit, Body&& body) {
  for (std::uint64_t size = unit; size < all; size *= 2) body(size);
  body(all);
}

}  // namespace detail

/// The fastest way to do a work on an array, of all cuts into tiles and all orders of the loops,
/// and of equally fast ones that of the least energy.
///
/// Tries some ten thousand; what is to be asked often is to be kept. The rules are those of the
/// authors' simulator, which a test compares in all counts.
[[nodiscard]] constexpr systolic_run simulate(systolic_array const& a, systolic_work const& w) {
  using detail::ceiling;
  HALO_EXPECTS(w.images * w.height * w.width * w.in * w.out > 0 && w.kernel_y * w.kernel_x > 0,
               "simulate: a work of something");
  systolic_run best;
  double least = 0;
  bool found = false;
  auto const try_orders = [&](detail::systolic_tiles const& t, detail::systolic_tile const& one) {
    std::array<std::size_t, 5> order{0, 1, 2, 3, 4};
    do {
      // loops of one turn may stand anywhere: one order of these is enough
      bool twin = false;
      for (std::size_t i = 1; i < 5; ++i)
        twin = twin ||
               (t.count[order[i]] == 1 && (t.count[order[i - 1]] > 1 || order[i - 1] > order[i]));
      if (twin) continue;
      systolic_run const r = detail::run_of(a, w, t, one, order);
      if (found && r.cycles > best.cycles) continue;
      double const joules = a.joules(r);
      if (found && r.cycles == best.cycles && joules >= least) continue;
      found = true, best = r, least = joules;
    } while (std::next_permutation(order.begin(), order.end()));
  };
  detail::systolic_tiles t{};
  detail::each_size(w.images, 1, [&](std::uint64_t images) {
    t.images = images, t.count[detail::over_images] = ceiling(w.images, images);
    detail::each_size(std::max(w.height, w.width), 1, [&](std::uint64_t side) {
      t.height = std::min(side, w.height), t.width = std::min(side, w.width);
      t.count[detail::over_rows] = ceiling(w.height, t.height),
      t.count[detail::over_columns] = ceiling(w.width, t.width);
      detail::each_size(w.in, 1, [&](std::uint64_t in) {
        t.in = in, t.count[detail::over_in] = ceiling(w.in, in);
        detail::each_size(w.out, w.gathered ? 1 : a.columns, [&](std::uint64_t out) {
          t.out = out, t.count[detail::over_out] = ceiling(w.out, out);
          detail::systolic_tile const one = detail::tile_of(a, w, t);
          if (one.weights <= a.weight_bytes * 4 && one.inputs <= a.input_bytes * 4 &&
              one.outputs <= a.output_bytes * 4)
            try_orders(t, one);
        });
      });
    });
  });
  return best;
}

}  // namespace halo::energy

#include <halo/macros_back.hpp>
