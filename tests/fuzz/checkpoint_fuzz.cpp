// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/checkpoint.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/io/checksum.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/device.hpp"
#include "fuzz.hpp"

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<2, 1>>;
using device = adapt::adapter<network, nn::mean_square, optim::adam, 1>;

// A run two steps old, from a file in memory.
std::string good() {
  device d(optim::adam{}, seed{4});
  std::array<float, 2> const x{1, -2};
  for (float t : {0.5F, 1.5F}) d.step(x, std::array<float, 1>{t});
  return std::string(io::as_text(adapt::write(d).span()));
}

// The file with the checksum that its tensors have, so that the fuzzer gets behind it.
io::safetensors with_checksum(io::safetensors const& file) {
  std::string const sum = io::checksum(file.tensors());
  std::vector<io::metadata_entry> metadata(file.metadata().begin(), file.metadata().end());
  for (io::metadata_entry& entry : metadata) {
    if (entry.key == "checksum") entry.value = sum;
  }
  return io::parse_safetensors(io::write_safetensors(file.tensors(), metadata).span(), "f");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  unsigned const choice = tests::take_choice(data, size);
  static std::string const start = good();
  std::string const all =
      choice % 8 != 0 ? tests::edited(start, data, size) : std::string(tests::text(data, size));
  std::optional<io::safetensors> file;
  if (!tests::accepted([&] { file = io::parse_safetensors(io::as_bytes(all), "f"); })) {
    return 0;
  }
  if (choice % 2 == 0) file = with_checksum(*file);
  static_cast<void>(tests::accepted([&] {
    auto const theta = adapt::read_parameters<network>(*file);
    tests::require(theta.size() == network::parameters, "every parameter");
    tests::require_finite(theta.span());
  }));
  device d(optim::adam{}, seed{1});
  auto const before = support::bytes_of(d);
  if (!tests::accepted([&] { adapt::resume(*file, d); })) {
    tests::require(support::bytes_of(d) == before, "a refused file changes nothing");
    return 0;
  }
  tests::require_finite(d.parameters());
  d.fields([&](std::string const& group, std::string const& name, auto values) {
    if (group == "parameters") return;
    tests::require(std::ranges::equal(std::as_bytes(values), file->at(group + '.' + name).bytes),
                   "the state of the file");
  });
  return 0;
}
