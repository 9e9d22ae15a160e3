// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/arch.hpp>

#include <doctest/doctest.h>

#include <string>
#include <type_traits>
#include <vector>

namespace simd_arch_test {

namespace simd = halo::simd;

TEST_CASE("the architectures have names, the default one among them, scalar last") {
  std::vector<std::string> names;
  bool has_default = false;
  simd::for_each_arch(simd::archs{}, [&]<class Arch>(Arch) {
    names.emplace_back(simd::arch_name<Arch>());
    has_default = has_default || std::is_same_v<Arch, simd::default_arch>;
    CHECK(simd::batch<float, Arch>::size >= 1);
  });
  REQUIRE(names.size() == simd::archs::size);
  CHECK(has_default);
  CHECK(names.back() == "scalar");
  CHECK(names.front() == simd::arch_name());
  for (std::string const& name : names) CHECK_FALSE(name.empty());
}

TEST_CASE("the default architecture is what the flags say") {
  std::string const name = simd::arch_name();
#if defined(__AVX512F__)
  CHECK(name.find("avx512") != std::string::npos);
#elif defined(__AVX2__)
  CHECK(name.find("avx2") != std::string::npos);
#elif defined(__SSE2__) && !defined(__SSE3__)
  CHECK(name == "sse2");
#endif
  CHECK(simd::batch<float>::size == 2 * simd::batch<double>::size);
}

TEST_CASE("an architecture that fuses rounds a product and sum once") {
  simd::for_each_arch(simd::archs{}, []<class Arch>(Arch) {
    INFO(simd::arch_name<Arch>());
    using V = simd::batch<float, Arch>;
    volatile float const x = 1.000244140625F;  // 1 + 2^-12: its square needs 25 bits
    volatile float const square = x * x;
    float const rest = fma(V(x), V(x), V(-square)).get(0);
    if (simd::fuses<Arch>()) CHECK(rest == 0x1p-24F);
  });
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
  CHECK(simd::fuses<simd::default_arch>());
#endif
}

TEST_CASE("half an architecture has half the lanes, or is the whole one") {
  simd::for_each_arch(simd::archs{}, []<class Arch>(Arch) {
    INFO(simd::arch_name<Arch>());
    std::size_t const lanes = simd::batch<float, Arch>::size;
    using half = simd::half_arch<float, Arch>;
    bool const whole = std::is_same_v<half, Arch>;
    CHECK(simd::batch<float, half>::size == (whole ? lanes : lanes / 2));
    bool any = false;  // RVV is of one width
    simd::for_each_arch(simd::archs{}, [&]<class Other>(Other) {
      any = any || simd::batch<float, Other>::size * 2 == lanes;
    });
    CHECK(whole != any);
    CHECK((any || lanes <= 4 || simd::archs::size == 2));
  });
}

}  // namespace simd_arch_test
