// SPDX-License-Identifier: BSD-3-Clause
// Trains the CNN of Fig. 2(a) on the digits 0 to 4 and writes it as a header, convolutions in
// bytes: what head.cpp finds in flash.
#include "known_digits.hpp"

#include <cstddef>
#include <cstdio>
#include <memory>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/flash_header.hpp>
#include <halo/adapt/integers.hpp>
#include <halo/optim/adam.hpp>

#include "digits.hpp"

int main() {
  constexpr std::size_t rows = 8;
  auto const images = std::make_unique<digits::images<400>>(5);
  using device_type =
      halo::adapt::adapter<known_digits::trained, halo::nn::cross_entropy, halo::optim::adam, rows>;
  auto const device = std::make_unique<device_type>(halo::optim::adam{}, halo::seed{3});
  std::span<float const> const x(images->x);
  std::span<std::int32_t const> const y(images->y);
  for (std::size_t i = 0; i < 100; ++i)
    device->step(x.subspan(i % 50 * rows * digits::size, rows * digits::size),
                 y.subspan(i % 50 * rows, rows));
  std::fputs(halo::adapt::flash_header("known", halo::adapt::to_integers(*device)).c_str(), stdout);
  return device->accuracy(x, y) > 0.95 ? 0 : 1;
}
