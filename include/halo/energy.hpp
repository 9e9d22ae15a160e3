// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/energy/bit_fusion.hpp>
#include <halo/energy/csv_log.hpp>
#include <halo/energy/estimate.hpp>
#include <halo/energy/eyeriss65.hpp>
#include <halo/energy/find_meter.hpp>
#include <halo/energy/horowitz45.hpp>
#include <halo/energy/measure.hpp>
#include <halo/energy/meter.hpp>
#include <halo/energy/pass.hpp>
#include <halo/energy/perf_power.hpp>
#include <halo/energy/rapl.hpp>
#include <halo/energy/raspberry_pi5.hpp>
#include <halo/energy/roofline.hpp>
#include <halo/energy/sensors.hpp>
#include <halo/energy/step_cost.hpp>
#include <halo/energy/sysfs.hpp>
#include <halo/energy/systolic.hpp>

#include <halo/macros_back.hpp>
