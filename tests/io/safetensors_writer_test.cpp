// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/safetensors_writer.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <halo/io/safetensors_parser.hpp>

#include "../support/data.hpp"

namespace io_safetensors_writer_test {

using namespace halo;

namespace {

std::string message_of_writing(std::vector<io::tensor_view> const& tensors,
                               std::vector<io::metadata_entry> const& metadata = {}) {
  return support::message_of<error>(
      [&] { static_cast<void>(io::write_safetensors(tensors, metadata)); });
}

}  // namespace

TEST_CASE("safetensors_writer: what cannot be written") {
  std::vector<float> const values{1, 2};
  auto const t = [&values](std::string_view name) {
    return io::as_tensor(name, std::span(values), {2});
  };
  CHECK(message_of_writing({t("a"), t("")}) == "no error");
  CHECK(message_of_writing({t("a"), t("b"), t("a")}) ==
        "safetensors: names: expected every name once, found 'a' twice");
  std::vector<std::int32_t> const other{1, 2};
  CHECK(support::contains(message_of_writing({t("a"), io::as_tensor("a", std::span(other), {2})}),
                          "found 'a' twice"));
  CHECK(support::contains(message_of_writing({t("\xFF")}), "expected UTF-8"));
  CHECK(support::contains(message_of_writing({t("__metadata__")}), "found a reserved one"));
  std::size_t const big = std::size_t{1} << 62U;
  CHECK(support::contains(message_of_writing({io::as_tensor("w", std::span(values), {big, 4})}),
                          "found 8 bytes"));
  CHECK(support::contains(message_of_writing({}, {{"k", "1"}, {"k", "1"}}), "found 'k' twice"));
  CHECK(support::contains(message_of_writing({}, {{"k", "\xC0"}}), "expected UTF-8"));
  CHECK(support::contains(message_of_writing({}, {{"\x80", ""}}), "expected UTF-8"));
  CHECK(support::contains(message_of_writing({}, std::vector<io::metadata_entry>(2, {"k", "1"})),
                          "twice"));
}

TEST_CASE("safetensors_writer: every element of an own file is aligned") {
  std::vector<std::uint8_t> const bytes(7);
  std::vector<double> const doubles(3);
  std::vector<std::uint16_t> const words(3);
  auto const written = io::write_safetensors(std::vector<io::tensor_view>{
      io::as_tensor("a", std::span(bytes), {7}), io::as_tensor("b", std::span(doubles), {3}),
      io::as_tensor("c", std::span(words), {3})});
  io::safetensors const file = io::parse_safetensors(written.span(), "aligned");
  CHECK(file.at("b").as<double>().size() == 3);
  CHECK(file.at("c").as<std::uint16_t>().size() == 3);
}

}  // namespace io_safetensors_writer_test
