// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/facts.hpp>
#include <halo/learned/gradient_features.hpp>
#include <halo/learned/halo_method.hpp>
#include <halo/learned/halo_rule.hpp>
#include <halo/learned/hierarchical_options.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/hierarchical_weights.hpp>
#include <halo/learned/horizon_features.hpp>
#include <halo/learned/horizon_rule.hpp>
#include <halo/learned/horizon_weights.hpp>
#include <halo/learned/lane_gradient.hpp>
#include <halo/learned/number.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/learned/overrun.hpp>
#include <halo/learned/paper_halo.hpp>
#include <halo/learned/pass.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/program_check.hpp>
#include <halo/learned/program_traits.hpp>
#include <halo/learned/reader.hpp>
#include <halo/learned/recurrent.hpp>
#include <halo/learned/rnnprop.hpp>
#include <halo/learned/scalar_gradient.hpp>
#include <halo/learned/state.hpp>
#include <halo/learned/step_facts.hpp>
#include <halo/learned/taped_reader.hpp>
#include <halo/learned/tensor_features.hpp>
#include <halo/learned/tensor_options.hpp>
#include <halo/learned/tensor_prior.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/learned/tensor_step.hpp>
#include <halo/learned/tensor_weights.hpp>
#include <halo/learned/true_parameters.hpp>
#include <halo/learned/unroll.hpp>
#include <halo/learned/weight_table.hpp>
#include <halo/learned/weights_file.hpp>

#include <halo/macros_back.hpp>
