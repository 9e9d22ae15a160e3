// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/room.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace kernel_room_test {

namespace kernel = halo::kernel;
namespace detail = halo::kernel::detail;

TEST_CASE("room: as many numbers as promised, from a whole cache line on, wherever it begins") {
  alignas(64) std::array<std::byte, 1000> bytes;
  for (std::size_t first = 0; first < 70; ++first)
    for (std::size_t const n : {1U, 7U, 16U, 40U}) {
      kernel::room const lent(bytes.data() + first, detail::bytes_for<float>(n) + 128);
      auto const numbers = detail::numbers_in<float>(lent);
      CHECK(numbers.size() >= n);
      CHECK(reinterpret_cast<std::uintptr_t>(numbers.data()) % 64 == 0);
      auto const rest = detail::behind<float>(lent, n);
      CHECK(rest.data() >= static_cast<void*>(numbers.data() + n));
      CHECK(rest.data() + rest.size() == lent.data() + lent.size());
    }
  CHECK(detail::numbers_in<float>({}).empty());
  CHECK(detail::numbers_in<float>(kernel::room(bytes.data() + 1, 50)).empty());
}

TEST_CASE("room: the stack is taken where it is too small") {
  alignas(64) std::array<float, 32> room;
  auto const inside = [&](std::size_t enough) {
    bool same = false;
    detail::in_room<64, float>(std::as_writable_bytes(std::span(room)), enough,
                               [&](std::span<float> numbers) {
                                 CHECK(numbers.size() >= enough);
                                 same = numbers.data() == room.data();
                               });
    return same;
  };
  CHECK(inside(32));
  CHECK_FALSE(inside(33));
}

}  // namespace kernel_room_test
