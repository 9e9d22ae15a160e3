// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>
#include <vector>

#include <halo/io/cpp_source.hpp>
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

/// The text of a header with an optimizer's weights: a constexpr array and a function that makes
/// the optimizer of them. Weights are finite, as those of every optimizer.
/// @throws halo::error where the name is none (io::expect_identifier)
[[nodiscard]] inline std::string header_of(header_text const& about,
                                           std::span<float const> weights) {
  io::expect_identifier(about.name);
  std::string text =
      "// SPDX-License-Identifier: BSD-3-Clause\n#pragma once\n\n#include <array>\n\n#include <" +
      about.include + ">\n\n";
  for (std::string const& note : about.notes) text.append("// ").append(note).append("\n");
  text += "\nnamespace " + about.space + " {\n\n";
  text += "/// Weights of " + about.name + "().\n// clang-format off\n";
  text += "inline constexpr std::array<float, " + std::to_string(weights.size()) + "> " +
          about.name + "_weights{\n";
  std::vector<std::string> literals;
  for (float const w : weights) literals.push_back(io::literal(w));
  io::append_lines(text, 4, literals);
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
