// SPDX-License-Identifier: BSD-3-Clause
// error: halo: load_pytorch: load the float network and carry it over (adapt::carry)
#include <halo/io/pytorch.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

auto const values = halo::io::load_pytorch<sequential<quantised<linear<4, 3>>>>("model");
