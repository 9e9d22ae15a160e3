// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/recorded.hpp>

#if defined(_FCNTL_H) || defined(_SYS_STAT_H)
#  error "values in memory are written and read without POSIX files"
#endif

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/io/safetensors_parser.hpp>

#include "../support/allocation.hpp"
#include "../support/data.hpp"
#include "../support/device.hpp"

using namespace halo;

namespace {

enum class colour : unsigned char { red, green };

struct part {
  float rate = 0.5F;
  std::array<float, 3> v{1, 2, 3};
  float reach = 3;
  bool begun = false;
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "part");
    f.option("rate", self.rate, allowed::positive());
    f.per_parameter("v", std::span(self.v), allowed::non_negative());
    f.number("reach", self.reach, allowed::non_negative());
    f.number("begun", self.begun);
  }
  /// What follows from the rest is not believed.
  void restored() noexcept {
    for (float const x : v) reach = reach < x ? x : reach;
  }
};

struct whole {
  part inner{};
  std::array<double, 4> matrix{1, 2, 3, 4};
  std::uint64_t steps = 7;
  std::int32_t label = -3;
  colour paint = colour::green;
  std::vector<std::uint32_t> order{4, 5};
  static constexpr void record(auto& self, auto&& f) {
    f.part("inner", self.inner);
    f.tensor("matrix", std::span(self.matrix), std::array<std::size_t, 2>{2, 2});
    f.number("steps", self.steps, allowed::between(0, 1e15));
    f.number("label", self.label);
    f.number("paint", self.paint, allowed::between(0, 1));
    f.per_problem("order", std::span(self.order));
  }
};

struct inner_alone {
  part inner{};
  static constexpr void record(auto& self, auto&& f) { f.part("inner", self.inner); }
};

struct twins {
  int x = 1;
  static constexpr void record(auto& self, auto&& f) {
    f.number("x", self.x);
    f.number("x", self.x);
  }
};

template <class A, class B, class C>
struct beside {
  named<A> a;
  named<B> b;
  named<C> c;
  static constexpr void record(auto& self, auto&& f) {
    f.part("", self.a);
    f.part("", self.b);
    f.part("", self.c);
  }
};

constexpr io::record_format apples{"apples", "halo apples"};
constexpr io::record_format seeds{"seeds", "halo seeds", "halo apples"};

io::safetensors file_of(auto const& value, io::record_format const& kind = apples) {
  return io::parse_safetensors(io::write_record(value, kind, "w").span(), "w");
}

/// The file with edits, signed anew unless the signature is left out.
template <class Edit>
io::safetensors edited(io::safetensors const& file, Edit edit, bool sign = true) {
  std::vector<io::tensor_view> tensors(file.tensors().begin(), file.tensors().end());
  std::vector<io::metadata_entry> metadata(file.metadata().begin(), file.metadata().end());
  std::erase_if(metadata, [](auto const& entry) { return entry.key == "checksum"; });
  edit(tensors, metadata);
  std::string const sum = io::checksum(tensors, metadata);
  if (sign) metadata.push_back({"checksum", sum});
  return io::parse_safetensors(io::write_safetensors(tensors, metadata).span(), "w");
}

io::tensor_view& find(std::vector<io::tensor_view>& tensors, std::string_view name) {
  return *std::find_if(tensors.begin(), tensors.end(), [&](auto& t) { return t.name == name; });
}

/// How a file is refused; the value stays what it was.
template <class V>
std::string refusal(V value, io::safetensors const& file, io::record_format const& kind = apples) {
  auto const before = support::bytes_of(value);
  auto const message = support::message_of<error>([&] { io::read_record(value, kind, file); });
  CHECK((message == "no error" || support::bytes_of(value) == before));
  return message;
}

}  // namespace

TEST_CASE("recorded: there and back, every type, under paths and with shapes") {
  whole a;
  a.inner.v = {4, 5, 6}, a.inner.reach = 6, a.inner.begun = true, a.matrix = {9, 8, 7, 6};
  a.steps = 11, a.label = 2, a.paint = colour::red, a.order = {1, 0};
  auto const file = file_of(a);
  CHECK(file.metadata("format") == "halo apples");
  CHECK(file.metadata("version") == io::record_version);
  CHECK(file.metadata("identity") == "inner.name = part\ninner.rate = 0.5\n");
  CHECK(file.tensors().size() == 8);
  CHECK(file.at("matrix").shape == io::extents{2, 2});
  CHECK(file.at("inner.v").as<float>()[1] == 5);
  CHECK(file.at("inner.begun").type == io::dtype::u8);
  whole b;
  io::read_record(b, apples, file);
  CHECK(support::bytes_of(a) == support::bytes_of(b));
  CHECK(b.paint == colour::red);
  CHECK(b.inner.begun);
  CHECK(file_of(b).metadata("checksum") == file.metadata("checksum"));
}

TEST_CASE("recorded: notes stand beside the rest") {
  std::array<io::metadata_entry, 1> const notes{{{"recipe", "two apples"}}};
  auto const bytes = io::write_record(whole{}, apples, "w", notes);
  CHECK(io::parse_safetensors(bytes.span(), "w").metadata("recipe") == "two apples");
}

TEST_CASE("recorded: other options, kinds and versions, and the first difference by its name") {
  auto const file = file_of(whole{});
  whole other;
  other.inner.rate = 0.25F;
  CHECK(refusal(other, file) == "apples: w: inner: rate: expected 0.25, found 0.5");
  CHECK(refusal(whole{}, file, {"pears", "halo pears"}) ==
        "pears: w: format: expected halo pears, found 'halo apples'");
  auto const says = [&](std::string_view key, std::string_view value, bool sign = true) {
    return refusal(whole{}, edited(
                                file,
                                [&](auto&, auto& metadata) {
                                  std::erase_if(metadata,
                                                [&](auto& entry) { return entry.key == key; });
                                  if (!value.empty()) metadata.push_back({key, value});
                                },
                                sign));
  };
  CHECK(says("version", "1") ==
        "apples: w: version: expected 2, found '1', of another halo, whose files cannot be read");
  CHECK(says("version", "") == "apples: w: version: expected 2, found none");
  CHECK(says("format", "") == "apples: w: format: expected halo apples, found none");
  CHECK(says("identity", "") == "apples: w: inner: name: expected part, found none");
  CHECK(says("identity", "inner.name = part\ninner.rate = 0.5\nnew = 1\n") ==
        "apples: w: new: expected none, found 1");
  CHECK(says("note", "x") == "no error");
  CHECK(says("note", "x", false).starts_with("apples: w: checksum: expected "));
}

TEST_CASE("recorded: tensors of another type or shape, too many, missing") {
  auto const file = file_of(whole{});
  std::vector<float> const more(3, 1.0F);
  auto const says = [&](auto edit) {
    return refusal(whole{}, edited(file, [&](auto& tensors, auto&) { edit(tensors); }));
  };
  CHECK(says([](auto&) {}) == "no error");
  CHECK(says([](auto& t) { find(t, "matrix").shape = {4}; }) ==
        "apples: w: tensor 'matrix': expected F64 [2, 2], found F64 [4]");
  CHECK(says([](auto& t) { find(t, "inner.v").type = io::dtype::u32; }) ==
        "apples: w: tensor 'inner.v': expected F32 [3], found U32 [3]");
  CHECK(says([](auto& t) { std::erase_if(t, [](auto& v) { return v.name == "steps"; }); }) ==
        "apples: w: tensor 'steps': expected U64 [1], found none of that name");
  CHECK(says([&](auto& t) { t.push_back(io::as_tensor("more", std::span(more), {3})); }) ==
        "apples: w: tensor 'more': expected no tensor of that name, found [3]");
}

TEST_CASE("recorded: numbers that are not finite or out of their range, on both ways") {
  auto const file = file_of(whole{});
  auto const read = [&]<class T>(std::string_view name, std::vector<T> const& values) {
    return refusal(whole{}, edited(file, [&](auto& tensors, auto&) {
                     find(tensors, name).bytes = std::as_bytes(std::span(values));
                   }));
  };
  double const nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(read("matrix", std::vector<double>{0, 0, nan, 0}) ==
        "apples: w: tensor 'matrix', element 2: expected a finite number, found nan");
  CHECK(read("inner.v", std::vector<float>{0, -1, 0}) ==
        "apples: w: tensor 'inner.v', element 1: expected a number of at least 0, found -1");
  CHECK(read("steps", std::vector<std::uint64_t>{~std::uint64_t{0}}) ==
        "apples: w: tensor 'steps': expected a number from 0 to 1e+15, found 1.84467441e+19");
  CHECK(read("paint", std::vector<std::uint8_t>{2}) ==
        "apples: w: tensor 'paint': expected a number from 0 to 1, found 2");
  CHECK(read("inner.begun", std::vector<std::uint8_t>{7}).ends_with("from 0 to 1, found 7"));
  whole bad;
  bad.inner.v[2] = -2;
  CHECK(support::message_of<error>([&] { static_cast<void>(file_of(bad)); }) ==
        "apples: w: tensor 'inner.v', element 2: expected a number of at least 0, found -2");
}

TEST_CASE("recorded: a number that follows from others is made anew") {
  whole a;
  a.inner.v = {1, 9, 1};
  a.inner.reach = 0.5F;  // a lie
  whole b;
  io::read_record(b, apples, file_of(a));
  CHECK(b.inner.reach == 9);
}

TEST_CASE("recorded: a part of what a file holds, and files of other tools") {
  part p;
  p.v = {7, 8, 9};
  whole w;
  w.inner.v = {3, 2, 1};
  inner_alone alone;
  io::read_record(alone, seeds, file_of(w));
  CHECK(alone.inner.v == w.inner.v);
  w.inner.rate = 2;
  CHECK(refusal(inner_alone{}, file_of(w), seeds) ==
        "seeds: w: inner: rate: expected 0.5, found 2");
  auto const foreign = edited(
      file_of(p), [](auto&, auto& metadata) { metadata.clear(); }, false);
  CHECK(refusal(part{}, foreign, seeds) ==
        "seeds: w: layout: expected \"layout\": \"halo\" in the metadata, once its weights lie as "
        "halo's do, found none");
  CHECK(refusal(part{}, foreign) == "apples: w: format: expected halo apples, found none");
  auto const other_tool = edited(
      file_of(p),
      [](auto&, auto& metadata) {
        metadata = {{"format", "pt"}};
      },
      false);
  CHECK(refusal(part{}, other_tool, seeds) ==
        "seeds: w: layout: expected \"layout\": \"halo\" in the metadata, once its weights lie as "
        "halo's do, found none, in a file of format 'pt'");
  auto const turned = edited(
      file_of(p),
      [](auto&, auto& metadata) {
        metadata = {{"format", "pt"}, {"layout", "halo"}};
      },
      false);
  CHECK(refusal(part{}, turned, seeds) == "no error");
  auto const unsigned_file = edited(
      file_of(p), [](auto&, auto&) {}, false);
  CHECK(refusal(part{}, unsigned_file, seeds) == "seeds: w: checksum: expected one, found none");
}

TEST_CASE("recorded: two fields of one name are not written") {
  CHECK(support::message_of<error>([&] { static_cast<void>(file_of(twins{})); }) ==
        "safetensors: names: expected every name once, found 'x' twice");
}

TEST_CASE("recorded: under memory pressure a value is what it was or what the file says") {
  if (!support::allocations_are_counted()) return;  // under clang's address sanitizer
  whole a;
  a.inner.v = {4, 5, 6}, a.inner.reach = 6, a.matrix = {9, 8, 7, 6}, a.steps = 11, a.order = {1, 0};
  auto const file = file_of(a);
  auto const before = support::bytes_of(whole{}), after = support::bytes_of(a);
  whole b;
  std::size_t k = 1;
  while (support::fails_at(k, [&] { io::read_record(b, apples, file); })) {
    CAPTURE(k);
    CHECK(support::bytes_of(b) == before);
    ++k;
  }
  CHECK(support::bytes_of(b) == after);
  CHECK(k > 10);
}

TEST_CASE("recorded: named() numbers and containers beside others") {
  double score = 0.5;
  std::vector<float> best{1, 2, 3};
  part p;
  beside<double, std::vector<float>, part> const to{{"score", score}, {"best", best}, {"p", p}};
  auto const file = file_of(to);
  CHECK(file.at("best").shape == io::extents{3});
  CHECK(file.at("score").as<double>()[0] == 0.5);
  CHECK(file.find("p.reach") != nullptr);
  score = 0, best = {0, 0, 0};
  beside<double, std::vector<float>, part> from{{"score", score}, {"best", best}, {"p", p}};
  io::read_record(from, apples, file);
  CHECK(score == 0.5);
  CHECK(best == std::vector<float>{1, 2, 3});
}
