// SPDX-License-Identifier: BSD-3-Clause
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <halo/io/any_field.hpp>

namespace io_any_field_test {
namespace {

using namespace halo;

struct everything {
  float real = 0.5F;
  double fine = -0.25;
  bool yes = true;
  std::int32_t less = -7;
  std::uint64_t many = std::numeric_limits<std::uint64_t>::max();
  std::size_t size = 12;
  std::array<float, 3> each{1, 2, 3};
  int restored_times = 0;

  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "everything");
    f.option("real", self.real, allowed::positive());
    f.number("fine", self.fine);
    f.number("yes", self.yes);
    f.number("less", self.less);
    f.number("many", self.many);
    f.number("size", self.size);
    f.per_parameter("each", std::span(self.each), allowed::non_negative());
  }
  void restored() noexcept { ++restored_times; }
};

template <class T>
T read(io::dtype type, std::byte const* at) {
  return io::with_number(type, at, [](auto x) { return static_cast<T>(x); });
}

TEST_CASE("any_field: a number is read as what it is, wherever it lies") {
  auto const look = []<class T>(T x) {
    alignas(8) std::array<std::byte, 16> room{};
    for (std::size_t const at : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
      std::memcpy(room.data() + at, &x, sizeof x);
      CHECK(read<T>(io::dtype_of<T>(), room.data() + at) == x);
    }
  };
  look(std::numeric_limits<std::int8_t>::min());
  look(std::numeric_limits<std::uint8_t>::max());
  look(std::numeric_limits<std::int16_t>::min());
  look(std::numeric_limits<std::uint16_t>::max());
  look(std::numeric_limits<std::int32_t>::min());
  look(std::numeric_limits<std::uint32_t>::max());
  look(std::numeric_limits<std::int64_t>::min());
  look(std::numeric_limits<std::uint64_t>::max());
  look(std::numeric_limits<float>::denorm_min());
  look(std::numeric_limits<double>::max());
}

TEST_CASE("any_record: the fields that walk hands on, in its order, byte for byte") {
  everything const value;
  std::vector<std::string> names;
  std::vector<std::vector<std::byte>> bytes;
  std::vector<std::size_t> sizes;
  walk(value, [&]<class T>(field_path const& path, recorded_field<T> const& f) {
    names.emplace_back(path.name);
    auto const all = std::as_bytes(f.values);
    bytes.emplace_back(all.begin(), all.end());
    sizes.push_back(f.values.size());
  });
  std::size_t at = 0;
  io::any_record(value).each([&](field_path const& path, io::any_field const& f) {
    REQUIRE(at < names.size());
    CHECK(names[at] == path.name);
    CHECK(std::vector<std::byte>(f.span().begin(), f.span().end()) == bytes[at]);
    CHECK(f.count == sizes[at]);
    CHECK_FALSE(f.writable);
    CHECK(f.is_text == (path.name == "name"));
    CHECK(f.is_state() == (at >= 2));
    CHECK(f.takes_all() == (path.name == "less" || path.name == "many" || path.name == "size" ||
                            path.name == "name"));
    ++at;
  });
  CHECK(at == names.size());
}

TEST_CASE("field_visitor: what is written arrives, and parts are told where it restores") {
  everything value;
  auto write = [](field_path const& path, io::any_field const& f) {
    if (path.name == "real" || path.name == "name") {
      CHECK_FALSE(f.writable);  // options and constants are for reading
      return;
    }
    CHECK(f.writable);
    std::memset(f.bytes, 0, f.span().size());
  };
  walk(value, io::field_visitor(write));
  CHECK(value.restored_times == 0);
  walk(value, io::field_visitor(write, true));
  CHECK(value.restored_times == 1);
  CHECK(value.real == 0.5F);
  CHECK(value.fine == 0);
  CHECK_FALSE(value.yes);
  CHECK(value.many == 0);
  CHECK(value.size == 0);
  CHECK(value.each == std::array<float, 3>{});
}

}  // namespace
}  // namespace io_any_field_test
