// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/state_dict.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/io/safetensors.hpp>

#include "../support/data.hpp"

namespace io_state_dict_test {

using namespace halo;

namespace {

/// A file of tensors of one number each, but those of bn2 and of blocks have two.
io::safetensors file_of(std::span<std::string_view const> names) {
  std::array<float, 2> const numbers{1, 2};
  std::vector<io::tensor_view> tensors;
  for (std::string_view const name : names) {
    std::size_t const n = name.starts_with("bn2") || name.starts_with("block") ? 2 : 1;
    tensors.push_back(io::as_tensor(name, std::span(numbers).first(n), {n}));
  }
  return io::parse_safetensors(io::write_safetensors(tensors).span(), "file");
}

/// Layers of so many tensors of one number each.
std::vector<std::vector<io::extents>> wanted(std::vector<std::size_t> const& counts) {
  std::vector<std::vector<io::extents>> layers;
  for (std::size_t const n : counts) layers.emplace_back(n, io::extents{1});
  return layers;
}

std::string message(std::span<std::string_view const> names, std::size_t count) {
  auto const file = file_of(names);
  return support::message_of<error>(
      [&] { static_cast<void>(io::state_dict(file, wanted({count}))); });
}

}  // namespace

TEST_CASE("state_dict: the order of layers, whatever the order of names in the file") {
  std::vector<std::string_view> const order{
      "0.weight",         "0.bias",           "2.weight",         "2.bias",
      "2.running_mean",   "2.running_var",    "10.weight_ih_l0",  "10.weight_hh_l0",
      "10.bias_ih_l0",    "10.bias_hh_l0",    "10.weight_ih_l1",  "10.weight_hh_l1",
      "10.bias_ih_l1",    "10.bias_hh_l1",    "10.weight_ih_l10", "block9.0.weight",
      "block10.0.weight", "block10.1.weight", "block10.02.weight"};
  auto names = order;
  names.push_back("2.num_batches_tracked");
  auto const file = file_of(names);  // sorted by name
  auto const found = io::state_dict(file, wanted({order.size()}));
  REQUIRE(found.size() == order.size());
  for (std::size_t i = 0; i < order.size(); ++i) CHECK(found[i].name == order[i]);
}

TEST_CASE("state_dict: layers of one kind without numbers are no guess") {
  std::array<std::string_view, 2> const alike{"body.weight", "head.weight"};
  CHECK(message(alike, 2) ==
        "load_pytorch: file: tensors 'body.weight' and 'head.weight': expected numbers in their "
        "names that say which is first, or a list of names, found two layers of the same shapes");
  std::array<std::string_view, 3> const different{"body.weight", "head.weight", "head.bias"};
  CHECK(io::state_dict(file_of(different), wanted({1, 2}))[1].name == "head.weight");
  std::array<std::string_view, 2> const outer{"1.b.weight", "2.a.weight"};
  CHECK(io::state_dict(file_of(outer), wanted({1, 1}))[0].name == "1.b.weight");
  std::array<std::string_view, 2> const inner{"a.1.weight", "b.2.weight"};
  CHECK(message(inner, 2).starts_with("load_pytorch: file: tensors 'a.1.weight' and "));
}

TEST_CASE("state_dict: layers whose names differ in words go where their shapes fit") {
  std::array<std::string_view, 6> const names{"bn1.bias",     "bn1.weight",   "bn2.bias",
                                              "conv1.weight", "conv2.weight", "bn2.weight"};
  auto const order = [&](std::vector<std::vector<io::extents>> const& layers) {
    auto const file = file_of(names);
    std::string text;
    for (io::tensor_view const& t : io::state_dict(file, layers)) text += std::string(t.name) + ' ';
    return text;
  };
  CHECK(order({{{1}}, {{1}, {1}}, {{1}}, {{2}, {2}}}) ==
        "conv1.weight bn1.weight bn1.bias conv2.weight bn2.weight bn2.bias ");
  // bn2 is not first, whatever its shapes: the rest stays as it is
  CHECK(order({{{2}, {2}}, {{1}}, {{1}, {1}}, {{1}}}) ==
        "bn1.weight bn1.bias bn2.weight bn2.bias conv1.weight conv2.weight ");
}

TEST_CASE("state_dict: another number of tensors; a list of names") {
  std::array<std::string_view, 4> const names{"a", "b", "c", "c.num_batches_tracked"};
  CHECK(message(names, 4) == "load_pytorch: file: expected 4 tensors for this network, found 3");
  CHECK(message(names, 2) == "load_pytorch: file: expected 2 tensors for this network, found 3");
  auto const file = file_of(names);
  std::array<std::string_view, 3> const some{"c", "c.num_batches_tracked", "a"};
  auto const found = io::state_dict(file, wanted({2}), some);
  CHECK(found[0].name == "c");
  CHECK(found[1].name == "a");
  std::array<std::string_view, 1> const nobody{"d"};
  CHECK(support::message_of<error>([&] {
          static_cast<void>(io::state_dict(file, wanted({1}), nobody));
        }) == "safetensors: file: expected a tensor 'd', found none of that name");
}

TEST_CASE("state_dict: halves and brain floats are floats") {
  std::array<std::uint16_t, 7> const halves{0x3C00, 0xC000, 0x0001, 0x03FF, 0x7BFF, 0x8000, 0x3555};
  io::tensor_view t{"w", io::dtype::f16, {7}, std::as_bytes(std::span(halves))};
  CHECK(io::to_floats(t, "file") == std::vector<float>{1, -2, std::ldexp(1.0F, -24),
                                                       std::ldexp(1023.0F, -24), 65504, -0.0F,
                                                       std::ldexp(1365.0F, -12)});
  CHECK(std::signbit(io::to_floats(t, "file")[5]));
  std::array<std::uint16_t, 3> const brains{0x3F80, 0xC000, 0x4049};
  t = {"w", io::dtype::bf16, {3}, std::as_bytes(std::span(brains))};
  CHECK(io::to_floats(t, "file") == std::vector<float>{1, -2, 3.140625F});

  auto const refusal = [](io::tensor_view const& bad) {
    return support::message_of<error>([&] { static_cast<void>(io::to_floats(bad, "file")); });
  };
  std::array<std::uint16_t, 2> const wrong{0x3C00, 0xFC00};
  t = {"w", io::dtype::f16, {2}, std::as_bytes(std::span(wrong))};
  CHECK(refusal(t) ==
        "load_pytorch: file: tensor 'w', element 1: expected a finite number, found infinity");
  std::array<double, 1> const large{1e300};
  CHECK(refusal(io::as_tensor("w", std::span(large), {1})) ==
        "load_pytorch: file: tensor 'w', element 0: expected a finite number, found infinity");
  std::array<std::int64_t, 1> const whole{1};
  CHECK(refusal(io::as_tensor("w", std::span(whole), {1})) ==
        "load_pytorch: file: tensor 'w': expected F32, F64, F16 or BF16, found I64");
}

}  // namespace io_state_dict_test
