// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/cifar.hpp>

#include <string>

#include "fuzz.hpp"

using namespace halo;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  // Up to three good images, edited, or the input alone.
  std::size_t const images = support::take_choice(data, size) % 4;
  std::string const good(images * data::cifar::bytes, '\x07');
  std::string const file =
      images == 0 ? std::string(support::text(data, size)) : support::edited(good, data, size);
  data::dataset d;
  if (!support::accepted([&] { d = data::parse_cifar(io::as_bytes(file), "f"); })) return 0;
  support::require(d.rows() * data::cifar::bytes == file.size(), "every byte read");
  for (float x : tensor::elements(d.x)) support::require(x >= 0 && x <= 1, "pixels up to 1");
  for (auto y : tensor::elements(d.y)) support::require(y >= 0 && y < 10, "a class");
  return 0;
}
