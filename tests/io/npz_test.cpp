// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/npz.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "../support/allocation.hpp"
#include "../support/data.hpp"
#include "../support/golden.hpp"

namespace io_npz_test {

using namespace halo;
using support::golden;

namespace {

std::string const& good() {
  static std::string const text = [] {
    auto const bytes = io::read_file(golden("pytorch/cnn.npz"));
    return std::string(io::as_text(bytes.span()));
  }();
  return text;
}

std::string message(std::string const& text) {
  return support::message_of<error>(
      [&] { static_cast<void>(io::parse_npz(io::as_bytes(text), "a.npz")); });
}

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  std::size_t const at = text.rfind(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("npz: what np.savez writes, by name") {
  io::npz file = io::load_npz(golden("pytorch/cnn.npz"));
  REQUIRE(file.tensors().size() == 7);
  CHECK(std::ranges::is_sorted(file.tensors(), {}, &io::tensor_view::name));
  CHECK(file.at("0.weight").shape == io::extents{4, 2, 3, 3});
  CHECK(file.at("7.weight").type == io::dtype::f32);
  io::npz const moved = std::move(file);
  CHECK(moved.at("9.bias").shape == io::extents{3});
  CHECK(moved.name() == golden("pytorch/cnn.npz"));
  CHECK(support::message_of<error>([&] { static_cast<void>(moved.at("weight")); }) ==
        "npz: " + moved.name() + ": expected an array 'weight', found none of that name");
}

TEST_CASE("npz: the checksum of zip") {
  CHECK(io::detail::crc32(io::as_bytes("123456789")) == 0xCBF43926U);
  CHECK(io::detail::crc32({}) == 0);
}

TEST_CASE("npz: bad files are refused, each with its reason") {
  struct {
    std::string text, says;
  } const cases[] = {
      {"", "npz: a.npz: byte 0: expected 'PK', as a zip archive, found nothing"},
      {"\x93NUMPY", "byte 0: expected 'PK', as a zip archive, found npy"},
      {"PK\x03\x04", "byte 4: expected the end of a zip archive, found none: is the file whole?"},
      {good().substr(0, good().size() - 1), "expected the end of a zip archive"},
      {replaced(good(), "PK\x01\x02", "PK\x01\x03"), "expected the header of an entry, found none"},
      {replaced(good(), "PK\x03\x04", "PK\x03\x05"), "expected the header of an entry, found none"},
      {replaced(good(), ".npy", ".txt"), "expected npy files, found '"},
      {replaced(good(), "9.bias.npy", "9/data.pkl"),
       "expected npy files, found PyTorch's own file (write it with safetensors.torch.save_file)"},
      {replaced(good(), "9.bias.npy", "7.bias.npy"),
       "expected every name once, found '7.bias' twice"},
      {replaced(good(), "\x93NUMPY", "\x93NUMPI"), "expected the checksum of '"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.says);
    std::string const m = message(c.text);
    CAPTURE(m);
    CHECK(support::contains(m, c.says));
  }
  auto const packed = io::read_file(golden("pytorch/packed.npz"));
  CHECK(message(std::string(io::as_text(packed.span()))) ==
        "npz: a.npz: byte 0: expected entries that are stored, as np.savez does, found 'x.npy', "
        "packed");
}

TEST_CASE("npz: a file cut or flipped anywhere is refused, or nothing of it changed") {
  auto const whole = io::parse_npz(io::as_bytes(good()), "a.npz");
  for (std::size_t n = 0; n < good().size(); ++n) CHECK(message(good().substr(0, n)) != "no error");
  std::size_t passed = 0;
  for (std::size_t i = 0; i < good().size(); ++i) {
    std::string text = good();
    text[i] = static_cast<char>(text[i] ^ 0x10);
    if (message(text) != "no error") continue;
    ++passed;  // a date, a version, a name
    auto const again = io::parse_npz(io::as_bytes(text), "a.npz");
    CHECK(again.tensors().size() == whole.tensors().size());
    for (io::tensor_view const& t : again.tensors())  // a name may be another
      CHECK(std::ranges::any_of(whole.tensors(), [&](io::tensor_view const& w) {
        return w.shape == t.shape && std::ranges::equal(w.bytes, t.bytes);
      }));
  }
  CHECK(passed > 0);
}

TEST_CASE("npz: where memory runs out it says so") {
  if (!support::allocations_are_counted()) return;
  std::size_t k = 1;
  for (; support::fails_at(k, [] { static_cast<void>(io::parse_npz(io::as_bytes(good()), "a")); });)
    ++k;
  CHECK(k > 10);
}

}  // namespace io_npz_test
