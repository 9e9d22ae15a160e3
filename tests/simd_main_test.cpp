// SPDX-License-Identifier: BSD-3-Clause
// main() of the tests built for one instruction set. Exit code 77: this processor lacks it.
#define DOCTEST_CONFIG_IMPLEMENT
#include <unistd.h>
#include <cstdio>

#include <doctest/doctest.h>

namespace {

bool supported() {
  __builtin_cpu_init();
#if defined(HALO_TEST_AVX512)
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
      !__builtin_cpu_supports("avx512vl"))
    return false;
#endif
#if defined(HALO_TEST_AVX512) || defined(HALO_TEST_AVX2)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return false;
#endif
  return true;
}

// Before every other initialiser: theirs are built with the instructions in question.
[[gnu::constructor(101)]] void skip_where_unsupported() {
  if (supported()) return;
  std::fputs("this processor lacks the instruction set\n", stderr);
  _exit(77);
}

}  // namespace

int main(int argc, char** argv) { return doctest::Context(argc, argv).run(); }
