// SPDX-License-Identifier: BSD-3-Clause
#include <halo/zoo/authors_thyroid.hpp>

#include <string>

#include "fuzz.hpp"

using namespace halo;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  // The header and two patients, with edits.
  std::string good;
  for (std::string_view const column : zoo::detail::table_columns) {
    good += (good.empty() ? "" : ",") + std::string(column);
  }
  good += '\n';
  for (char const* name : {"negative\n", "hypothyroid\n"}) {
    for (std::size_t k = 0; k < data::thyroid::features; ++k) good += "1.5,";
    good += name;
  }
  std::string const file = support::edited(good, data, size);
  data::dataset d;
  if (!support::accepted([&] { d = zoo::parse_authors_thyroid(file, "f"); })) return 0;
  support::require(d.rows() > 0 && d.features() == 26, "patients with 26 attributes");
  support::require_finite(tensor::elements(d.x));
  for (float x : tensor::elements(d.x)) support::require(x >= 0, "no negative number");
  for (auto y : tensor::elements(d.y)) support::require(y >= 0 && y < 4, "a diagnosis");
  return 0;
}
