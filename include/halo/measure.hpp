// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/measure/accuracy.hpp>
#include <halo/measure/calibration.hpp>
#include <halo/measure/class_of.hpp>
#include <halo/measure/confusion.hpp>
#include <halo/measure/errors.hpp>
#include <halo/measure/flags.hpp>
#include <halo/measure/measure.hpp>
#include <halo/measure/roc_auc.hpp>

#include <halo/macros_back.hpp>
