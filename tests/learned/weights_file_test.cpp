// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/weights_file.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/io/file.hpp>
#include <halo/io/memory_files.hpp>
#include <halo/learned/hierarchical_rnn.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"
#include "../support/learned_rate.hpp"

namespace learned_weights_file_test {

namespace {

using namespace halo;

/// Two matrices, a bias and a tensor without numbers.
struct little : support::learned_rate {
  static constexpr char const* name = "little";
  static constexpr learned::weight_table table{std::to_array<learned::weight_info>({
      {"first", 2, 3, learned::gaussian(1)},
      {"bias", 1, 3, learned::gaussian(1)},
      {"none", 0, 4},
      {"second", 3, 1, learned::gaussian(1)},
  })};
};
/// The same tensors under another name, and another shape under the same.
struct renamed : little {
  static constexpr char const* name = "renamed";
};
struct longer : little {
  static constexpr learned::weight_table table{std::to_array<learned::weight_info>({
      {"first", 2, 3, learned::gaussian(1)},
      {"bias", 1, 3, learned::gaussian(1)},
      {"second", 4, 1, learned::gaussian(1)},
  })};
};
struct shorter : little {
  static constexpr learned::weight_table table{std::to_array<learned::weight_info>({
      {"first", 2, 3, learned::gaussian(1)},
      {"bias", 1, 3, learned::gaussian(1)},
  })};
};

template <class Program>
std::string refusal(std::string const& path) {
  return support::message_of<error>(
      [&] { static_cast<void>(learned::load_weights<learned::optimizer<Program>>(path)); });
}
bool ends(std::string const& text, std::string_view with) { return text.ends_with(with); }

std::string message_for(std::span<float const> weights) {
  try {
    static_cast<void>(learned::optimizer_with_weights<learned::hierarchical_rnn<>>(weights));
  } catch (halo::error const& e) {
    return e.what();
  }
  return "none";
}

/// All numbers of a state that are saved.
}  // namespace

TEST_CASE("weights_file: there and back, with notes") {
  support::folder const folder;
  auto const path = folder / "w.safetensors";
  learned::optimizer<little> const rule(seed{3});
  std::array<io::metadata_entry, 1> const notes{{{"recipe", "two apples"}}};
  learned::save_weights(path, rule, notes);
  auto const back = learned::load_weights<learned::optimizer<little>>(path);
  CHECK(std::ranges::equal(back.values(), rule.values()));
  auto const file = io::load_safetensors(path);
  CHECK(file.tensors().size() == 3);
  CHECK(file.at("first").shape == io::extents{2, 3});
  CHECK(file.at("bias").shape == io::extents{3});
  CHECK(file.at("second").as<float>()[0] == rule.values()[9]);
  CHECK(file.metadata("recipe") == "two apples");
}

TEST_CASE("weights_file: a storage keeps them as a file does") {
  io::memory_files where;
  learned::optimizer<little> const rule(seed{3});
  learned::save_weights(where, "rule", rule);
  auto const again = learned::load_weights<learned::optimizer<little>>(where, "rule");
  CHECK(std::ranges::equal(again.values(), rule.values()));
  CHECK(support::message_of<error>([&] {
          static_cast<void>(learned::load_weights<learned::optimizer<renamed>>(where, "rule"));
        }) != "no error");
}

TEST_CASE("weights_file: what is of another kind is refused") {
  support::folder const folder;
  auto const path = folder / "w.safetensors";
  learned::optimizer<little> const rule(seed{3});
  learned::save_weights(path, rule);
  CHECK(
      ends(refusal<renamed>(path), "w.safetensors: program: name: expected renamed, found little"));
  CHECK(ends(refusal<longer>(path), "tensor 'second': expected F32 [4, 1], found F32 [3, 1]"));
  CHECK(ends(refusal<shorter>(path),
             "tensor 'second': expected no tensor of that name, found "
             "[3, 1]"));
  auto const doubles = support::message_of<error>(
      [&] { static_cast<void>(learned::load_weights<learned::optimizer<little, double>>(path)); });
  CHECK(ends(doubles, "tensor 'first': expected F64 [2, 3], found F32 [2, 3]"));
  auto const missing = folder / "none";
  CHECK(refusal<little>(missing).find("none") != std::string::npos);
}

TEST_CASE("weights_file: another version, a number that is none, a wrong byte") {
  support::folder const folder;
  auto const path = folder / "w.safetensors";
  std::vector<float> first(6, 1.0F), bias(3, 2.0F), second(3, 3.0F);
  auto const write = [&](std::string_view version, std::string_view sum) {
    std::vector<io::tensor_view> const tensors{io::as_tensor("bias", std::span(bias), {3}),
                                               io::as_tensor("first", std::span(first), {2, 3}),
                                               io::as_tensor("second", std::span(second), {3, 1})};
    std::vector<io::metadata_entry> metadata{{"format", "halo learned optimizer"},
                                             {"version", version},
                                             {"identity", "program.name = little\n"}};
    std::string const right = io::checksum(tensors, metadata);
    metadata.push_back({"checksum", sum.empty() ? right : sum});
    io::save_safetensors(path, tensors, metadata);
    return refusal<little>(path);
  };
  CHECK(write("2", "") == "no error");
  CHECK(ends(write("1", ""), "found '1', of another halo, whose files cannot be read"));
  CHECK(ends(write("2", "0"), "found '0'"));
  bias[1] = std::numeric_limits<float>::quiet_NaN();
  CHECK(ends(write("2", ""), "tensor 'bias', element 1: expected a finite number, found nan"));
}

TEST_CASE("weights that do not fit are refused with a sentence") {
  CHECK(message_for({}) == "hierarchical_rnn: weights: expected 8350, found 0");
  std::vector<float> w(8350, 0.1F);
  CHECK(message_for(w) == "none");
  CHECK(message_for(std::span(w).first(8349)) ==
        "hierarchical_rnn: weights: expected 8350, found 8349");
  w[77] = std::numeric_limits<float>::quiet_NaN();
  CHECK(message_for(w) == "hierarchical_rnn: weight 77: expected a finite number, found nan");
  w[77] = 0;
  w[8349] = -std::numeric_limits<float>::infinity();
  CHECK(message_for(w) == "hierarchical_rnn: weight 8349: expected a finite number, found -inf");
}

}  // namespace learned_weights_file_test
