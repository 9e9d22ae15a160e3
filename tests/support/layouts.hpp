// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/core/parameter_table.hpp>

namespace support {

/// Three layers: a weight of A and a bias of B elements, a weight of C, a weight of D and a bias
/// of 1.
template <std::size_t A, std::size_t B, std::size_t C, std::size_t D>
struct three_layers {
  static constexpr std::size_t size = A + B + C + D + 1;
  static constexpr std::size_t tensors = 5;
  static constexpr std::size_t layers = 3;
  static constexpr halo::parameter_info info(char name, std::size_t offset, std::size_t count,
                                             std::size_t layer, halo::parameter_role role) {
    halo::parameter_info i;
    i.text[0] = name;
    i.extents[0] = count;
    i.rank = 1;
    i.offset = offset;
    i.count = count;
    i.layer = layer;
    i.role = role;
    return i;
  }
  static constexpr std::array<halo::parameter_info, tensors> table{
      info('a', 0, A, 0, halo::parameter_role::weight),
      info('b', A, B, 0, halo::parameter_role::bias),
      info('c', A + B, C, 1, halo::parameter_role::weight),
      info('d', A + B + C, D, 2, halo::parameter_role::weight),
      info('e', A + B + C + D, 1, 2, halo::parameter_role::bias)};
};

/// Six layers of one tensor each, whose registers are half full, full, and full with a rest,
/// whether they hold 4, 8 or 16 floats; selected ones that are neighbours make ranges that start
/// anywhere.
struct six_layers {
  static constexpr std::size_t size = 114, tensors = 6, layers = 6;
  static constexpr std::array<halo::parameter_info, tensors> table = [] {
    std::array<halo::parameter_info, tensors> t{};
    std::size_t const counts[] = {7, 8, 65, 16, 1, 17};
    std::size_t offset = 0;
    for (std::size_t i = 0; i < tensors; ++i) {
      t[i].text[0] = static_cast<char>('a' + i);
      t[i].rank = 1;
      t[i].extents[0] = t[i].count = counts[i];
      t[i].offset = offset;
      t[i].layer = i;
      offset += counts[i];
    }
    return t;
  }();
};

}  // namespace support
