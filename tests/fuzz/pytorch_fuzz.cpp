// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/io/save_pytorch.hpp>
#include <halo/nn.hpp>

#include "fuzz.hpp"

using namespace halo;

namespace {

using network = nn::sequential<shape<2, 2, 2>, nn::conv2d<2, 1>, nn::batch_norm, nn::flatten,
                               nn::reshape<4, 2>, nn::gru<2>, nn::linear<2, 3>>;

/// The tensors of a network as PyTorch has them.
io::detail::pytorch_writer written(std::span<float const> values) {
  io::detail::pytorch_writer out(values.first(network::parameters),
                                 values.subspan(network::parameters));
  for (auto const& layer : io::detail::pytorch_layers<network>())
    for (auto const& t : layer)
      out.add(std::string(io::detail::place_of(*t.info)) + '.' + std::string(t.leaf), t);
  return out;
}

std::string as_string(std::span<std::byte const> bytes) { return std::string(io::as_text(bytes)); }

void append(std::string& to, std::size_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to += static_cast<char>(value >> (8 * i) & 0xFFU);
}

/// A zip archive of one entry after the other, as np.savez writes it.
std::string zipped(std::vector<std::pair<std::string, std::string>> const& entries) {
  std::string file, list;
  for (auto const& [name, content] : entries) {
    std::string common;
    append(common, 20, 2), append(common, 0, 2), append(common, 0, 2), append(common, 0, 4);
    append(common, io::detail::crc32(io::as_bytes(content)), 4);
    append(common, content.size(), 4), append(common, content.size(), 4);
    append(common, name.size(), 2), append(common, 0, 2);
    list.append("PK\x01\x02").append(2, '\0').append(common).append(10, '\0');
    append(list, file.size(), 4);
    list += name;
    file.append("PK\x03\x04").append(common).append(name).append(content);
  }
  std::size_t const at = file.size();
  file.append(list).append("PK\x05\x06").append(4, '\0');
  append(file, entries.size(), 2), append(file, entries.size(), 2);
  append(file, list.size(), 4), append(file, at, 4), append(file, 0, 2);
  return file;
}

std::string file_for(unsigned choice, std::uint8_t const* data, std::size_t size) {
  if (choice % 4 == 0) return std::string(support::text(data, size));
  std::vector<float> values(network::parameters + network::statistics);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i + 1) / 8;
  auto const out = written(values);
  if (choice % 4 == 1)
    return support::edited(as_string(io::write_safetensors(out.tensors()).span()), data, size);
  std::vector<std::pair<std::string, std::string>> entries;
  for (io::tensor_view const& t : out.tensors())
    entries.emplace_back(std::string(t.name) + ".npy", as_string(io::write_npy(t).span()));
  if (choice % 4 == 2) return support::edited(zipped(entries), data, size);
  auto& [name, content] = entries[choice / 4 % entries.size()];  // under a right checksum
  content = support::edited(content, data, size);
  return zipped(entries);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  unsigned const choice = support::take_choice(data, size);
  std::string const file = file_for(choice, data, size);
  constexpr std::array<std::string_view, 2> words{"conv", "head"};
  std::span<std::string_view const> order;
  if (choice >= 192) order = words;
  aligned_buffer<float> values;
  if (!support::accepted(
          [&] { values = io::parse_pytorch<network>(io::as_bytes(file), "f", order); }))
    return 0;
  support::require(values.size() == network::parameters + network::statistics, "all numbers");
  support::require_finite(values.span());
  auto const out = written(values.span());
  auto const again =
      io::parse_pytorch<network>(io::write_safetensors(out.tensors()).span(), "again");
  support::require(std::ranges::equal(again.span(), values.span()), "there and back");
  return 0;
}
