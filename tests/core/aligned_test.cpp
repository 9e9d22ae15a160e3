// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/aligned.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "support/allocation.hpp"

namespace core_aligned_test {

using namespace halo;

namespace {
template <class T>
bool on_a_line(T const* p) {
  return reinterpret_cast<std::uintptr_t>(p) % alignment == 0;
}
}  // namespace

static_assert(alignment == 64);
static_assert(alignof(aligned_array<char, 1>) == 64);
static_assert(sizeof(aligned_array<float, 0>) == 64);
static_assert(sizeof(aligned_array<float, 16>) == 64);
static_assert(sizeof(aligned_array<float, 17>) == 128);
static_assert(std::is_trivially_copyable_v<aligned_array<float, 3>>);

// large arrays behind one another: on the same places of their pages, or well apart
static_assert([] {
  for (std::size_t n = 0; n < 50000; ++n) {
    std::size_t const bytes = detail::array_bytes(n);
    std::size_t const rest = bytes % 4096;
    if (bytes < n || bytes % alignment != 0 || bytes - n >= 512 + alignment) return false;
    if (n <= 16384 - alignment && bytes - n >= alignment) return false;
    if (n >= 16384 && rest != 0 && (rest < 512 || rest > 4096 - 512)) return false;
  }
  return true;
}());
static_assert(sizeof(aligned_array<float, 4096>) == 16384);
static_assert(sizeof(aligned_array<float, 4097>) == 16384 + 512);
static_assert(sizeof(aligned_array<float, 8191>) == 32768);
static_assert(!std::is_copy_constructible_v<aligned_buffer<float>>);

TEST_CASE_TEMPLATE("aligned_array: zeros on a cache line, inside the object", T, char, float,
                   double, std::uint64_t) {
  std::size_t const allocated = support::allocations_of([] {
    aligned_array<T, 37> a;
    aligned_array<T, 37> const& c = a;
    CHECK(on_a_line(a.data()));
    CHECK(a.end() - a.begin() == 37);
    CHECK(c.span().data() == a.data());
    CHECK(c.size() == 37);
    for (T const x : c) CHECK(x == T(0));
    a[36] = T(5);
    a.span()[0] = T(3);
    aligned_array<T, 37> const copy = a;
    CHECK(copy[36] == T(5));
    CHECK(*copy.begin() == T(3));
    a[36] = T(6);
    CHECK(copy[36] == T(5));
  });
  CHECK(allocated == 0);
  aligned_array<T, 0> none;
  CHECK(none.begin() == none.end());
  CHECK(none.span().empty());
}

TEST_CASE_TEMPLATE("aligned_buffer: zeros on a cache line, of a size known at run time", T, char,
                   float, double, std::uint64_t) {
  for (std::size_t n = 0; n < 70; ++n) {
    CAPTURE(n);
    aligned_buffer<T> b(n);
    aligned_buffer<T> const& c = b;
    CHECK(on_a_line(b.data()));
    CHECK(c.size() == n);
    CHECK(static_cast<std::size_t>(c.end() - c.begin()) == n);
    CHECK(c.span().size() == n);
    for (T& x : b) {
      CHECK(x == T(0));
      x = T(9);
    }
    for (std::size_t i = 0; i < n; ++i) CHECK(c[i] == T(9));
  }
}

TEST_CASE("aligned_buffer: moving hands the memory over and leaves nothing behind") {
  aligned_buffer<int> a(5);
  a[4] = 7;
  int const* const memory = a.data();
  aligned_buffer<int> b(std::move(a));
  CHECK(b.data() == memory);
  CHECK(b.size() == 5);
  CHECK(a.size() == 0);  // NOLINT(bugprone-use-after-move): what is left is the point
  CHECK(a.begin() == a.end());
  a = std::move(b);
  CHECK(a[4] == 7);
  CHECK(b.size() == 0);  // NOLINT(bugprone-use-after-move)
  CHECK(aligned_buffer<int>().span().empty());
}

}  // namespace core_aligned_test
