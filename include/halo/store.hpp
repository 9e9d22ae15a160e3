// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The device storey, and what files and data sets need: containers, formats, readers, checkpoints.

#include <halo/macros_aside.hpp>

#include <halo/adapt/checkpoint.hpp>
#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/adapt/flash_bytes_header.hpp>
#include <halo/adapt/flash_header.hpp>
#include <halo/data.hpp>
#include <halo/device.hpp>
#include <halo/energy/csv_log.hpp>
#include <halo/energy/find_meter.hpp>
#include <halo/energy/perf_power.hpp>
#include <halo/energy/rapl.hpp>
#include <halo/energy/raspberry_pi5.hpp>
#include <halo/energy/sensors.hpp>
#include <halo/energy/sysfs.hpp>
#include <halo/io.hpp>
#include <halo/learned/weights_file.hpp>
#include <halo/tensor.hpp>

#include <halo/macros_back.hpp>
