// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/checkpoint_bytes.hpp>

#if defined(_FCNTL_H) || defined(_SYS_STAT_H)
#  error "checkpoints in memory do without POSIX files"
#endif

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/allocation.hpp"
#include "../support/data.hpp"
#include "../support/device.hpp"
#include "../support/network_cases.hpp"

using namespace halo;
using support::bytes_of;

namespace {

using network = nn::sequential<nn::linear<3, 4>, nn::batch_norm, nn::linear<4, 2>>;
using device = adapt::adapter<network, nn::cross_entropy, optim::adam, 8>;

/// A user's own stream: where it is, and a buffer of what it saw.
struct stream {
  std::uint64_t position = 0;
  std::array<float, 3> last{};
  static constexpr void record(auto& self, auto&& f) {
    f.number("position", self.position);
    f.per_problem("last", std::span(self.last));
  }
  std::vector<float> next() {
    auto x = support::draw<float>(24, ++position);
    std::copy_n(x.begin(), 3, last.begin());
    return x;
  }
};

void go(device& d, stream& s, int steps) {
  std::vector<std::int32_t> const t = support::draw_labels(8, 2, 3);
  for (int i = 0; i < steps; ++i) d.step(s.next(), t);
}

}  // namespace

TEST_CASE("checkpoint_bytes: a device, its stream and own values in one file") {
  device first(optim::adam{}, seed{1}), whole(optim::adam{}, seed{1});
  stream s, all;
  double score = 0.75;
  std::vector<float> best{1, 2, 3};
  go(whole, all, 9);
  go(first, s, 5);
  auto const bytes = adapt::write(first, s, named("score", score), named("best", best));
  auto const file = io::parse_safetensors(bytes.span(), "w");
  CHECK(file.find("own.0.position") != nullptr);
  CHECK(file.find("best") != nullptr);

  device second(optim::adam{}, seed{2});
  stream t;
  score = 0, best = {0, 0, 0};
  adapt::resume(bytes.span(), second, t, named("score", score), named("best", best));
  CHECK(score == 0.75);
  CHECK(best == std::vector<float>{1, 2, 3});
  CHECK(t.position == 5);
  go(second, t, 4);
  CHECK(bytes_of(second) == bytes_of(whole));
  CHECK(bytes_of(t) == bytes_of(all));

  auto const before = bytes_of(second);
  CHECK(support::message_of<error>([&] { adapt::resume(bytes.span(), second, t); }) ==
        "checkpoint: memory: tensor 'best': expected no tensor of that name, found [3]");
  CHECK(bytes_of(second) == before);
  CHECK(adapt::read_parameters<network>(file).size() == network::parameters + network::statistics);
}

TEST_CASE("checkpoint_bytes: parameters with their statistics, checked byte by byte") {
  device const d(optim::adam{}, seed{1});
  auto const bytes = adapt::write_parameters<network>(d.parameters(), d.statistics());
  auto const all = adapt::read_parameters<network>(io::parse_safetensors(bytes.span(), "w"));
  CHECK(std::ranges::equal(all.span().first(network::parameters), d.parameters()));
  CHECK(std::ranges::equal(all.span().subspan(network::parameters), d.statistics()));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    CAPTURE(i);
    std::vector<std::byte> broken(bytes.begin(), bytes.end());
    broken[i] ^= static_cast<std::byte>(1U << i % 8);
    CHECK(support::message_of<error>([&] {
            static_cast<void>(
                adapt::read_parameters<network>(io::parse_safetensors(broken, "broken")));
          }) != "no error");
  }
  std::vector<float> statistics(d.statistics().begin(), d.statistics().end());
  statistics[5] = -0.5F;  // a variance
  auto const message = support::message_of<error>(
      [&] { static_cast<void>(adapt::write_parameters<network>(d.parameters(), statistics)); });
  CHECK(message.find("-0.5") != std::string::npos);
}

TEST_CASE("checkpoint_bytes: under memory pressure nothing is torn") {
  if (!support::allocations_are_counted()) return;  // under clang's address sanitizer
  device first(optim::adam{}, seed{1}), second(optim::adam{}, seed{2});
  stream s, t;
  go(first, s, 5);
  auto const bytes = adapt::write(first, s);
  auto const before = bytes_of(second);
  std::size_t k = 1;
  while (support::fails_at(k, [&] { adapt::resume(bytes.span(), second, t); })) {
    CAPTURE(k);
    CHECK(bytes_of(second) == before);
    CHECK(t.position == 0);
    ++k;
  }
  CHECK(k > 50);
  CHECK(bytes_of(second) == bytes_of(first));
  CHECK(t.position == 5);
}
