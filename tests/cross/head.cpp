// SPDX-License-Identifier: BSD-3-Clause
// The CNN of HALO's paper, Fig. 2(a), which knows the digits 0 to 4: in 128 KB of RAM its last
// layer learns 5 to 9. Its convolutions are bytes in flash, and so are the images. Prints how many
// of 50 it names right before and after, and what became of the head.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <halo/device.hpp>

#include "digits.hpp"
#include "known_digits.hpp"
#include "support/console.hpp"
// made by known_digits.cpp
#include "known.hpp"

using device_type = halo::adapt::lean_head<known_digits::network>;
constexpr std::size_t stack = 4096;
static_assert(sizeof(void*) != 4 || sizeof(device_type) + stack + 512 <= 128 * 1024);

namespace {

constexpr std::size_t steps = 100;
constexpr digits::images<steps, 5> fresh(1);
constexpr digits::images<50, 5> others(2);

std::uint32_t right(device_type& device) {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < others.y.size(); ++i) {
    std::array<float, 5> y{};
    if (device.try_predict(others.image(i), y)) return 0;
    n += std::max_element(y.begin(), y.end()) - y.begin() == others.y[i] ? 1U : 0U;
  }
  return n;
}

}  // namespace

int main() {
  static device_type device(halo::optim::sgd{{.rate = 0.003F}}, known::parameters);
  std::uint32_t const before = right(device);
  for (std::size_t i = 0; i < steps; ++i)
    if (device.try_step(fresh.image(i), fresh.label(i)).status != halo::optim::status::done)
      return 1;
  std::uint32_t const after = right(device);
  halo::fingerprint head;
  for (std::size_t i = 0; i < 6272 * 5; ++i) {
    float const w = device.weight(i);
    head.add(std::as_bytes(std::span(&w, 1)));
  }
  support::write_decimal(before), support::write(" of 50 right, then ");
  support::write_decimal(after), support::write(", head ");
  support::write(head.text().data());
  support::write("\n");
  return after >= 40 && after > before + 10 ? 0 : 1;
}
