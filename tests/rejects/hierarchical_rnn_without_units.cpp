// SPDX-License-Identifier: BSD-3-Clause
// error: halo: hierarchical_rnn: an option is out of its range
#include <halo/learned/hierarchical_rnn.hpp>

halo::learned::hierarchical_rnn<halo::learned::hierarchical_options{.units = 0}> const rule;
