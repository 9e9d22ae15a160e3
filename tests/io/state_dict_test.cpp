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
using io::detail::wanted_tensor;
std::vector<std::vector<wanted_tensor>> wanted(std::vector<std::size_t> const& counts) {
  std::vector<std::vector<wanted_tensor>> layers;
  for (std::size_t const n : counts) layers.emplace_back(n, wanted_tensor{{1}});
  return layers;
}

std::string message(std::span<std::string_view const> names, std::size_t count) {
  auto const file = file_of(names);
  return support::message_of<error>(
      [&] { static_cast<void>(io::state_dict(file.tensors(), "file", wanted({count}))); });
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
  auto const found = io::state_dict(file.tensors(), "file", wanted({order.size()}));
  REQUIRE(found.size() == order.size());
  for (std::size_t i = 0; i < order.size(); ++i) CHECK(found[i]->name == order[i]);
}

TEST_CASE("state_dict: layers of one kind without numbers are no guess") {
  std::array<std::string_view, 2> const alike{"body.weight", "head.weight"};
  CHECK(message(alike, 2) ==
        "load_pytorch: file: tensors 'body.weight' and 'head.weight': expected numbers in their "
        "names that say which is first, or a list of names, found two layers of the same shapes");
  std::array<std::string_view, 3> const different{"body.weight", "head.weight", "head.bias"};
  auto const name_at = [](auto const& names, std::size_t i,
                          std::vector<std::size_t> const& counts) {
    auto const file = file_of(names);
    return std::string(io::state_dict(file.tensors(), "file", wanted(counts))[i]->name);
  };
  CHECK(name_at(different, 1, {1, 2}) == "head.weight");
  std::array<std::string_view, 2> const outer{"1.b.weight", "2.a.weight"};
  CHECK(name_at(outer, 0, {1, 1}) == "1.b.weight");
  std::array<std::string_view, 2> const inner{"a.1.weight", "b.2.weight"};
  CHECK(message(inner, 2).starts_with("load_pytorch: file: tensors 'a.1.weight' and "));
}

TEST_CASE("state_dict: layers whose names differ in words go where their shapes fit") {
  std::array<std::string_view, 6> const names{"bn1.bias",     "bn1.weight",   "bn2.bias",
                                              "conv1.weight", "conv2.weight", "bn2.weight"};
  auto const order = [&](std::vector<std::vector<wanted_tensor>> const& layers) {
    auto const file = file_of(names);
    std::string text;
    for (auto const* t : io::state_dict(file.tensors(), "file", layers))
      text += std::string(t->name) + ' ';
    return text;
  };
  CHECK(order({{{{1}}}, {{{1}}, {{1}}}, {{{1}}}, {{{2}}, {{2}}}}) ==
        "conv1.weight bn1.weight bn1.bias conv2.weight bn2.weight bn2.bias ");
  // bn2 is not first, whatever its shapes: the rest stays as it is
  CHECK(order({{{{2}}, {{2}}}, {{{1}}}, {{{1}}, {{1}}}, {{{1}}}}) ==
        "bn1.weight bn1.bias bn2.weight bn2.bias conv1.weight conv2.weight ");
}

TEST_CASE("state_dict: another number of tensors; a list of names") {
  std::array<std::string_view, 4> const names{"a", "b", "c", "c.num_batches_tracked"};
  std::string const file_has = " tensors for this network, found 3 ('a', 'b', 'c')";
  CHECK(message(names, 4) == "load_pytorch: file: expected 4" + file_has);
  CHECK(message(names, 2) == "load_pytorch: file: expected 2" + file_has);
  CHECK(message({}, 2) == "load_pytorch: file: expected 2 tensors for this network, found 0");
  std::array<std::string_view, 9> const many{"a", "b", "c", "d", "e", "f", "g", "h", "i"};
  CHECK(message(many, 1) ==
        "load_pytorch: file: expected 1 tensors for this network, found 9 ('a', 'b', 'c', 'd', "
        "'e', 'f', 'g', 'h' ...)");
  auto const file = file_of(names);
  std::array<std::string_view, 2> const some{"c", "a"};
  auto const found = io::state_dict(file.tensors(), "file", wanted({2}), some);
  CHECK(found[0]->name == "c");
  CHECK(found[1]->name == "a");
  std::array<std::string_view, 1> const nobody{"d"};
  CHECK(support::message_of<error>([&] {
          static_cast<void>(io::state_dict(file.tensors(), "file", wanted({1}), nobody));
        }) == "load_pytorch: file: expected tensors of the list's 'd', found none");
}

TEST_CASE("state_dict: words in the order in which they stand beside each other") {
  std::array<std::string_view, 12> const names{
      "bn1.weight",           "conv1.weight",           "fc.weight",
      "layer1.0.bn1.weight",  "layer1.0.conv1.weight",  "layer1.0.short.0.weight",
      "layer2.0.bn1.weight",  "layer2.0.conv1.weight",  "layer2.0.short.0.weight",
      "layer10.0.conv1.bias", "layer10.0.conv1.weight", "other.conv1.weight"};
  auto const file = file_of(names);
  std::array<std::string_view, 5> const words{"short", "conv1", "bn1", "layer", "fc"};
  std::string text;
  for (auto const* t :
       io::state_dict(file.tensors(), "file", wanted({1, 1, 1, 1, 1, 1, 1, 1, 2, 1}), words))
    text += std::string(t->name) + ' ';
  CHECK(text ==
        "conv1.weight bn1.weight layer1.0.short.0.weight layer1.0.conv1.weight layer1.0.bn1.weight "
        "layer2.0.short.0.weight layer2.0.conv1.weight layer2.0.bn1.weight layer10.0.conv1.weight "
        "layer10.0.conv1.bias fc.weight ");
}

TEST_CASE("state_dict: a bias or a gain that a module has not") {
  std::array<std::string_view, 5> const names{"0.weight", "1.running_mean", "1.running_var",
                                              "2.bias", "2.weight"};
  auto const file = file_of(names);
  wanted_tensor const weight{{1}, 0}, gain{{1}, 0, true}, bias{{1}, 2, true}, mean{{1}, 4},
      variance{{1}, 5};
  std::vector<std::vector<wanted_tensor>> const layers{
      {weight, bias}, {gain, bias, mean, variance}, {weight, bias}};
  auto const found = io::state_dict(file.tensors(), "file", layers);
  REQUIRE(found.size() == 8);
  CHECK(found[0]->name == "0.weight");
  CHECK(found[1] == nullptr);
  CHECK(found[2] == nullptr);
  CHECK(found[3] == nullptr);
  CHECK(found[4]->name == "1.running_mean");
  CHECK(found[5]->name == "1.running_var");
  CHECK(found[6]->name == "2.weight");
  CHECK(found[7]->name == "2.bias");

  // one of two layers has a bias: shapes do not say which
  std::array<std::string_view, 3> const guess{"body.weight", "head.bias", "head.weight"};
  auto const other = file_of(guess);
  CHECK(support::message_of<error>([&] {
          static_cast<void>(
              io::state_dict(other.tensors(), "file", std::vector{layers[0], layers[2]}));
        }).find("found two layers of the same shapes") != std::string::npos);
}

}  // namespace io_state_dict_test
