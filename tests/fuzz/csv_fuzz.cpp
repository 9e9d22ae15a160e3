// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/csv.hpp>

#include <array>
#include <charconv>
#include <cstring>
#include <string>
#include <vector>

#include "fuzz.hpp"

using namespace halo;

namespace {

// The table once more, in the shortest digits that mean the same numbers.
std::string written(data::csv const& table) {
  std::string text;
  std::array<char, 32> digits{};
  for (std::size_t i = 0; i < table.samples.rows(); ++i) {
    for (std::size_t j = 0; j < table.samples.features(); ++j) {
      auto const end =
          std::to_chars(digits.data(), digits.data() + digits.size(), table.samples.x(i, j)).ptr;
      text.append(digits.data(), end) += ',';
    }
    text += std::to_string(table.samples.y(i)) + '\n';
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  unsigned const choice = support::take_choice(data, size);
  unsigned const more = support::take_choice(data, size);
  std::array<std::vector<data::csv_column>, 4> const labels{{{-1}, {0}, {}, {2}}};
  data::csv_options const options{.separator = ",; \t:|.e"[choice % 8],
                                  .decimal = (more & 1U) != 0 ? ',' : '.',
                                  .header = (choice & 8U) != 0,
                                  .labels = labels[choice / 16 % 4],
                                  .leave_out = (more & 2U) != 0 ? std::vector<data::csv_column>{3}
                                                                : std::vector<data::csv_column>{},
                                  .texts = labels[more / 4 % 4],
                                  .missing_values = static_cast<data::missing>(more / 16 % 3),
                                  .classes = (choice & 64U) != 0 ? 3U : 0U,
                                  .max_texts = (more & 64U) != 0 ? 2U : 16U,
                                  .max_rows = (choice & 128U) != 0 ? 4U : 1000U};
  data::csv table;
  if (!support::accepted(
          [&] { table = data::parse_csv(support::text(data, size), "f", options); })) {
    return 0;
  }
  auto const& samples = table.samples;
  support::require(samples.rows() > 0 && samples.features() > 0, "rows and features");
  support::require(samples.rows() <= options.max_rows, "at most so many rows");
  support::require(table.names.empty() || table.names.size() == samples.features(), "a name each");
  if (options.missing_values != data::missing::keep)
    support::require_finite(tensor::elements(samples.x));
  for (auto y : tensor::elements(samples.y)) {
    support::require(y >= 0 && static_cast<std::size_t>(y) < samples.classes, "labels in range");
  }
  if (options.missing_values == data::missing::keep) return 0;
  data::csv again;
  std::string const text = written(table);
  support::require(support::accepted([&] { again = data::parse_csv(text, "again"); }),
                   "a round trip");
  support::require(again.samples.y == samples.y, "the same labels");
  support::require(
      std::memcmp(again.samples.x.data(), samples.x.data(), samples.x.size() * sizeof(float)) == 0,
      "the same bits");
  return 0;
}
