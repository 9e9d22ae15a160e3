// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/gas_sensor.hpp>

#include <string>

#include "fuzz.hpp"

using namespace halo;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  // A row has 128 features: bytes 0x80 ... 0xFF stand for " 1:0.5 ... k:0.5" of a good one.
  std::string text;
  for (char c : support::text(data, size)) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      for (int k = 1; k <= byte - 0x7F; ++k) text += ' ' + std::to_string(k) + ":0.5";
    }
  }
  data::gas_sensor g;
  if (!support::accepted([&] { g = data::parse_gas_sensor(text, "f", 3); })) return 0;
  support::require(g.samples.rows() > 0, "rows");
  support::require(g.samples.features() == 128, "128 features");
  support::require(g.ppm.size() == g.samples.rows(), "a concentration a row");
  support::require(g.batch.size() == g.samples.rows(), "a batch a row");
  support::require_finite(tensor::elements(g.samples.x));
  for (auto y : tensor::elements(g.samples.y)) support::require(y >= 1 && y <= 6, "a gas");
  for (float ppm : g.ppm) support::require(std::isnan(ppm) || ppm >= 0, "a concentration");
  return 0;
}
