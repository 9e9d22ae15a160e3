// SPDX-License-Identifier: BSD-3-Clause
// Runs that are kept in memory, in flash and in files, and go on: on whatever has the store storey.
#include <halo/store.hpp>

#include "../support/flash_chip.hpp"
#include "support/console.hpp"
#include "support/small_adaptations.hpp"

namespace {

using namespace halo;
using network = nn::sequential<nn::linear<8, 16>, nn::tanh, nn::linear<16, 4>>;
using device_type = adapt::adapter<network, nn::cross_entropy, optim::adam, 8>;

device_type device({}, seed{1}), other({}, seed{2});
support::flash_chip<32768, 2048, 16> chip;

/// Whether a run that is kept twice goes on as if it had not been.
template <io::storage Storage>
int goes_on(char const* name, Storage& where) {
  static_cast<void>(support::adapt<device_type, 8, 4>(device, 5));
  adapt::save(where, "run", device);
  static_cast<void>(support::adapt<device_type, 8, 4>(device, 5));
  adapt::save(where, "run", device);
  adapt::resume(where, "run", other);
  auto const a = support::adapt<device_type, 8, 4>(device, 5);
  auto const b = support::adapt<device_type, 8, 4>(other, 5);
  bool const good = a.done && a.bits == b.bits;
  support::write(name);
  support::write(good ? ": goes on\n" : ": FAILED\n");
  return good ? 0 : 1;
}

}  // namespace

int main() {
  io::memory_files memory;
  io::flash_storage flash(chip);
  int failed = goes_on("memory", memory) + goes_on("flash", flash);
#if !defined(HALO_NO_FILES)
  io::stdio_files stdio;
  io::files files;
  failed += goes_on("stdio", stdio) + goes_on("files", files);
#endif
  return failed;
}
