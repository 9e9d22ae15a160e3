// SPDX-License-Identifier: BSD-3-Clause
// error: halo: tensor_rnn: an option is out of its range
#include <halo/learned/tensor_rnn.hpp>

halo::learned::tensor_rnn<halo::learned::tensor_options{.span_up = 0}> const rule;
