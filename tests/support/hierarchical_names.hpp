// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <utility>

namespace support {

/// What the golden files call the weights of the hierarchical RNN.
using names = std::pair<char const*, char const*>;
inline constexpr names numpy_names[] = {
    {"parameter.gates", "p.Wg"},
    {"parameter.gates_bias", "p.bg"},
    {"parameter.candidate", "p.Wc"},
    {"parameter.candidate_bias", "p.bc"},
    {"tensor.gates", "t.Wg"},
    {"tensor.gates_bias", "t.bg"},
    {"tensor.candidate", "t.Wc"},
    {"tensor.candidate_bias", "t.bc"},
    {"global.gates", "g.Wg"},
    {"global.gates_bias", "g.bg"},
    {"global.candidate", "g.Wc"},
    {"global.candidate_bias", "g.bc"},
    {"tensor_to_parameter", "At"},
    {"tensor_to_parameter_bias", "at"},
    {"global_to_parameter", "Ag"},
    {"global_to_parameter_bias", "ag"},
    {"global_to_tensor", "Bg"},
    {"global_to_tensor_bias", "bgt"},
    {"update", "wu"},
    {"shortcut", "ws"},
    {"scale_decay", "wv"},
    {"scale_decay_bias", "cv"},
    {"input_decay", "wd"},
    {"input_decay_bias", "cd"},
    {"rate", "wl"},
    {"rate_bias", "cl"},
    {"rate_momentum", "kappa"},
    {"step_size", "delta"},
    {"parameter.initial", "h0"},
    {"tensor.initial", "T0"},
    {"global.initial", "Q0"},
};
inline constexpr names torch_names[] = {
    {"parameter.gates", "p_Wg"},
    {"parameter.gates_bias", "p_bg"},
    {"parameter.candidate", "p_Wc"},
    {"parameter.candidate_bias", "p_bc"},
    {"tensor.gates", "t_Wg"},
    {"tensor.gates_bias", "t_bg"},
    {"tensor.candidate", "t_Wc"},
    {"tensor.candidate_bias", "t_bc"},
    {"global.gates", "g_Wg"},
    {"global.gates_bias", "g_bg"},
    {"global.candidate", "g_Wc"},
    {"global.candidate_bias", "g_bc"},
    {"tensor_to_parameter", "t2p_W"},
    {"tensor_to_parameter_bias", "t2p_b"},
    {"global_to_parameter", "g2p_W"},
    {"global_to_parameter_bias", "g2p_b"},
    {"global_to_tensor", "g2t_W"},
    {"global_to_tensor_bias", "g2t_b"},
    {"update", "upd_W"},
    {"shortcut", "short_W"},
    {"scale_decay", "scl_W"},
    {"scale_decay_bias", "scl_b"},
    {"input_decay", "inp_W"},
    {"input_decay_bias", "inp_b"},
    {"rate", "lr_W"},
    {"rate_bias", "lr_b"},
    {"rate_momentum", "lr_mom"},
    {"step_size", "step_off"},
    {"parameter.initial", "p_init"},
    {"tensor.initial", "t_init"},
    {"global.initial", "g_init"},
    {"initial_log_rate", "init_llr"},
};

}  // namespace support
