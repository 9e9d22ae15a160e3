// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/fingerprint.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace core_fingerprint_test {

using namespace halo;

namespace {

std::string of(std::string_view text) {
  fingerprint f;
  for (char const c : text) f.add(static_cast<unsigned char>(c));
  return f.text().data();
}

constexpr std::array<float, 2> numbers{1, 2};
static_assert(fingerprint_of(std::span(numbers)).value() != fingerprint{}.value());

}  // namespace

TEST_CASE("fingerprint: the sums that FNV's authors publish") {
  CHECK(of("") == "cbf29ce484222325");
  CHECK(of("a") == "af63dc4c8601ec8c");
  CHECK(of("foobar") == "85944171f73967e8");
}

TEST_CASE("fingerprint: numbers with their least significant byte first, each bit counts") {
  std::array<std::uint32_t, 2> words{0x6F6F66U, 0x726162U};
  auto const sum = [&] { return fingerprint_of(std::span<std::uint32_t const>(words)).value(); };
  std::string const same = of(std::string_view("foo\0bar\0", 8));
  CHECK(fingerprint_of(std::span<std::uint32_t const>(words)).text().data() == same);
  auto const before = sum();
  for (unsigned bit = 0; bit < 32; ++bit) {
    words[1] ^= 1U << bit;
    CHECK(sum() != before);
    words[1] ^= 1U << bit;
  }
  CHECK(sum() == before);
}

TEST_CASE("fingerprint: a text ends where it ends") {
  fingerprint a, b;
  a.add("ab"), a.add("c");
  b.add("a"), b.add("bc");
  CHECK(a.value() != b.value());
}

}  // namespace core_fingerprint_test
