// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/safetensors.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "fuzz.hpp"

using namespace halo;

namespace {

std::string good() {
  std::array<float, 6> const values{1, 2, 3, 4, 5, 6};
  std::array<std::uint8_t, 3> const small{7, 8, 9};
  std::array<io::tensor_view, 3> const tensors{
      io::as_tensor("a", std::span(values), {2, 3}), io::as_tensor("b", std::span(small), {3}),
      io::as_tensor("none", std::span(small).first(0), {0, 2})};
  std::array<io::metadata_entry, 2> const metadata{{{"k", "v"}, {"format", "\"x\n"}}};
  auto const file = io::write_safetensors(tensors, metadata);
  return std::string(io::as_text(file.span()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  unsigned const choice = support::take_choice(data, size);
  std::string const all = choice % 2 == 0 ? support::edited(good(), data, size)
                                          : std::string(support::text(data, size));
  std::optional<io::safetensors> file;
  if (!support::accepted([&] { file = io::parse_safetensors(io::as_bytes(all), "f"); })) {
    return 0;
  }
  std::size_t total = 0;
  for (io::tensor_view const& t : file->tensors()) {
    support::require(t.shape.bytes(t.type) == t.bytes.size(), "shape and bytes agree");
    support::require(file->find(t.name) == &t, "found by its name");
    total += t.bytes.size();
  }
  support::require(total <= all.size(), "no more than there is");
  std::optional<io::safetensors> again;
  auto const first = io::write_safetensors(file->tensors(), file->metadata());
  support::require(support::accepted([&] { again = io::parse_safetensors(first.span(), "again"); }),
                   "a round trip");
  auto const second = io::write_safetensors(again->tensors(), again->metadata());
  support::require(std::ranges::equal(first.span(), second.span()), "the same bytes");
  support::require(again->tensors().size() == file->tensors().size(), "as many tensors");
  for (io::tensor_view const& t : file->tensors()) {
    io::tensor_view const& u = again->at(t.name);
    support::require(t.type == u.type && t.shape == u.shape, "the same type and shape");
    support::require(std::ranges::equal(t.bytes, u.bytes), "the same elements");
  }
  return 0;
}
