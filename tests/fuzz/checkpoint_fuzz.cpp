// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/checkpoint_bytes.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/io/checksum.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/gated.hpp>

#include "../support/device.hpp"
#include "fuzz.hpp"

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<2, 2>, nn::tanh, nn::linear<2, 1>>;
using device =
    adapt::adapter<network, nn::mean_square, optim::averaged<optim::adam>, 4, optim::gated<>>;

void go(device& d, int steps) {
  std::array<float, 8> const x{1, -2, 0.5F, 0.25F, -1, 3, 2, 2};
  std::array<float, 4> const t{0.5F, 1.5F, -1, 0};
  for (int i = 0; i < steps; ++i) static_cast<void>(d.step(x, t));
}

// A run two steps old, from a file in memory.
std::string good() {
  device d(optim::averaged<optim::adam>{}, seed{4});
  go(d, 2);
  return std::string(io::as_text(adapt::write(d).span()));
}

// The file with the checksum that it should have, so that the fuzzer gets behind it.
io::safetensors with_checksum(io::safetensors const& file) {
  std::string const sum = io::checksum(file);
  std::vector<io::metadata_entry> metadata(file.metadata().begin(), file.metadata().end());
  for (io::metadata_entry& entry : metadata) {
    if (entry.key == io::checksum_key) entry.value = sum;
  }
  return io::parse_safetensors(io::write_safetensors(file.tensors(), metadata).span(), "f");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  unsigned const choice = support::take_choice(data, size);
  static std::string const start = good();
  std::string const all =
      choice % 8 != 0 ? support::edited(start, data, size) : std::string(support::text(data, size));
  std::optional<io::safetensors> file;
  if (!support::accepted([&] { file = io::parse_safetensors(io::as_bytes(all), "f"); })) {
    return 0;
  }
  if (choice % 2 == 0) file = with_checksum(*file);
  static_cast<void>(support::accepted([&] {
    auto const theta = adapt::read_parameters<network>(*file);
    support::require(theta.size() == network::parameters + network::statistics, "every parameter");
    support::require_finite(theta.span());
  }));
  static device d(optim::averaged<optim::adam>{}, seed{1});
  static auto const fresh = support::bytes_of(d);
  support::set_bytes(d, fresh);
  if (!support::accepted([&] { adapt::resume(*file, d); })) {
    support::require(support::bytes_of(d) == fresh, "a refused file changes nothing");
    return 0;
  }
  go(d, 50);  // done and finite, or refused
  walk(d, []<class T>(field_path const&, recorded_field<T> const& field) {
    if constexpr (!recorded_field<T>::is_text)
      if (field.is_state()) support::require_finite(field.values);
  });
  return 0;
}
