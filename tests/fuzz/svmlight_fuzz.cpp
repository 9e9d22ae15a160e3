// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/svmlight.hpp>

#include "fuzz.hpp"

using namespace halo;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  unsigned const choice = support::take_choice(data, size);
  std::string_view const text = support::text(data, size);
  data::svmlight_options const options{.features = (choice & 1U) != 0 ? 3U : 0U,
                                       .classes = (choice & 2U) != 0 ? 2U : 0U,
                                       .max_features = 1000,
                                       .max_rows = (choice & 4U) != 0 ? 4U : 1000U};
  if ((choice & 8U) != 0) {
    data::regression r;
    if (support::accepted([&] { r = data::parse_svmlight<float>(text, "f", options); })) {
      support::require_finite(tensor::elements(r.x));
      support::require_finite(tensor::elements(r.y));
    }
    return 0;
  }
  data::dataset d;
  if (!support::accepted([&] { d = data::parse_svmlight(text, "f", options); })) return 0;
  support::require(d.rows() > 0 && d.rows() <= options.max_rows, "rows");
  support::require(d.domains.empty() || d.domains.size() == d.rows(), "a domain each");
  support::require_finite(tensor::elements(d.x));
  for (auto y : tensor::elements(d.y))
    support::require(y >= 0 && static_cast<std::size_t>(y) < d.classes, "labels in range");
  std::string written;
  for (std::size_t i = 0; i < d.rows(); ++i) {
    written += std::to_string(d.y(i));
    for (std::size_t j = 0; j < d.features(); ++j)
      if (d.x(i, j) != 0) written += ' ' + std::to_string(j + 1) + ":1";
    written += '\n';
  }
  data::dataset again;
  support::require(support::accepted([&] {
                     again = data::parse_svmlight(written, "again", {.features = d.features()});
                   }),
                   "a round trip");
  support::require(again.y == d.y, "the same labels");
  return 0;
}
