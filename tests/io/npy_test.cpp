// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/npy.hpp>

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <halo/tensor/factory.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"
#include "../support/golden.hpp"

namespace io_npy_test {

using namespace halo;

namespace {

std::string path(std::string const& name) { return support::golden("npy/" + name + ".npy"); }

// Reads one golden file; writes it again, which must give NumPy's own bytes.
template <class T>
void check_golden(std::string const& name, io::extents const& shape, bool same_bytes = true) {
  CAPTURE(name);
  io::npy const file = io::load_npy(path(name));
  CHECK(file.values().type == io::dtype_of<T>());
  CHECK(file.values().shape == shape);
  std::vector<T> const expected = support::golden_values<T>(file.values().size());
  CHECK(std::ranges::equal(file.values().as<T>(), expected));
  auto const again = io::write_npy(file.values());
  auto const bytes = io::read_file(path(name));
  CHECK(std::ranges::equal(again.span(), bytes.span()) == same_bytes);
  CHECK(std::ranges::equal(io::parse_npy(again.span(), name).values().as<T>(), expected));
}

std::string message_of_loading(std::string const& file) {
  return support::message_of<error>([&] { static_cast<void>(io::load_npy(file)); });
}

}  // namespace

TEST_CASE("npy: NumPy's files, read and written back") {
  check_golden<float>("f4_2x3", {2, 3});
  check_golden<double>("f8_scalar", {});
  check_golden<std::int32_t>("i4_5", {5});
  check_golden<std::uint8_t>("u1_2x2x2", {2, 2, 2});
  check_golden<std::int8_t>("i1_3", {3});
  check_golden<std::uint16_t>("u2_4", {4});
  check_golden<std::uint32_t>("u4_0x3", {0, 3});
  check_golden<std::uint64_t>("u8_1", {1});
  check_golden<std::int16_t>("i2_8axes", {1, 2, 1, 1, 2, 1, 1, 1});
  check_golden<std::int64_t>("i8_big_4", {4}, false);
  check_golden<float>("f4_big_2x2", {2, 2}, false);
  check_golden<float>("f4_version2", {3}, false);
  check_golden<float>("f4_version3", {3}, false);
}

TEST_CASE("npy: column-major files come out row-major") {
  io::npy const file = io::load_npy(path("f4_fortran_2x3"));
  CHECK(file.values().shape == io::extents{2, 3});
  CHECK(std::ranges::equal(file.values().as<float>(), support::golden_values<float>(6)));
}

TEST_CASE("load_npy: looks at type, rank and size before it asks for memory") {
  support::folder f;
  std::vector<float> const values{1, 2, 3};
  std::string const small = f / "small.npy";
  io::save_npy(small, io::as_tensor("v", std::span(values), {3}));
  auto const size = io::read_file(small).size();
  CHECK(io::load_npy<float, 1>(small, size)(2) == 3.0F);
  CHECK(support::contains(
      support::message_of<error>([&] { static_cast<void>(io::load_npy(small, size - 1)); }),
      "expected at most " + std::to_string(size - 1) + " bytes, found"));
  // 1 TiB as a sparse file
  auto front = io::write_npy(io::as_tensor("v", std::span(values).first(0), {0}));
  std::string text(io::as_text(front.span()));
  text.replace(text.find("(0,)"), 4, "(1099511627776,)");
  text.replace(text.find("<f4"), 3, "|u1");
  text.erase(text.size() - 13, 12);  // as many blanks as the extent has more digits
  std::string const huge = f / "huge.npy";
  io::save_atomically(huge, text);
  CHECK(::truncate(huge.c_str(), static_cast<off_t>(text.size()) + (off_t{1} << 40)) == 0);
  constexpr std::size_t any = static_cast<std::size_t>(-1) / 2;
  CHECK(support::message_of<error>([&] { static_cast<void>(io::load_npy<float, 1>(huge, any)); }) ==
        "tensor: " + huge + ": expected F32, found U8");
  CHECK(support::contains(
      support::message_of<error>([&] { static_cast<void>(io::load_npy<float, 1>(huge)); }),
      "expected at most 2147483648 bytes"));
}

TEST_CASE("npy: bool and half precision") {
  io::npy const flags = io::load_npy(path("b1_3"));
  std::array<bool, 3> copy{};
  flags.values().copy_to(std::span<bool>(copy));
  CHECK(std::ranges::equal(copy, support::golden_values<bool>(3)));
  io::npy const half = io::load_npy(path("f2_2"));
  CHECK(half.values().type == io::dtype::f16);
  CHECK(half.values().size() == 2);
}

TEST_CASE("npy: NumPy's files that are refused") {
  CHECK(support::contains(message_of_loading(path("refused_object")), "are pickles"));
  CHECK(support::contains(message_of_loading(path("refused_structured")), "structured"));
  CHECK(support::contains(message_of_loading(path("refused_text")), "found '<U2'"));
  CHECK(support::contains(message_of_loading(path("refused_complex")), "found '<c16'"));
  CHECK(support::contains(message_of_loading(path("refused_9axes")), "at most 8 extents"));
}

TEST_CASE("npy: arrays of a known type and rank") {
  support::folder f;
  generator g(seed{8});
  auto const x = tensor::normal<double>({4, 3}, g);
  io::save_npy(f / "x.npy", x);
  CHECK(io::load_npy<double, 2>(f / "x.npy") == x);
  auto const m =
      support::message_of<error>([&] { static_cast<void>(io::load_npy<float, 2>(f / "x.npy")); });
  CHECK(m == "tensor: " + (f / "x.npy") + ": expected F32, found F64");
  CHECK(support::contains(
      support::message_of<error>([&] { static_cast<void>(io::load_npy<double, 1>(f / "x.npy")); }),
      "expected rank 1, found [4, 3]"));
  CHECK(support::contains(message_of_loading(f / "none.npy"), "No such file"));
}

TEST_CASE("npy: every rank, the data aligned") {
  std::vector<float> const values{1, 2, 3, 4};
  for (io::extents const& shape : {io::extents{4}, io::extents{2, 2}, io::extents{1, 4, 1},
                                   io::extents{4, 1, 1, 1, 1, 1, 1, 1}}) {
    auto const bytes = io::write_npy(io::as_tensor("v", std::span(values), shape));
    CHECK((bytes.size() - 16) % 64 == 0);
    io::npy const file = io::parse_npy(bytes.span(), "v");
    CHECK(file.values().shape == shape);
    CHECK(file.values().as<float>()[3] == 4.0F);
  }
}

TEST_CASE("npy: what cannot be written") {
  std::vector<float> const values{1, 2};
  auto const says = [](io::tensor_view const& t) {
    return support::message_of<error>([&] { static_cast<void>(io::write_npy(t)); });
  };
  CHECK(says(io::as_tensor("v", std::span(values), {3})) ==
        "npy: v: expected F32 [3], found 8 bytes");
  io::tensor_view brain = io::as_tensor("v", std::span(values), {4});
  brain.type = io::dtype::bf16;
  CHECK(says(brain) == "npy: v: expected a type that NumPy has, found BF16");
}

}  // namespace io_npy_test
