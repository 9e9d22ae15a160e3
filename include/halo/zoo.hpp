// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/zoo/authors_thyroid.hpp>
#include <halo/zoo/domains.hpp>
#include <halo/zoo/networks.hpp>
#include <halo/zoo/residual_networks.hpp>
#include <halo/zoo/slimmed_channels.hpp>
#include <halo/zoo/slimmed_networks.hpp>

#include <halo/macros_back.hpp>
