// SPDX-License-Identifier: BSD-3-Clause
// Names that test frameworks and system headers define as macros must not matter to halo.
// What halo itself includes comes first, clean; then the macros; then all of halo, of which
// check_headers.py makes each header by itself: an umbrella would put macros aside for them all.
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
#define unix POISON
#define I POISON
#define isnan(...) POISON
#define isinf(...) POISON
#define isfinite(...) POISON
#define signbit(...) POISON
// Windows
#define min(...) POISON
#define max(...) POISON
#define interface POISON
#define IN POISON
#define OUT POISON
#define OPTIONAL POISON
#define DELETE POISON
#define VOID POISON
#define TRUE POISON
#define FALSE POISON
#define STRICT POISON
#define NO_ERROR POISON
#define hyper POISON
#define GetObject POISON
#define Yield POISON
#define LoadString POISON
// Arduino
#define abs(...) POISON
#define round(...) POISON
#define constrain(...) POISON
#define radians(...) POISON
#define degrees(...) POISON
#define sq(...) POISON
#define bit(...) POISON
#define bitRead(...) POISON
#define bitSet(...) POISON
#define word(...) POISON
#define lowByte(...) POISON
#define interrupts(...) POISON
#define F(...) POISON
#define B0 POISON
#define B1 POISON
#define A0 POISON
#define A1 POISON
#define PI POISON
#define EULER POISON
#define HIGH POISON
#define LOW POISON
#define INPUT POISON
#define OUTPUT POISON
#define DEFAULT POISON
#define INTERNAL POISON
#define EXTERNAL POISON
#define CHANGE POISON
#define RISING POISON
#define SERIAL POISON
#define DISPLAY POISON
// GUI toolkits, X11 and old macOS
#define signals POISON
#define slots POISON
#define emit POISON
#define foreach POISON
#define forever POISON
#define None POISON
#define Bool POISON
#define Status POISON
#define Success POISON
#define Always POISON
#define Complex POISON
#define True POISON
#define False POISON
#define check(...) POISON
#define verify(...) POISON
#define require(...) POISON
#define nil POISON
#define YES POISON
#define NO POISON

#include <halo/halo.hpp>

// ... and they are still there for whoever defined them.
#if !defined(min) || !defined(max) || !defined(abs) || !defined(emit) || !defined(word) || \
    !defined(I) || !defined(check) || !defined(signals)
#  error "halo took macros away"
#endif
