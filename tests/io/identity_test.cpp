// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/identity.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace io_identity_test {

using namespace halo;

namespace {

struct rule {
  float rate = 0.1F;
  double decay = 1.0 / 3;
  bool nesterov = true;
  float norm = std::numeric_limits<float>::infinity();
  std::array<float, 2> shares{0.5F, 0.25F};
  std::uint64_t steps = 5;
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "a\nrule");
    f.option("rate", self.rate, allowed::positive());
    f.option("decay", self.decay, allowed::non_negative());
    f.option("nesterov", self.nesterov);
    f.option("norm", self.norm, allowed::positive_or_infinite());
    f.options("shares", std::span(self.shares), allowed::share());
    f.number("steps", self.steps);
  }
};
struct wrapper {
  rule inner{};
  static constexpr void record(auto& self, auto&& f) {
    f.constant("bits", 8);
    f.part("inner", self.inner);
  }
};

std::string says(std::string_view expected, std::string_view found, bool part = false) {
  auto const d = io::first_difference(expected, found, part);
  return d ? d->path + ": " + d->expected + ", " + d->found : "";
}

}  // namespace

TEST_CASE("identity: constants and options by their paths, never the state") {
  CHECK(io::identity_of(wrapper{}) ==
        "bits = 8\ninner.name = a rule\ninner.rate = 0.1\ninner.decay = 0.3333333333333333\n"
        "inner.nesterov = 1\ninner.norm = inf\ninner.shares = 0.5 0.25\n");
}

TEST_CASE("identity: the last bit of a number counts") {
  wrapper const plain;
  wrapper other;
  other.inner.rate = 0x1.99999cp-4F;  // the next one after 0.1F
  CHECK(says(io::identity_of(plain), io::identity_of(other)) == "inner.rate: 0.1, 0.10000001");
}

TEST_CASE("identity: the first difference, whichever side lacks the line") {
  CHECK(says("a = 1\nb = 2\n", "a = 1\nb = 2\n") == "");
  CHECK(says("", "") == "");
  CHECK(says("a = 1\nb = 2\nc = 3\n", "a = 1\nb = 4\nc = 5\n") == "b: 2, 4");
  CHECK(says("a = 1\nb = 2\n", "a = 1\n") == "b: 2, none");
  CHECK(says("a = 1\n", "a = 1\nb = 2\n") == "b: none, 2");
  CHECK(says("a = 1\nc = 3\n", "a = 1\nb = 2\nc = 3\n") == "b: none, 2");
  CHECK(says("a = 1\nb = 2\nc = 3\n", "a = 1\nc = 3\n") == "b: 2, none");
  CHECK(says("a = 1\n", "") == "a: 1, none");
  CHECK(says("a = 1\n", "nonsense") == "a: 1, none");
}

TEST_CASE("identity: of a part, in a file that holds more") {
  CHECK(says("net.in = 2\n", "loss = x\nnet.in = 2\nrule.rate = 3\n", true) == "");
  CHECK(says("net.in = 2\n", "loss = x\nnet.in = 3\n", true) == "net.in: 2, 3");
  CHECK(says("net.in = 2\n", "net.in = 2\nnet.out = 1\n", true) == "net.out: none, 1");
  CHECK(says("net.in = 2\n", "loss = x\n", true) == "net.in: 2, none");
}

}  // namespace io_identity_test
