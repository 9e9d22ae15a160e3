// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/header_writer.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "../support/data.hpp"
#include "../support/folder.hpp"

using namespace halo;

TEST_CASE("header_writer: the whole text of a small one") {
  meta::header_text const about{
      "pear", "fruit<2>", "halo/learned/fruit.hpp", "A pear.", {"seed 7", "accuracy 0.9"}};
  std::vector<float> const weights{0.5F, -1};
  CHECK(meta::header_of(about, weights) == R"(// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>

#include <halo/learned/fruit.hpp>

// seed 7
// accuracy 0.9

namespace halo::learned::pretrained {

/// Weights of pear().
// clang-format off
inline constexpr std::array<float, 2> pear_weights{
    0.5F, -1.0F,
};
// clang-format on

/// A pear.
[[nodiscard]] inline fruit<2> pear() {
  return fruit<2>(pear_weights);
}

}  // namespace halo::learned::pretrained
)");
  meta::header_text const mine{"p", "q", "q.hpp", "P.", {}, "my"};
  std::string const text = meta::header_of(mine, weights);
  CHECK(text.find("\nnamespace my {\n") != std::string::npos);
  CHECK(text.ends_with("\n}  // namespace my\n"));
}

TEST_CASE("header_writer: a name that is none in C++ is refused") {
  std::vector<float> const weights{1};
  for (char const* const bad : {"", "7up", "gas-rule", "a b", "x.y", "ü"}) {
    CAPTURE(bad);
    CHECK(support::message_of<error>([&] {
            static_cast<void>(meta::header_of({bad, "m", "m.hpp", "M.", {}}, weights));
          }) == "header: name: expected letters, digits and _, no digit first, found '" +
                    std::string(bad) + "'");
  }
}

TEST_CASE("header_writer: lines stay within 100 columns, and nothing is lost between them") {
  std::vector<float> weights;
  for (int i = 0; i < 1000; ++i) weights.push_back(-std::exp(0.1F * static_cast<float>(i % 400)));
  auto const text = meta::header_of({"many", "m", "m.hpp", "Many.", {}}, weights);
  std::size_t longest = 0, commas = 0, start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    commas += text[at] == ',' ? 1U : 0U;
    if (text[at] != '\n') continue;
    longest = std::max(longest, at - start);
    start = at + 1;
  }
  CHECK(longest <= 100);
  CHECK(longest > 80);
  CHECK(commas == 1001);  // and one in the array's type
}

TEST_CASE("header_writer: a file is written as a whole") {
  support::folder const folder;
  auto const path = folder / "many.hpp";
  std::vector<float> const weights{1, 2, 3};
  meta::save_header(path, {"many", "m", "m.hpp", "Many.", {}}, weights);
  auto const bytes = io::read_file(path);
  auto const text = meta::header_of({"many", "m", "m.hpp", "Many.", {}}, weights);
  REQUIRE(bytes.size() == text.size());
  CHECK(std::memcmp(bytes.data(), text.data(), text.size()) == 0);
}
