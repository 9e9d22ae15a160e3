// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/meta/meta_loss.hpp>
#include <halo/meta/parallel.hpp>
#include <halo/meta/slot.hpp>
#include <halo/meta/trainer.hpp>
#include <halo/meta/window.hpp>
