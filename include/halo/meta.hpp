// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/meta/meta_loss.hpp>
#include <halo/meta/window.hpp>
