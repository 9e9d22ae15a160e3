// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/error.hpp>

#include <doctest/doctest.h>

#include <exception>
#include <string>
#include <string_view>
#include <type_traits>

namespace core_error_test {

using namespace halo;

namespace {
std::string message(std::string_view what, std::string_view where, std::string_view expected,
                    std::string_view found) {
  try {
    fail(what, where, expected, found);
  } catch (std::exception const& e) {  // whoever knows the standard library alone can catch it
    return e.what();
  }
}
}  // namespace

static_assert(std::is_base_of_v<std::exception, error>);

TEST_CASE("error: what, where, expected, found") {
  CHECK(message("idx", "images.idx: byte 4", "3 axes", "2") ==
        "idx: images.idx: byte 4: expected 3 axes, found 2");
}

TEST_CASE("error: an empty part is left out together with its word") {
  CHECK(message("idx", "", "3 axes", "2") == "idx: expected 3 axes, found 2");
  CHECK(message("idx", "a", "", "2") == "idx: a: found 2");
  CHECK(message("idx", "a", "3 axes", "") == "idx: a: expected 3 axes");
  CHECK(message("idx", "", "", "") == "idx");
}

TEST_CASE("error: a message of one piece arrives as it is, and outlives a copy") {
  error kept("");
  try {
    fail(std::string("the sensor is gone"));
  } catch (error const& e) {
    kept = e;
  }
  CHECK(std::string_view(kept.what()) == "the sensor is gone");
}

TEST_CASE("error: a message is one line, whatever a path has in it") {
  CHECK(message("save", "a\nb\r\x1b[2J\x7f", "a file", "none") ==
        "save: a?b??[2J?: expected a file, found none");
  CHECK(message("save", "d\xC3\xBC", "", "") == "save: d\xC3\xBC");
}

TEST_CASE("error: a zero character does not cut the message short") {
  CHECK(message("file", std::string_view("a\0b", 3), "", "") == "file: a?b");
}

}  // namespace core_error_test
