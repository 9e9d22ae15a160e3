// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/thyroid.hpp>

#include <array>
#include <string>

#include "fuzz.hpp"

using namespace halo;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string const good =
      "41,F,f,f,f,f,f,f,f,f,f,f,f,f,f,f,t,1.3,t,2.5,t,125,t,1.14,t,109,f,?,SVHC,negative.|3733\n"
      "?,?,f,f,f,t,f,f,f,f,f,f,f,f,f,f,f,?,f,?,t,9,f,?,f,?,f,?,other,primary hypothyroid.|7\n";
  bool const raw = support::take_choice(data, size) % 4 == 0;
  std::string const text =
      raw ? std::string(support::text(data, size)) : support::edited(good, data, size);
  std::array<data::thyroid_text, 2> const texts{{{text, "f"}, {good, "good"}}};
  data::thyroid t;
  if (!support::accepted([&] { t = data::parse_thyroid(texts); })) return 0;
  std::size_t const rows = t.samples.rows();
  support::require(rows >= 2 && t.samples.features() == 26, "two good rows and others");
  support::require(t.sex.size() == rows && t.patient.size() == rows, "a sex and a number a row");
  for (float x : tensor::elements(t.samples.x)) {
    support::require(std::isnan(x) || (x >= 0 && std::isfinite(x)), "a number from 0, or none");
  }
  for (auto y : tensor::elements(t.samples.y)) support::require(y >= 0 && y < 4, "a diagnosis");
  return 0;
}
