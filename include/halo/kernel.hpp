// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/kernel/activation.hpp>
#include <halo/kernel/bias.hpp>
#include <halo/kernel/channel_groups.hpp>
#include <halo/kernel/channel_moments.hpp>
#include <halo/kernel/channel_norm.hpp>
#include <halo/kernel/cholesky.hpp>
#include <halo/kernel/conv2d_backward_data.hpp>
#include <halo/kernel/conv2d_backward_weights.hpp>
#include <halo/kernel/conv2d_forward.hpp>
#include <halo/kernel/conv2d_int8.hpp>
#include <halo/kernel/conv2d_panel.hpp>
#include <halo/kernel/conv2d_room.hpp>
#include <halo/kernel/conv2d_tile.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/gemm_blocks.hpp>
#include <halo/kernel/gemm_int8.hpp>
#include <halo/kernel/gemm_pack.hpp>
#include <halo/kernel/gemm_tile.hpp>
#include <halo/kernel/gemv.hpp>
#include <halo/kernel/gru.hpp>
#include <halo/kernel/gru_cell.hpp>
#include <halo/kernel/lstm.hpp>
#include <halo/kernel/lstm_cell.hpp>
#include <halo/kernel/magnitude.hpp>
#include <halo/kernel/mean_square.hpp>
#include <halo/kernel/normalize.hpp>
#include <halo/kernel/pointwise_loss.hpp>
#include <halo/kernel/pool.hpp>
#include <halo/kernel/quantise.hpp>
#include <halo/kernel/recurrent.hpp>
#include <halo/kernel/reused_operand.hpp>
#include <halo/kernel/room.hpp>
#include <halo/kernel/soft_cross_entropy.hpp>
#include <halo/kernel/softmax.hpp>
#include <halo/kernel/sum.hpp>
#include <halo/kernel/update.hpp>
#include <halo/kernel/window.hpp>
#include <halo/kernel/window_phase.hpp>
#include <halo/kernel/winograd.hpp>
#include <halo/kernel/winograd_transform.hpp>
#include <halo/kernel/winograd_weights.hpp>

#include <halo/macros_back.hpp>
