// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/idx.hpp>

#include <algorithm>

#include "fuzz.hpp"

using namespace halo;

namespace {

template <class T, std::size_t Rank>
void read_as(std::span<std::byte const> all) {
  tensor::array<T, Rank> values;
  if (!support::accepted([&] { values = data::parse_idx<T, Rank>(all, "f"); })) return;
  support::require(all.size() >= 4 + 4 * Rank + values.size(), "no more elements than bytes");
  if constexpr (std::floating_point<T>) support::require_finite(tensor::elements(values));
  if constexpr (sizeof(T) == 1) {
    support::require(
        std::ranges::equal(std::as_bytes(tensor::elements(values)), all.subspan(4 + 4 * Rank)),
        "bytes as they are");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  unsigned const choice = support::take_choice(data, size);
  auto const all = support::bytes(data, size);
  switch (choice % 8) {
    case 0:
      read_as<std::uint8_t, 3>(all);
      break;
    case 1:
      read_as<std::int8_t, 1>(all);
      break;
    case 2:
      read_as<std::int16_t, 2>(all);
      break;
    case 3:
      read_as<std::int32_t, 1>(all);
      break;
    case 4:
      read_as<float, 1>(all);
      break;
    case 5:
      read_as<double, 2>(all);
      break;
    default: {  // images up to the byte that choice / 8 of them make, labels behind
      std::size_t const cut = size * (choice / 8) / 31;
      data::dataset d;
      if (!support::accepted([&] {
            d = data::parse_idx_dataset(all.first(cut), "x", all.subspan(cut), "y",
                                        choice % 8 == 6 ? 0 : 10);
          })) {
        break;
      }
      support::require(d.rows() > 0 && d.features() > 0, "rows and features");
      for (float x : tensor::elements(d.x)) support::require(x >= 0 && x <= 1, "pixels up to 1");
      for (auto y : tensor::elements(d.y)) {
        support::require(y >= 0 && static_cast<std::size_t>(y) < d.classes, "labels in range");
      }
    }
  }
  return 0;
}
