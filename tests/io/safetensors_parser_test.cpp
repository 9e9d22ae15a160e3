// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/safetensors_parser.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "../support/allocation.hpp"
#include "../support/safetensors.hpp"

namespace io_safetensors_parser_test {

using namespace halo;
using support::message_of_parsing;
using support::safetensors_file;

namespace {

std::string entry(std::string const& name, std::string const& type, std::string const& shape,
                  std::string const& offsets) {
  return '"' + name + R"(":{"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" +
         offsets + '}';
}

// One file with every kind of content, small enough to break it everywhere.
std::string sample() {
  return safetensors_file("{" + entry("w", "F32", "[1,2]", "[0,8]") +
                              R"(,"__metadata__":{"k":"\u00e9"},)" +
                              entry("n", "I64", "[]", "[8,16]") + "}  ",
                          "0123456789abcdef");
}

}  // namespace

TEST_CASE("safetensors: what may differ between writers") {
  for (std::string const& header :
       {std::string("{}"), std::string("{ }   "), std::string(R"({"__metadata__":{}})"),
        std::string("{\r\n\t }\n")}) {
    CAPTURE(header);
    CHECK(message_of_parsing(safetensors_file(header, "")) == "no error");
  }
  CHECK(message_of_parsing(sample()) == "no error");
  // Fields, tensors and offsets in another order.
  CHECK(message_of_parsing(
            safetensors_file(R"({"a":{"shape":[2],"data_offsets":[1,3],"dtype":"U8"},)" +
                                 entry("b", "BOOL", "[1]", "[0,1]") + "}",
                             "123")) == "no error");
  // Empty tensors lie anywhere between others.
  CHECK(message_of_parsing(safetensors_file("{" + entry("a", "F32", "[0]", "[0,0]") + "," +
                                                entry("b", "U8", "[3]", "[0,3]") + "," +
                                                entry("c", "F64", "[4,0]", "[3,3]") + "}",
                                            "123")) == "no error");
}

TEST_CASE("safetensors: a file of another kind is named as what it is") {
  std::string const pickle = "\x80\x04 or another protocol";
  CHECK(support::contains(support::message_of<error>([&] {
                            static_cast<void>(
                                io::parse_safetensors(io::as_bytes(pickle), "model.pt"));
                          }),
                          "safetensors: model.pt: byte 0: expected a header of at most 14 bytes, "
                          "found a Python pickle"));
}

TEST_CASE("safetensors: text is named as text") {
  CHECK(support::message_of<error>([] {
          static_cast<void>(io::parse_safetensors(io::as_bytes("0.5,0.25\n1,2\n"), "a.csv"));
        }) ==
        "safetensors: a.csv: byte 0: expected the length of a header, found text: '0.5,0.25'");
}

TEST_CASE("safetensors: bad files are refused, each with its reason") {
  std::string const w = entry("w", "F32", "[2]", "[0,8]");
  std::string const data = "12345678";
  struct {
    std::string text;
    std::string says;
  } const cases[] = {
      // Length and beginning of the header.
      {"", "byte 0: expected 8 bytes of length and a header, found 0 bytes"},
      {"1234567", "found 7 bytes"},
      {safetensors_file("", ""), "found 8 bytes"},
      {safetensors_file("", data), "byte 8: expected '{'"},
      {std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF{}", 10),
       "expected a header of at most 2 bytes, found 18446744073709551615"},
      {std::string("\x00\x00\x00\x00\x01\x00\x00\x00{}", 10), "found 4294967296"},
      {std::string("\x03\x00\x00\x00\x00\x00\x00\x00{}", 10),
       "header: expected 3 bytes, found 2: the file is cut"},
      {safetensors_file(" {}", ""), "byte 8: expected '{'"},
      {safetensors_file("[]", ""), "byte 8: expected '{'"},
      // JSON.
      {safetensors_file("{", data), "byte 9: expected a string, found the end of the header"},
      {safetensors_file("{}x", ""), "byte 10: expected the end of the header, found 'x'"},
      {safetensors_file("{}{}", ""), "expected the end of the header"},
      {safetensors_file("{" + w, data), "expected ',' or '}', found the end of the header"},
      {safetensors_file("{" + w + ",}", data), "expected a string, found '}'"},
      {safetensors_file("{," + w + "}", data), "expected a string, found ',\"w\""},
      {safetensors_file("{" + w + " " + w + "}", data), "expected ',' or '}'"},
      {safetensors_file(R"({"w" {}})", ""), "expected ':'"},
      {safetensors_file(R"({"w":[]})", ""), "expected '{', found '[]}'"},
      {safetensors_file(R"({w:{}})", ""), "expected a string, found 'w:{}}'"},
      {safetensors_file("{\"\xFF\":{}}", ""), "expected UTF-8"},
      {safetensors_file("{" + std::string(1, '\0') + "}", ""), "expected a string"},
      {safetensors_file("{/**/}", ""), "expected a string"},
      // Fields of a tensor.
      {safetensors_file(R"({"w":{}})", ""), "expected dtype, shape and data_offsets, found fewer"},
      {safetensors_file(R"({"w":{"dtype":"F32","shape":[2]}})", data), "found fewer"},
      {safetensors_file(R"({"w":{"dtype":"F32","dtype":"F32","shape":[2]}})", data),
       "byte 28: expected dtype, shape and data_offsets, each once, found 'dtype'"},
      {safetensors_file(R"({"w":{"shape":[2],"shape":[2]}})", data), "each once, found 'shape'"},
      {safetensors_file(R"({"w":{"data_offsets":[0,8],"data_offsets":[0,8]}})", data),
       "each once, found 'data_offsets'"},
      {safetensors_file(R"({"w":{"extra":1}})", data), "each once, found 'extra'"},
      {safetensors_file("{" + entry("w", "F33", "[2]", "[0,8]") + "}", data),
       "byte 22: expected a dtype such as F32, found 'F33'"},
      {safetensors_file("{" + entry("w", "f32", "[2]", "[0,8]") + "}", data), "found 'f32'"},
      {safetensors_file(R"({"w":{"dtype":7}})", data), "expected a string, found '7}}'"},
      {safetensors_file("{" + entry("w", "F32", "[2", "[0,8]") + "}", data), "a whole number"},
      {safetensors_file("{" + entry("w", "F32", "[2,]", "[0,8]") + "}", data), "a whole number"},
      {safetensors_file("{" + entry("w", "F32", "2", "[0,8]") + "}", data), "expected '['"},
      {safetensors_file("{" + entry("w", "F32", "[-2]", "[0,8]") + "}", data), "a whole number"},
      {safetensors_file("{" + entry("w", "F32", "[2.0]", "[0,8]") + "}", data), "',' or ']'"},
      {safetensors_file("{" + entry("w", "F32", "[2e0]", "[0,8]") + "}", data), "',' or ']'"},
      {safetensors_file("{" + entry("w", "F32", "[02]", "[0,8]") + "}", data), "leading zeros"},
      {safetensors_file("{" + entry("w", "F32", "[[2]]", "[0,8]") + "}", data), "a whole number"},
      {safetensors_file("{" + entry("w", "F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]") + "}", data),
       "expected at most 8 extents"},
      {safetensors_file("{" + entry("w", "F32", "[18446744073709551616]", "[0,8]") + "}", data),
       "below 2^64"},
      {safetensors_file("{" + entry("w", "F32", "[2]", "[0]") + "}", data), "expected ','"},
      {safetensors_file("{" + entry("w", "F32", "[2]", "[0,8,9]") + "}", data), "expected ']'"},
      {safetensors_file("{" + entry("w", "F32", "[2]", "[]") + "}", data), "a whole number"},
      // Sizes and offsets.
      {safetensors_file("{" + entry("w", "F32", "[3]", "[0,8]") + "}", data),
       "tensor 'w': expected 12 bytes for F32 [3], found 0 to 8"},
      {safetensors_file("{" + entry("w", "F64", "[2]", "[0,8]") + "}", data), "expected 16 bytes"},
      {safetensors_file("{" + entry("w", "F32", "[0]", "[0,8]") + "}", data), "expected 0 bytes"},
      {safetensors_file("{" + entry("w", "F32", "[]", "[0,8]") + "}", data), "expected 4 bytes"},
      {safetensors_file("{" + entry("w", "U8", "[4294967296,4294967296]", "[0,0]") + "}", ""),
       "expected far too many bytes for U8 [4294967296, 4294967296], found 0 to 0"},
      {safetensors_file("{" + entry("w", "F32", "[4611686018427387906]", "[0,8]") + "}", data),
       "expected far too many bytes"},
      {safetensors_file("{" + entry("w", "F32", "[2]", "[8,0]") + "}", data),
       "expected offsets in ascending order, found 8 to 0"},
      {safetensors_file("{" + entry("w", "F32", "[2]", "[1,9]") + "}", data),
       "tensor 'w': expected data from offset 0, found 1, a hole"},
      {safetensors_file("{" + entry("w", "F32", "[2]", "[0,9]") + "}", data), "found 0 to 9"},
      {safetensors_file("{" + entry("w", "F32", "[2]", "[18446744073709551608,0]") + "}", data),
       "expected offsets in ascending order"},
      {safetensors_file("{" + w + "}", data + "9"), "data: expected 8 bytes, found 9"},
      {safetensors_file("{" + w + "}", "1234567"),
       "data: expected 8 bytes, found 7: the file is cut"},
      {safetensors_file("{}", "1"), "data: expected 0 bytes, found 1"},
      {safetensors_file("{" + entry("w", "F32", "[1]", "[4,8]") + "}", data),
       "tensor 'w': expected data from offset 0, found 4, a hole"},
      {safetensors_file(
           "{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "U8", "[3]", "[5,8]") + "}",
           data),
       "tensor 'b': expected data from offset 4, found 5, a hole"},
      {safetensors_file(
           "{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "U8", "[5]", "[3,8]") + "}",
           data),
       "tensor 'b': expected data from offset 4, found 3, an overlap"},
      {safetensors_file("{" + w + "," + entry("b", "U8", "[8]", "[0,8]") + "}", data),
       "an overlap"},
      {safetensors_file("{" + w + "," + entry("b", "U8", "[0]", "[4,4]") + "}", data),
       "an overlap"},
      // Names and metadata.
      {safetensors_file("{" + w + "," + w + "}", data), "found 8"},
      {safetensors_file("{" + entry("w", "F32", "[1]", "[0,4]") + "," +
                            entry("\\u0077", "F32", "[1]", "[4,8]") + "}",
                        data),
       "header: expected every name once, found 'w' twice"},
      {safetensors_file(R"({"__metadata__":{},"__metadata__":{}})", ""),
       "expected one __metadata__"},
      {safetensors_file(R"({"__metadata__":{"a":"1","a":"1"}})", ""),
       "__metadata__: expected every key once, found 'a' twice"},
      {safetensors_file(R"({"__metadata__":{"a":1}})", ""), "expected a string, found '1}}'"},
      {safetensors_file(R"({"__metadata__":{"a":{"b":"c"}}})", ""), "expected a string"},
      {safetensors_file(R"({"__metadata__":[]})", ""), "expected '{'"},
      {safetensors_file(R"({"__metadata__":null})", ""), "expected '{'"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.text);
    std::string const message = message_of_parsing(c.text);
    CAPTURE(message);
    CHECK(support::contains(message, "safetensors: w.safetensors: "));
    bool const same_range = c.says == "found 8";  // two tensors of one name also overlap
    CHECK((same_range ? message != "no error" : support::contains(message, c.says)));
  }
}

TEST_CASE("safetensors: cut off anywhere, it is refused") {
  std::string const whole = sample();
  for (std::size_t n = 0; n < whole.size(); ++n) {
    CAPTURE(n);
    CHECK(message_of_parsing(whole.substr(0, n)) != "no error");
  }
  for (char more : {' ', '\0', '}'}) CHECK(message_of_parsing(whole + more) != "no error");
}

TEST_CASE("safetensors: a flipped bit is refused or changes names, numbers or metadata only") {
  std::string const whole = sample();
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < whole.size() - 16; ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string broken = whole;
      broken[i] = static_cast<char>(broken[i] ^ (1 << bit));
      if (message_of_parsing(broken) != "no error") continue;
      ++accepted;
      io::safetensors const file = io::parse_safetensors(io::as_bytes(broken), "b");
      CHECK(file.tensors().size() == 2);
      for (io::tensor_view const& t : file.tensors()) CHECK(t.bytes.size() == 8);
    }
  }
  CHECK(accepted < whole.size());  // one bit in eight at most: letters of names and of types
}

TEST_CASE("safetensors: a bomb costs no memory") {
  if (!support::allocations_are_counted()) {
    MESSAGE("skipped: allocations are not counted under this sanitizer");
    return;
  }
  std::string const bomb = safetensors_file(
      "{" + entry("w", "F64", "[2305843009213693951]", "[0,18446744073709551608]") + "}", "");
  std::size_t const count =
      support::allocations_of([&] { CHECK(message_of_parsing(bomb) != "no error"); });
  CHECK(count < 40);  // the copy of the bytes and the pieces of the message
}

TEST_CASE("safetensors: too many tensors and keys") {
  std::string header = "{";
  for (int i = 0; i <= 65536; ++i) {
    header.append(i == 0 ? "" : ",").append(entry(std::to_string(i), "U8", "[0]", "[0,0]"));
  }
  CHECK(support::contains(message_of_parsing(safetensors_file(header + "}", "")),
                          "expected at most 65536 tensors, found more"));
  header = R"({"__metadata__":{)";
  for (int i = 0; i <= 65536; ++i)
    header += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":"")";
  CHECK(support::contains(message_of_parsing(safetensors_file(header + "}}", "")),
                          "expected at most 65536 keys"));
}

}  // namespace io_safetensors_parser_test
