// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

// The only file that includes xtensor. Releases since 0.26 sort their headers into folders, under
// the same names and without forwarding headers.
#if __has_include(<xtensor/containers/xtensor.hpp>)
#  include <xtensor/containers/xbuffer_adaptor.hpp>
#  include <xtensor/containers/xtensor.hpp>
#  include <xtensor/core/xmath.hpp>
#  include <xtensor/core/xnoalias.hpp>
#  include <xtensor/views/xview.hpp>
#elif __has_include(<xtensor/xtensor.hpp>)
#  include <xtensor/xbuffer_adaptor.hpp>
#  include <xtensor/xmath.hpp>
#  include <xtensor/xnoalias.hpp>
#  include <xtensor/xtensor.hpp>
#  include <xtensor/xview.hpp>
#else
#  error "halo: xtensor 0.24 or newer was not found on the include path"
#endif

#include <halo/macros_back.hpp>
