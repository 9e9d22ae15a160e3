// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/io/file.hpp>
#include <halo/io/save.hpp>

namespace halo::meta {

/// What a header of trained weights says.
struct header_text {
  std::string name;                ///< of the function that gives the optimizer, an identifier
  std::string type;                ///< "tensor_rnn<>"
  std::string include;             ///< "halo/learned/tensor_rnn.hpp"
  std::string sentence;            ///< one, for the docstring
  std::vector<std::string> notes;  ///< lines: command, seed, recipe, scores
  std::string space = "halo::learned::pretrained";  ///< namespace that it stands in
};

/// Refuses what is no name in C++, before a training for it begins.
/// @throws halo::error for other characters than letters, digits and _, and a digit first
inline void expect_identifier(std::string const& name) {
  auto const letter = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  bool good = !name.empty() && letter(name[0]);
  for (char const c : name) good = good && (letter(c) || (c >= '0' && c <= '9'));
  if (!good) fail("header", "name", "letters, digits and _, no digit first", "'" + name + "'");
}

/// A float as the shortest decimal literal that gives its bits again.
[[nodiscard]] inline std::string literal(float value) {
  std::array<char, 32> digits{};
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  std::string text(digits.data(), end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + 'F';
}

/// The text of a header with an optimizer's weights: a constexpr array and a function that makes
/// the optimizer of them. Weights are finite, as those of every optimizer.
/// @throws halo::error where the name is none (expect_identifier)
[[nodiscard]] inline std::string header_of(header_text const& about,
                                           std::span<float const> weights) {
  expect_identifier(about.name);
  std::string text =
      "// SPDX-License-Identifier: BSD-3-Clause\n#pragma once\n\n#include <array>\n\n#include <" +
      about.include + ">\n\n";
  for (std::string const& note : about.notes) text.append("// ").append(note).append("\n");
  text += "\nnamespace " + about.space + " {\n\n";
  text += "/// Weights of " + about.name + "().\n// clang-format off\n";
  text += "inline constexpr std::array<float, " + std::to_string(weights.size()) + "> " +
          about.name + "_weights{\n";
  std::string line;
  for (float const w : weights) {
    std::string const item = literal(w) + ',';
    if (line.size() + item.size() + 4 > 100) {
      text.append("   ").append(line).append("\n");
      line.clear();
    }
    line.append(" ").append(item);
  }
  if (!line.empty()) text.append("   ").append(line).append("\n");
  text += "};\n// clang-format on\n\n/// " + about.sentence + "\n[[nodiscard]] inline " +
          about.type + ' ' + about.name + "() {\n  return " + about.type + '(' + about.name +
          "_weights);\n}\n\n}  // namespace " + about.space + '\n';
  return text;
}

/// Writes it; an old file is replaced completely or not at all. Errors as io::save_atomically.
inline void save_header(std::string const& path, header_text const& about,
                        std::span<float const> weights) {
  std::string const text = header_of(about, weights);
  io::save_atomically(path, io::as_bytes(text));
}

}  // namespace halo::meta
