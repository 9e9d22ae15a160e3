// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/io/any_field.hpp>
#include <halo/io/checksum.hpp>
#include <halo/io/cpp_source.hpp>
#include <halo/io/decimal.hpp>
#include <halo/io/descriptor.hpp>
#include <halo/io/file.hpp>
#include <halo/io/floats.hpp>
#include <halo/io/identity.hpp>
#include <halo/io/json.hpp>
#include <halo/io/kind.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/npy.hpp>
#include <halo/io/npy_parser.hpp>
#include <halo/io/npy_scanner.hpp>
#include <halo/io/npz.hpp>
#include <halo/io/pytorch.hpp>
#include <halo/io/pytorch_layout.hpp>
#include <halo/io/pytorch_plan.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/recorded.hpp>
#include <halo/io/recorded_file.hpp>
#include <halo/io/safetensors.hpp>
#include <halo/io/safetensors_file.hpp>
#include <halo/io/safetensors_parser.hpp>
#include <halo/io/safetensors_places.hpp>
#include <halo/io/safetensors_writer.hpp>
#include <halo/io/save.hpp>
#include <halo/io/save_pytorch.hpp>
#include <halo/io/scanner.hpp>
#include <halo/io/state_dict.hpp>
#include <halo/io/state_name.hpp>
#include <halo/io/tensor_source.hpp>
#include <halo/io/tensor_view.hpp>
#include <halo/io/turned.hpp>

#include <halo/macros_back.hpp>
