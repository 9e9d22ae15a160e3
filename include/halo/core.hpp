// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/core/aligned.hpp>
#include <halo/core/allowed.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/bad_option.hpp>
#include <halo/core/bfloat16.hpp>
#include <halo/core/bit_cast.hpp>
#include <halo/core/concepts.hpp>
#include <halo/core/cost.hpp>
#include <halo/core/error.hpp>
#include <halo/core/fingerprint.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/options.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/core/portable.hpp>
#include <halo/core/random.hpp>
#include <halo/core/record.hpp>
#include <halo/core/recorded_field.hpp>
#include <halo/core/shape.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/core/unrolled.hpp>
#include <halo/core/wrapped_name.hpp>
#include <halo/version.hpp>

#include <halo/macros_back.hpp>
