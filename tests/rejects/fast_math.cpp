// SPDX-License-Identifier: BSD-3-Clause
// error: halo: compile without -ffast-math
#define __FAST_MATH__ 1  // what -ffast-math defines
#include <halo/simd/math.hpp>

int main() {}
