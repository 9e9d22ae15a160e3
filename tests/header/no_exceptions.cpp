// SPDX-License-Identifier: BSD-3-Clause
// Built with -fno-exceptions -fno-rtti: an embedded program takes these rooms as they are.
#include <halo/core.hpp>
#include <halo/kernel.hpp>
#include <halo/simd.hpp>
#include <halo/tensor.hpp>

int main() { return 0; }
