// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/data/balanced_batches.hpp>
#include <halo/data/batches.hpp>
#include <halo/data/cifar.hpp>
#include <halo/data/csv.hpp>
#include <halo/data/csv_fields.hpp>
#include <halo/data/csv_options.hpp>
#include <halo/data/csv_plan.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/drawn_batches.hpp>
#include <halo/data/examples.hpp>
#include <halo/data/gas_sensor.hpp>
#include <halo/data/har.hpp>
#include <halo/data/idx.hpp>
#include <halo/data/idx_parser.hpp>
#include <halo/data/image_shape.hpp>
#include <halo/data/images.hpp>
#include <halo/data/mnist.hpp>
#include <halo/data/ppm.hpp>
#include <halo/data/split.hpp>
#include <halo/data/standardize.hpp>
#include <halo/data/svmlight.hpp>
#include <halo/data/text.hpp>
#include <halo/data/thyroid.hpp>
#include <halo/data/weighted_batches.hpp>

#include <halo/macros_back.hpp>
