// SPDX-License-Identifier: BSD-3-Clause
// Names that test frameworks and system headers define as macros must not matter to halo.
// What halo itself includes comes first, clean; then the macros; then all of halo.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <numeric>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <halo/simd/batch.hpp>
#include <halo/tensor/xt.hpp>

#define POISON static_assert(false, "a macro of somebody else was expanded inside halo");
#define CHECK(...) POISON
#define CHECK_EQ(...) POISON
#define EXPECT(...) POISON
#define FAIL(...) POISON
#define INFO(...) POISON
#define LOG(...) POISON
#define MESSAGE(...) POISON
#define REQUIRE(...) POISON
#define SUBCASE(...) POISON
#define TEST(...) POISON
#define TEST_CASE(...) POISON
#define WARN(...) POISON
#define ASSERT(...) POISON
#define BENCHMARK(...) POISON
// system headers
#define ERROR POISON
#define DEBUG POISON
#define major POISON
#define minor POISON
#define small POISON
#define near POISON
#define far POISON
#define linux POISON

#include <halo/halo.hpp>
