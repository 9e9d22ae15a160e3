// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/horowitz45.hpp>

#include <doctest/doctest.h>

namespace energy_horowitz45_test {

using namespace halo;
using energy::horowitz45;

TEST_CASE("horowitz45: arithmetic by its table") {
  energy::pass const p{.taken = {1000, 10, 0, 0}};
  CHECK(horowitz45{}.joules(p) == doctest::Approx(4600e-12 + 10 * 7.1 * 3.7e-12));
  CHECK(horowitz45{energy::arithmetic::int8}.joules(p) ==
        doctest::Approx(300e-12 + 10 * 7.1 * .2e-12));
  CHECK(horowitz45{energy::arithmetic::float16}.joules(p) ==
        doctest::Approx(1500e-12 + 10 * 7.1 * 1.1e-12));
  CHECK(horowitz45{.overhead = 70e-12}.joules(p) - horowitz45{}.joules(p) ==
        doctest::Approx(1010 * 70e-12));
}

TEST_CASE("horowitz45: numbers come from the smallest memory that holds the pass") {
  auto const joules = [](horowitz45 const& m, std::uint64_t numbers) {
    return m.joules({.taken = {0, 0, numbers, 0}});
  };
  CHECK(joules({}, 2048) == doctest::Approx(2048 * 5e-12));       // 8 KB
  CHECK(joules({}, 2049) == doctest::Approx(2049 * 10e-12));      // 32 KB
  CHECK(joules({}, 262144) == doctest::Approx(262144 * 50e-12));  // 1 MB
  CHECK(joules({}, 262145) == doctest::Approx(262145 * 32 * 20.3e-12));
  CHECK(joules({.cache_bytes = 4096}, 2048) == doctest::Approx(2048 * 32 * 20.3e-12));
  CHECK(joules({.numbers = energy::arithmetic::int8}, 8192) == doctest::Approx(8192 * 1.25e-12));
}

}  // namespace energy_horowitz45_test
