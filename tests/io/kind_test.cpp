// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/kind.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <halo/data/csv.hpp>
#include <halo/io/npy.hpp>
#include <halo/io/safetensors.hpp>

namespace io_kind_test {

using namespace halo;

namespace {

std::string_view kind(std::string const& first) { return io::kind_of(io::as_bytes(first)); }

}  // namespace

TEST_CASE("kind: by the first bytes") {
  CHECK(kind("PK\x03\x04 and so on") == "a zip archive (npz, xlsx, PyTorch's own file)");
  CHECK(kind(std::string("SQLite format 3\0....", 20)) == "an SQLite database");
  CHECK(kind("\x80\x04\x95") == "a Python pickle");
  CHECK(kind("\n <!DOCTYPE HTML>") == "a web page");
  CHECK(kind("<HTML lang='en'>") == "a web page");
  CHECK(kind(std::string("\0\0\x08\x03\0\0\0\1", 8)) == "IDX, as MNIST's files are");
  CHECK(kind(std::string(257, 'a') + "ustar\0") == "a tar archive");
  CHECK(kind("\x08\x07\x12\x07pytorch") == "an ONNX model (halo-import makes a network of it)");
  CHECK(kind("\x08\x08\x3A\x80\x02") == "an ONNX model (halo-import makes a network of it)");
  CHECK(kind("\x08\x08\x08\x08").empty());
  for (io::detail::signature const& s : io::detail::signatures) {
    CHECK(kind(std::string(s.begin) + "...") == s.kind);
    CHECK(kind(std::string(s.begin.substr(0, s.begin.size() - 1))).empty());  // cut off
  }
}

TEST_CASE("kind: text and other bytes have none") {
  for (char const* const text : {"", "1,2,3\n", "PAR1,PAR2\n0,1\n", "<none>,0\n",
                                 "\xEF\xBB\xBF"
                                 "1,2"})
    CHECK(kind(text).empty());
  CHECK(kind(std::string("\0\0\x07\x03\0\0", 6)).empty());
  CHECK(io::kind_or_bytes(io::as_bytes("abcdefghijk")) == "'abcdefgh...'");
  CHECK(io::kind_or_bytes(io::as_bytes("\x93NUMPY")) == "npy");
}

TEST_CASE("kind: of what the library writes itself") {
  std::array<float, 2> const x{1, 2};
  std::array const one{io::as_tensor("x", std::span(x), {2})};
  CHECK(io::kind_of(io::write_safetensors(one).span()) == "safetensors");
  CHECK(io::kind_of(io::write_npy(one[0]).span()) == "npy");
}

}  // namespace io_kind_test
