// SPDX-License-Identifier: BSD-3-Clause
// error: halo: partly_labelled: goes around a loss whose targets are labels
#include <halo/nn/partly_labelled.hpp>

using loss = halo::nn::partly_labelled<halo::nn::mean_square>;
static_assert(loss::targets(3) == 1);
