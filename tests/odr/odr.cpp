// SPDX-License-Identifier: BSD-3-Clause
// Calls the same work in an object built without and one built with AVX2.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>

float odr_plain(float const* x);
float odr_avx2(float const* x);

int main() {
  std::array<float, 21> x{};
  double reference = 0;  // sum over i, j of sum over l of (x[7i + l]² + 1) · x[3l + j]
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.25F * static_cast<float>(i % 8) - 1.0F;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t l = 0; l < 7; ++l) {
        double const a = x[7 * i + l];
        reference += (a * a + 1.0) * static_cast<double>(x[3 * l + j]);
      }
  float const plain = odr_plain(x.data());
  float avx2 = plain;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) avx2 = odr_avx2(x.data());
  std::printf("reference %.6f, plain %.6f, avx2 %.6f\n", reference, static_cast<double>(plain),
              static_cast<double>(avx2));
  bool const good = std::abs(static_cast<double>(plain) - reference) < 1e-4 &&
                    std::abs(static_cast<double>(avx2) - reference) < 1e-4;
  return good ? 0 : 1;
}
