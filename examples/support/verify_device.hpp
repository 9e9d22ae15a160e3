// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>

#include <halo/device.hpp>

#include "console.hpp"
#include "small_adaptations.hpp"

#if !defined(__NEWLIB__)
#  include <cstdio>
#endif

// What a device promises: numbers that are not finite and glitches move nothing, and a run that was
// saved goes on as if nothing had happened.

namespace support {

/// The network of these checks: small, so that several fit into a board.
using small_network =
    nn::sequential<nn::linear<8, 16>, nn::batch_norm, nn::tanh, nn::linear<16, 4>>;

/// A device and the stream that it learns from. Plain data: to save it is to copy its bytes.
struct small_run {
  halo::adapt::adapter<small_network, nn::cross_entropy, halo::learned::halo_rule, 8> device;
  halo::generator from{halo::seed{7}};
  measured<8, 4, 8> batch{};

  explicit small_run(halo::seed s) : device({}, s) {}

  [[nodiscard]] halo::optim::status step() {
    return device.try_step(std::span<float const>(batch.x), std::span<std::int32_t const>(batch.y))
        .status;
  }
  /// So many steps, all of them done.
  [[nodiscard]] bool steps(int n) {
    bool done = true;
    for (int i = 0; i < n; ++i) {
      batch.draw(from);
      done = step() == halo::optim::status::done && done;
    }
    return done;
  }
  /// Of everything that steps move in the network.
  [[nodiscard]] std::uint64_t bits() const {
    return halo::fingerprint_of(device.parameters()).value() ^
           halo::fingerprint_of(device.statistics()).value();
  }
};
static_assert(std::is_trivially_copyable_v<small_run>);

/// Bad mini-batches amid a run: which moved something, or were not told; 0 where all is well.
[[nodiscard]] inline int accepted_bad_batches() {
  using halo::optim::status;
  static small_run run(halo::seed{3});
  static small_run twin(halo::seed{3});  // sees none of them
  if (!run.steps(20) || !twin.steps(20)) return -1;
  int accepted = 0;
  std::uint64_t const before = run.bits();
  auto const refuses = [&](float number, std::int32_t label, status wanted) {
    float const kept = run.batch.x[5];
    std::int32_t const right = run.batch.y[2];
    run.batch.x[5] = number;
    run.batch.y[2] = label;
    accepted += run.step() != wanted || run.bits() != before;
    run.batch.x[5] = kept;
    run.batch.y[2] = right;
  };
  using limits = std::numeric_limits<float>;
  refuses(limits::quiet_NaN(), 1, status::non_finite);
  refuses(limits::infinity(), 1, status::non_finite);
  refuses(-limits::infinity(), 1, status::non_finite);
  refuses(limits::max(), 1, status::non_finite);
  refuses(run.batch.x[5], 4, status::refused);
  refuses(run.batch.x[5], -1, status::refused);
  bool const both = run.steps(1) && twin.steps(1);
  return both && run.bits() != before ? accepted : -1;
}

#if defined(__NEWLIB__)
/// Where bytes outlast a device: here memory, on a product its flash.
inline bool through_a_store(void const* saved, void* restored, std::size_t bytes) {
  static unsigned char store[sizeof(small_run)];
  if (bytes > sizeof(store)) return false;
  std::memcpy(store, saved, bytes);
  std::memset(restored, 0xA5, bytes);
  std::memcpy(restored, store, bytes);
  return true;
}
#else
/// Where bytes outlast a device: a file.
inline bool through_a_store(void const* saved, void* restored, std::size_t bytes) {
  std::FILE* const store = std::tmpfile();
  if (store == nullptr) return false;
  bool const written = std::fwrite(saved, 1, bytes, store) == bytes;
  std::memset(restored, 0xA5, bytes);
  std::rewind(store);
  bool const read = std::fread(restored, 1, bytes, store) == bytes;
  std::fclose(store);
  return written && read;
}
#endif

/// Whether a run that was saved, lost and restored ends with the bits of one that went on.
[[nodiscard]] inline bool survives() {
  static small_run run(halo::seed{11});
  static small_run other(halo::seed{12});
  if (!run.steps(40) || !other.steps(3)) return false;
  alignas(small_run) static unsigned char saved[sizeof(small_run)];
  std::memcpy(saved, &run, sizeof(run));
  if (!run.steps(40) || !through_a_store(saved, &other, sizeof(other))) return false;
  return other.bits() != run.bits() && other.steps(40) && other.bits() == run.bits();
}

/// The stream of a run, as adapt::run takes one.
struct small_stream {
  small_run& run;
  struct rows {
    std::span<float const> x;
    std::span<std::int32_t const> y;
  };
  [[nodiscard]] rows next() {
    run.batch.draw(run.from);
    return {run.batch.x, run.batch.y};
  }
};

/// Whether a budget of time ends a run, by the clock of support::seconds; where the system has none
/// it is refused without that.
[[nodiscard]] inline bool ends_in_time() {
  using halo::adapt::budget, halo::adapt::no_examples, halo::adapt::stop, halo::adapt::try_run;
  static small_run run(halo::seed{13});
  small_stream stream{run};
  auto const o =
      try_run(run.device, stream, budget{.seconds = 0.02, .clock = seconds}, no_examples{});
  auto const other = try_run(run.device, stream, budget{.seconds = 0.02}, no_examples{});
  return o.reason == stop::time && o.totals.iterations > 0 &&
         other.reason == (halo::core::has_clock ? stop::time : stop::refused);
}

}  // namespace support
