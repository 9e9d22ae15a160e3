// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/checked_file.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <halo/io/safetensors.hpp>

#include "../support/data.hpp"

using namespace halo;

TEST_CASE("checked_file: metadata that is missing or another") {
  std::vector<io::metadata_entry> const metadata{{"kind", "apple"}};
  auto const file = io::parse_safetensors(io::write_safetensors({}, metadata).span(), "w");
  io::checked_file const reader("apples", file);
  auto const message = [&](std::string_view key, std::string_view value) {
    return tests::message_of<error>([&] { reader.expect_metadata(key, value); });
  };
  CHECK(message("kind", "apple") == "no error");
  CHECK(message("kind", "pear") == "apples: w: kind: expected pear, found 'apple'");
  CHECK(message("kin", "apple") == "apples: w: kin: expected apple, found none");
}

TEST_CASE("checked_file: tensors of another type or shape, too many, or not finite") {
  std::vector<float> const good{1, 2, 3}, bad{1, std::numeric_limits<float>::quiet_NaN()};
  std::vector<io::tensor_view> const tensors{io::as_tensor("good", std::span(good), {3}),
                                             io::as_tensor("bad", std::span(bad), {2})};
  auto const file = io::parse_safetensors(io::write_safetensors(tensors).span(), "w");
  io::checked_file const reader("apples", file);
  CHECK(reader.at("good", io::dtype::f32, {3}).as<float>()[2] == 3);
  auto const message = [&](std::string_view name, io::dtype type, io::extents const& shape) {
    return tests::message_of<error>([&] { static_cast<void>(reader.at(name, type, shape)); });
  };
  CHECK(message("good", io::dtype::f64, {3}) ==
        "apples: w: tensor 'good': expected F64 [3], found F32 [3]");
  CHECK(message("good", io::dtype::f32, {3, 1}) ==
        "apples: w: tensor 'good': expected F32 [3, 1], found F32 [3]");
  CHECK(message("best", io::dtype::f32, {3}) ==
        "apples: w: tensor 'best': expected F32 [3], found none of that name");
  CHECK(message("bad", io::dtype::f32, {2}) ==
        "apples: w: tensor 'bad': expected finite numbers, found NaN or infinity");
  auto const others = [&](auto known) {
    return tests::message_of<error>([&] { reader.expect_no_others(known); });
  };
  CHECK(others([](std::string_view) { return true; }) == "no error");
  CHECK(others([](std::string_view name) { return name == "bad"; }) ==
        "apples: w: tensor 'good': expected no tensor of that name, found [3]");
}
