// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/har.hpp>

#include <string>

#include "fuzz.hpp"

using namespace halo;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  // Two good windows; one of the eleven texts has edits.
  std::string window;
  for (std::size_t t = 0; t < data::har::moments; ++t) window += " 0.5";
  std::string const signal = window + '\n' + window + '\n';
  std::size_t const target = support::take_choice(data, size) % (data::har::channels + 2);
  bool const is_signal = target < data::har::channels;
  std::string const broken = support::edited(is_signal ? signal : "1\n2\n", data, size);
  data::har_texts texts{.signals = {}, .labels = {"1\n2\n", "y"}, .subjects = {"1\n2\n", "s"}};
  for (auto& s : texts.signals) s = {signal, "x"};
  auto& changed = is_signal                       ? texts.signals[target]
                  : target == data::har::channels ? texts.labels
                                                  : texts.subjects;
  changed = {broken, "f"};
  data::har h;
  if (!support::accepted([&] { h = data::parse_har(texts); })) return 0;
  support::require(h.samples.rows() == 2 && h.samples.features() == 1152, "two windows");
  support::require(h.subject.size() == 2, "two subjects");
  support::require_finite(tensor::elements(h.samples.x));
  for (auto y : tensor::elements(h.samples.y)) support::require(y >= 1 && y <= 6, "an activity");
  for (auto s : h.subject) support::require(s >= 1 && s <= 30, "a subject");
  return 0;
}
