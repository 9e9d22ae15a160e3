// SPDX-License-Identifier: BSD-3-Clause
#pragma once

/// Version of halo (semantic versioning); meson.build and the package files read the same numbers.
#define HALO_VERSION_MAJOR 0
#define HALO_VERSION_MINOR 1
#define HALO_VERSION_PATCH 0
