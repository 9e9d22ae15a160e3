// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/floats.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace io_floats_test {

using namespace halo;

namespace {

template <class T, std::size_t N>
std::vector<float> floats(io::dtype type, std::array<T, N> const& from) {
  std::vector<float> to(N);
  io::to_floats(type, std::as_bytes(std::span(from)), to);
  return to;
}

}  // namespace

TEST_CASE("floats: halves, brain floats and doubles are floats") {
  std::array<std::uint16_t, 9> const halves{0x3C00, 0xC000, 0x0001, 0x03FF, 0x7BFF,
                                            0x8000, 0x3555, 0xFC00, 0x7E00};
  auto const found = floats(io::dtype::f16, halves);
  CHECK(std::vector<float>(found.begin(), found.begin() + 7) ==
        std::vector<float>{1, -2, std::ldexp(1.0F, -24), std::ldexp(1023.0F, -24), 65504, -0.0F,
                           std::ldexp(1365.0F, -12)});
  CHECK(std::signbit(found[5]));
  CHECK(found[7] == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(found[8]));
  CHECK(floats(io::dtype::bf16, std::array<std::uint16_t, 3>{0x3F80, 0xC000, 0x4049}) ==
        std::vector<float>{1, -2, 3.140625F});
  CHECK(floats(io::dtype::f64, std::array<double, 2>{0.1, -1e300}) ==
        std::vector<float>{0.1F, -std::numeric_limits<float>::infinity()});
  CHECK(floats(io::dtype::f32, std::array<float, 2>{0.1F, 7}) == std::vector<float>{0.1F, 7});
  static_assert(io::is_real(io::dtype::bf16) && !io::is_real(io::dtype::i64));
}

TEST_CASE("floats: the first that is not finite") {
  std::vector<float> x(3000, std::numeric_limits<float>::max());
  CHECK(io::first_not_finite(x) == 3000);
  CHECK(io::first_not_finite({}) == 0);
  for (std::size_t const at : {2999U, 2047U, 1024U, 1023U, 0U}) {
    x[at] = at % 2 == 0 ? std::numeric_limits<float>::quiet_NaN()
                        : -std::numeric_limits<float>::infinity();
    CHECK(io::first_not_finite(x) == at);
  }
}

}  // namespace io_floats_test
