// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/safetensors.hpp>

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <halo/tensor/factory.hpp>

#include "../support/folder.hpp"
#include "../support/golden.hpp"
#include "../support/safetensors.hpp"

namespace io_safetensors_test {

using namespace halo;
using support::golden;

namespace {

template <class T>
void check_golden(io::safetensors const& file, std::string const& name, io::extents const& shape) {
  CAPTURE(name);
  io::tensor_view const& t = file.at(name);
  CHECK(t.type == io::dtype_of<T>());
  CHECK(t.shape == shape);
  std::vector<T> const expected = support::golden_values<T>(t.size());
  CHECK(std::ranges::equal(t.as<T>(), expected));
}

}  // namespace

TEST_CASE("safetensors: a file written by others") {
  io::safetensors const file = io::load_safetensors(golden("safetensors/every.safetensors"));
  CHECK(file.tensors().size() == 15);
  check_golden<double>(file, "f64", {1, 3});
  check_golden<float>(file, "f32", {2, 3});
  check_golden<float>(file, "f32.none", {0, 7});
  check_golden<std::int64_t>(file, "i64", {2});
  check_golden<std::uint64_t>(file, "u64", {2});
  check_golden<std::int32_t>(file, "i32", {2, 2});
  check_golden<std::uint32_t>(file, "u32", {1});
  check_golden<std::int16_t>(file, "i16", {3});
  check_golden<std::uint16_t>(file, "u16", {3});
  check_golden<std::int8_t>(file, "i8", {3});
  check_golden<std::uint8_t>(file, "u8", {3});
  CHECK(file.at("f32.number").as<float>()[0] == 2.5F);
  CHECK(file.at("f16").type == io::dtype::f16);
  CHECK(file.at("bf16").bytes[1] == std::byte{0x3F});
  std::array<bool, 5> flags{};
  file.at("bool").copy_to(std::span<bool>(flags));
  CHECK(std::ranges::equal(flags, support::golden_values<bool>(5)));
  CHECK(file.metadata("format") == "halo");
  CHECK(file.metadata("quote \" and \\") == "line\nfeed \t \x01");
  CHECK(file.metadata("\xC3\xBCn\xC3\xAF"
                      "code") == "\xCF\x80 \xF0\x9F\x94\xA5");
}

TEST_CASE("safetensors: written again, the same bytes, in whatever order they come") {
  for (std::string const name : {"every", "empty"}) {
    auto const bytes = io::read_file(golden("safetensors/" + name + ".safetensors"));
    io::safetensors const file = io::parse_safetensors(bytes.span(), name);
    std::vector<io::tensor_view> tensors(file.tensors().begin(), file.tensors().end());
    std::vector<io::metadata_entry> metadata(file.metadata().begin(), file.metadata().end());
    for (int round = 0; round < 5; ++round) {
      auto const again = io::write_safetensors(tensors, metadata);
      CHECK(std::ranges::equal(again.span(), bytes.span()));
      if (tensors.empty()) break;
      std::rotate(tensors.begin(), tensors.begin() + 4, tensors.end());
      std::rotate(metadata.begin(), metadata.begin() + 1, metadata.end());
    }
  }
}

TEST_CASE("safetensors: other writers may leave data unaligned and escape names") {
  io::safetensors const file = io::load_safetensors(golden("safetensors/unaligned.safetensors"));
  std::array<float, 2> values{};
  file.at("a").copy_to(std::span<float>(values));
  CHECK(values == std::array<float, 2>{0.5F, -4.0F});
  CHECK(io::to_array<float, 1>(file.at("a"))(1) == -4.0F);
  io::safetensors const escaped = io::load_safetensors(golden("safetensors/escapes.safetensors"));
  std::array<std::int32_t, 1> value{};  // 102 bytes into the file: not aligned either
  escaped.at("a\xC3\xA9\xF0\x9F\x94\xA5\n").copy_to(std::span<std::int32_t>(value));
  CHECK(value[0] == -7);
}

TEST_CASE("safetensors: saved and loaded") {
  support::folder f;
  generator g(seed{21});
  auto const w = tensor::normal<float>({17, 5}, g);
  auto const v = tensor::normal<double>({3}, g);
  std::vector<std::uint8_t> const odd{1, 2, 3};
  std::vector<io::tensor_view> const tensors{io::as_tensor("layer.weight", w),
                                             io::as_tensor("odd", std::span(odd), {3}),
                                             io::as_tensor("v", v)};
  std::vector<io::metadata_entry> const metadata{{"step", "12"}};
  io::save_safetensors(f / "w.safetensors", tensors, metadata);
  io::safetensors const file = io::load_safetensors(f / "w.safetensors");
  CHECK(io::to_array<float, 2>(file.at("layer.weight")) == w);
  CHECK(std::ranges::equal(file.at("v").as<double>(), tensor::elements(v)));
  CHECK(std::ranges::equal(file.at("odd").as<std::uint8_t>(), odd));
  CHECK(file.metadata("step") == "12");
  CHECK(f.names() == std::vector<std::string>{"w.safetensors"});
  // Onto itself, from its own memory.
  io::save_safetensors(f / "w.safetensors", file.tensors(), file.metadata());
  CHECK(io::to_array<float, 2>(io::load_safetensors(f / "w.safetensors").at("layer.weight")) == w);
}

TEST_CASE("safetensors: a failed save leaves the old file") {
  support::folder f;
  std::vector<float> const values{1, 2};
  std::vector<io::tensor_view> const good{io::as_tensor("w", std::span(values), {2})};
  io::save_safetensors(f / "w", good);
  std::vector<io::tensor_view> const bad{io::as_tensor("w", std::span(values), {3})};
  CHECK(support::message_of<error>([&] { io::save_safetensors(f / "w", bad); }) ==
        "safetensors: tensor 'w': expected F32 [3], found 8 bytes");
  CHECK(io::load_safetensors(f / "w").at("w").as<float>()[1] == 2.0F);
  CHECK(
      support::contains(support::message_of<error>([&] { io::save_safetensors(f / "no/w", good); }),
                        "expected a writable folder"));
}

TEST_CASE("load_safetensors: looks at the header before it asks for memory for the data") {
  support::folder f;
  std::string const path = f / "a";
  std::vector<float> const values(1000, 1.0F);
  io::save_safetensors(path, std::vector{io::as_tensor("w", std::span(values), {10, 100})},
                       std::vector<io::metadata_entry>{{"network", "mine"}});
  // 1 TiB of data, as the header says: a sparse file takes no room on the disk.
  std::string const header =
      R"({"w":{"dtype":"U8","shape":[1099511627776],"data_offsets":[0,1099511627776]}})";
  std::string const huge = f / "huge";
  io::save_atomically(huge, support::safetensors_file(header, ""));
  CHECK(::truncate(huge.c_str(), static_cast<off_t>(8 + header.size()) + (off_t{1} << 40)) == 0);

  bool looked = false;
  io::safetensors const file = io::load_safetensors(path, {}, [&](io::safetensors const& h) {
    looked = true;
    CHECK(h.name() == path);
    CHECK(h.metadata("network") == "mine");
    CHECK(h.at("w").shape == io::extents{10, 100});
    CHECK(h.at("w").bytes.empty());
  });
  CHECK(looked);
  CHECK(file.at("w").as<float>()[999] == 1.0F);

  auto const message = [](std::string const& of, io::safetensors_bound const& bound) {
    return support::message_of<error>([&] {
      static_cast<void>(io::load_safetensors(
          of, bound, [](io::safetensors const& h) { fail("me", h.name(), "another", "this"); }));
    });
  };
  constexpr std::size_t any = static_cast<std::size_t>(-1) / 2;
  CHECK(message(huge, {.data = any}) == "me: " + huge + ": expected another, found this");
  CHECK(message(huge, {}) ==
        "safetensors: " + huge + ": data: expected at most 2147483648 bytes, found 1099511627776");
  CHECK(message(path, {.data = 3999}) ==
        "safetensors: " + path + ": data: expected at most 3999 bytes, found 4000");
  CHECK(message(path, {.data = 4000}) == "me: " + path + ": expected another, found this");
  CHECK(support::contains(message(path, {.header = 20}), "a header of at most 20 bytes, found"));
}

}  // namespace io_safetensors_test
