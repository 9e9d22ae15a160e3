// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/flash_storage.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <halo/core/random.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/storage.hpp>

#include "../support/data.hpp"
#include "../support/flash_chip.hpp"

namespace io_flash_storage_test {

using namespace halo;

namespace {

using chip = support::flash_chip<2048, 256, 8>;
using storage = io::flash_storage<chip>;
static_assert(io::storage<storage>);
static_assert(storage::largest() == 1024 - 72);

std::string const run = "run";

std::string kept(storage& where) {
  return std::string(io::as_text(where.open(run).read_rest().span()));
}
void keep(storage& where, std::string const& text) { where.replace(run, io::as_bytes(text)); }

/// A text of any length up to the largest, another one each.
std::string text_of(std::uint64_t number) {
  generator draw(seed{number});
  return std::string(draw.below(storage::largest() + 1), static_cast<char>('a' + number % 26));
}

}  // namespace

TEST_CASE("flash_storage: keeps the last bytes, also for who comes later") {
  chip flash;
  storage where(flash);
  CHECK_FALSE(where.holds(run));
  CHECK(support::message_of<error>([&] { static_cast<void>(where.open(run)); }) ==
        "flash: run: expected something of that name, found nothing");
  for (std::uint64_t i = 0; i < 40; ++i) {
    keep(where, text_of(i));
    CHECK(kept(where) == text_of(i));
    storage later(flash);
    CHECK(kept(later) == text_of(i));
  }
  CHECK(where.holds(run));
  CHECK(where.clear());
  CHECK_FALSE(where.holds(run));
}

TEST_CASE("flash_storage: a power cut at any moment leaves the old bytes or the new ones") {
  int cuts = 0;
  for (std::uint64_t i = 0; i < 12; ++i) {
    for (int operations = 0;; ++operations) {
      chip flash(i);
      storage where(flash);
      for (std::uint64_t before = 0; before < i; ++before) keep(where, text_of(before));
      flash.cut_after(operations);
      bool const failed =
          support::message_of<error>([&] { keep(where, text_of(i)); }) != "no error";
      flash.power_again();
      storage after(flash);
      if (i == 0 && failed && !after.holds(run)) {
        ++cuts;
        continue;
      }
      std::string const found = kept(after);
      CHECK((found == text_of(i) || (failed && i > 0 && found == text_of(i - 1))));
      keep(after, "and on");
      CHECK(kept(after) == "and on");
      if (!failed) break;
      ++cuts;
    }
  }
  CHECK(cuts > 100);
}

TEST_CASE("flash_storage: a wrong bit in the newer half brings the older one back") {
  chip flash;
  storage where(flash);
  keep(where, "older");
  keep(where, "newer");
  flash.flip(1024 + 72 + 2);
  CHECK(kept(where) == "older");
  keep(where, "newest");
  CHECK(kept(where) == "newest");
}

TEST_CASE("flash_storage: what does not fit is refused and changes nothing") {
  chip flash;
  storage where(flash);
  keep(where, "old");
  auto const message = [&](std::string const& name, std::string const& text) {
    return support::message_of<error>([&] { where.replace(name, io::as_bytes(text)); });
  };
  CHECK(message(run, std::string(953, 'x')) == "flash: run: expected 952 bytes at most, found 953");
  CHECK(message("other", "x") == "flash: other: expected the name of what is kept, found 'run'");
  CHECK(support::contains(message(std::string(33, 'n'), "x"), "32 characters at most"));
  CHECK_FALSE(where.holds("other"));
  CHECK(kept(where) == "old");
}

TEST_CASE("flash_storage: both halves wear alike") {
  chip flash;
  storage where(flash);
  for (int i = 0; i < 100; ++i) keep(where, std::string(900, 'x'));
  auto const [least, most] = std::minmax_element(flash.erased.begin(), flash.erased.end());
  CHECK(*least == 50);
  CHECK(*most == 50);
}

TEST_CASE("flash_storage: a power cut while it is cleared leaves what was kept or nothing") {
  for (int saves : {1, 2, 3, 4})
    for (int operations : {0, 1, 2}) {
      CAPTURE(saves);
      CAPTURE(operations);
      chip flash(static_cast<std::uint64_t>(10 * saves + operations));
      storage where(flash);
      for (int i = 1; i <= saves; ++i) keep(where, std::to_string(i));
      flash.cut_after(operations);
      CHECK(where.clear() == (operations == 2));
      flash.power_again();
      if (where.holds(run)) CHECK(kept(where) == std::to_string(saves));
      CHECK((operations > 0 || where.holds(run)));
    }
}

TEST_CASE("flash_storage: bytes that an older half would hide are not called kept") {
  chip flash;
  storage where(flash);
  for (int i = 1; i <= 8; ++i) keep(where, std::to_string(i));
  flash.fail_reads(2);  // both heads, as by a loose wire
  CHECK(support::contains(support::message_of<error>([&] { keep(where, "9"); }),
                          "expected blocks that keep what is written"));
  CHECK(where.holds(run));
  keep(where, "10");
  CHECK(kept(where) == "10");
}

}  // namespace io_flash_storage_test
