// SPDX-License-Identifier: BSD-3-Clause
// error: halo: lean: a rule whose program carries nothing from observe() to apply(), holds nothing
#include <halo/learned/lean.hpp>
#include <halo/learned/tensor_rnn.hpp>

using namespace halo;

static_assert(sizeof(learned::lean<learned::tensor_rnn<>>) > 0);
