// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/simd/arch.hpp>
#include <halo/simd/asinh.hpp>
#include <halo/simd/batch.hpp>
#include <halo/simd/batch_mask.hpp>
#include <halo/simd/bits.hpp>
#include <halo/simd/bytes.hpp>
#include <halo/simd/fast.hpp>
#include <halo/simd/fast_sqrt.hpp>
#include <halo/simd/lanes.hpp>
#include <halo/simd/math.hpp>
#include <halo/simd/native.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/reduce.hpp>
#include <halo/simd/transform.hpp>
#include <halo/simd/zip.hpp>

#include <halo/macros_back.hpp>
