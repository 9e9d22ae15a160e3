// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include <halo/io/file.hpp>
#include <halo/io/save.hpp>
#include <halo/nn/channel_set.hpp>

namespace support {

/// The text of halo/zoo/slimmed_channels.hpp: which channels of preresnet20 stay, as constants.
///
/// @param notes  lines of a comment: command, seed, share
[[nodiscard]] inline std::string channels_header(std::span<halo::nn::channel_set const> kept,
                                                 std::vector<std::string> const& notes) {
  std::string text =
      "// SPDX-License-Identifier: BSD-3-Clause\n#pragma once\n\n#include <cstddef>\n\n"
      "#include <halo/zoo/slimmed_networks.hpp>\n\n";
  for (std::string const& note : notes)
    text.append(note.empty() ? "//" : "// ").append(note).append("\n");
  text +=
      "\nnamespace halo::zoo {\n\n"
      "/// Channels of preresnet20 that network slimming keeps on five classes of CIFAR-10; their "
      "number\n/// behind each norm.\n"
      "// clang-format off\ninline constexpr preresnet20_channels slimmed_channels{{\n";
  for (halo::nn::channel_set const& s : kept) {
    text += "  {{{";
    for (std::size_t w = 0; w < (s.channels + 63) / 64; ++w) {
      char word[32];
      std::snprintf(word, sizeof word, "%s0x%llx", w > 0 ? ", " : "",
                    static_cast<unsigned long long>(s.words[w]));
      text += word;
    }
    char line[64];
    std::snprintf(line, sizeof line, "}}, %zu},  // %zu\n", s.channels, s.count());
    text += line;
  }
  text +=
      "}};\n// clang-format on\n\n"
      "/// preresnet20 with these channels; see slimmed_preresnet20.\n"
      "template <std::size_t Classes = 5, template <class> class Wrap = as_it_is>\n"
      "using slim_preresnet20 = slimmed_preresnet20<slimmed_channels, Classes, Wrap>;\n\n"
      "}  // namespace halo::zoo\n";
  return text;
}

/// Writes it; an old file is replaced completely or not at all. Errors as io::save_atomically.
inline void save_channels(std::string const& path, std::span<halo::nn::channel_set const> kept,
                          std::vector<std::string> const& notes) {
  std::string const text = channels_header(kept, notes);
  halo::io::save_atomically(path, halo::io::as_bytes(text));
}

}  // namespace support
