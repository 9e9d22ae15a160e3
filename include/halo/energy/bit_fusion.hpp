// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>

#include <halo/energy/pass.hpp>
#include <halo/energy/systolic.hpp>

namespace halo::energy {

/// The accelerator that HALO's paper simulates for networks of 2, 4 and 8 bits [Sharma et al. 2018;
/// Li et al. 2020, Fig. 7], and what it would take to learn on it.
///
/// The authors' simulator knows forward passes of convolutions and products of matrices. Here also:
/// dL/dx is a convolution of dL/dy with in and out exchanged, at the input's size; dL/dθ a product
/// of [K² in, pixels] and [pixels, out], pixels of all images; gradients have the bits of inputs.
/// What is done element by element costs nothing, as with the authors; norms and the optimizer
/// compute with 32 bits, 16 units a multiply-add, and the optimizer's numbers of 32 bits come from
/// the DRAM and go back. A quantised layer's own bits come before the model's.
///
/// Takes a millisecond or so a layer: ask through energy::profile.
struct bit_fusion {
  systolic_array array{};    ///< the machine
  unsigned input_bits = 8;   ///< of inputs and gradients, 1 to 8
  unsigned weight_bits = 8;  ///< 1 to 8

  static constexpr char const* name = "bit fusion";
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", name);
    f.part("array", self.array);
    f.option("input_bits", self.input_bits, allowed::between(1, 8));
    f.option("weight_bits", self.weight_bits, allowed::between(1, 8));
  }

  /// Joules of a pass.
  [[nodiscard]] constexpr double joules(pass const& p) const {
    if (p.way == way::optimizer) return of_numbers(p.taken);
    if (p.product.times == 0) return of_arithmetic(p.taken.multiply_adds);
    if (p.way == way::back || p.way == way::loss) return of_arithmetic(p.taken.multiply_adds);
    return static_cast<double>(p.product.times) * array.joules(simulate(array, work_of(p)));
  }

  /// How the array computes a pass of a layer with a product, once of product.times.
  [[nodiscard]] constexpr systolic_work work_of(pass const& p) const noexcept {
    nn::layer_product const& l = p.product;
    unsigned const inputs = l.input_bits != 0 ? l.input_bits : input_bits;
    unsigned const weights = l.weight_bits != 0 ? l.weight_bits : weight_bits;
    systolic_work w{.images = p.rows, .input_bits = inputs, .weight_bits = weights};
    if (p.way == way::to_weights) {
      w.images = l.kernel_y * l.kernel_x * l.in;
      w.in = p.rows * l.height * l.width;
      w.out = l.out;
      w.weight_bits = inputs;
      return w;
    }
    w.kernel_y = l.kernel_y, w.kernel_x = l.kernel_x;
    if (p.way == way::to_data) {
      w.height = l.input_height, w.width = l.input_width;
      w.kernel_y = detail::ceiling(l.kernel_y, l.stride_y);
      w.kernel_x = detail::ceiling(l.kernel_x, l.stride_x);
      w.in = l.out, w.out = l.in;
      return w;
    }
    w.height = l.height, w.width = l.width;
    w.stride_y = l.stride_y, w.stride_x = l.stride_x;
    w.in = l.in, w.out = l.out;
    w.gathered = p.first && l.kernel_y * l.kernel_x > 1;
    return w;
  }

 private:
  /// Multiply-adds of 32 bits: 4 by 4 pieces of 8 bits each.
  [[nodiscard]] constexpr double of_arithmetic(std::uint64_t multiply_adds) const noexcept {
    double const unit = array.joules_a_cycle / static_cast<double>(array.rows * array.columns);
    return static_cast<double>(multiply_adds) * 16 * unit;
  }
  /// The same, with all numbers in the DRAM.
  [[nodiscard]] constexpr double of_numbers(cost const& c) const noexcept {
    double const in = 32 * (array.dram_bit + array.output_bit[0] + array.output_bit[1]);
    return of_arithmetic(c.multiply_adds) + static_cast<double>(c.moved()) * in;
  }
};
static_assert(model<bit_fusion>);

}  // namespace halo::energy
