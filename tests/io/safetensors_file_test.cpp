// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/safetensors_file.hpp>

#include <doctest/doctest.h>

#include <string>
#include <type_traits>
#include <utility>

#include "../support/safetensors.hpp"

namespace io_safetensors_file_test {

using namespace halo;

namespace {

io::safetensors three() {
  return io::parse_safetensors(io::as_bytes(support::safetensors_file(
                                   R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                                   R"("__metadata__":{"z":"last","a":"first"},)"
                                   R"("a.x":{"dtype":"U8","shape":[],"data_offsets":[2,3]},)"
                                   R"("a":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}})",
                                   "\x05\x06\x07")),
                               "w.safetensors");
}

}  // namespace

TEST_CASE("safetensors: tensors by name") {
  io::safetensors const file = three();
  REQUIRE(file.tensors().size() == 3);
  CHECK(file.tensors()[0].name == "a");
  CHECK(file.tensors()[1].name == "a.x");
  CHECK(file.tensors()[2].name == "b");
  REQUIRE(file.find("b") != nullptr);
  CHECK(file.find("b")->as<std::uint8_t>()[1] == 6);
  CHECK(file.at("a.x").shape == io::extents{});
  CHECK(file.at("a").size() == 0);
  CHECK(file.find("") == nullptr);
  CHECK(file.find("c") == nullptr);
  CHECK(file.find("__metadata__") == nullptr);
  CHECK(support::message_of<error>([&] { static_cast<void>(file.at("c")); }) ==
        "safetensors: w.safetensors: expected a tensor 'c', found none of that name");
  CHECK(file.name() == "w.safetensors");
}

TEST_CASE("safetensors: metadata by key") {
  io::safetensors const file = three();
  REQUIRE(file.metadata().size() == 2);
  CHECK(file.metadata()[0].key == "a");
  CHECK(file.metadata("z") == "last");
  CHECK_FALSE(file.metadata("b").has_value());
}

TEST_CASE("safetensors: views survive a move, copies are not made by accident") {
  static_assert(!std::is_copy_constructible_v<io::safetensors>);
  io::safetensors first = three();
  io::tensor_view const b = first.at("b");
  io::safetensors const second = std::move(first);
  CHECK(second.at("b").bytes.data() == b.bytes.data());
  CHECK(second.at("b").name == "b");
  io::safetensors const nothing;
  CHECK(nothing.tensors().empty());
}

}  // namespace io_safetensors_file_test
