// SPDX-License-Identifier: BSD-3-Clause
// Whether halo computes on this machine what it must: one page, and the exit code says it, too.
// Runs on a host, on a board (it writes by support::write) and in a browser; no heap, no
// exceptions.
#include <cstdint>
#include <span>

#include <halo/device.hpp>

#include "support/console.hpp"
#include "support/small_adaptations.hpp"
#include "support/verify_device.hpp"
#include "support/verify_numerics.hpp"

namespace {

using namespace halo;
using support::write, support::write_decimal, support::write_scientific;

int failed = 0;

void say(char const* what, bool good) {
  write(what);
  write(good ? "ok      " : "FAILED  ");
  failed += good ? 0 : 1;
}

using perceptron = nn::sequential<nn::linear<6, 5>, nn::tanh, nn::linear<5, 4>>;
using convolutional =
    nn::sequential<shape<5, 5, 2>, nn::conv2d<3, 3>, nn::relu, nn::flatten, nn::linear<75, 3>>;
using smooth = nn::sequential<shape<5, 5, 2>, nn::conv2d<3, 3>, nn::gelu, nn::average_pool<2>,
                              nn::flatten, nn::linear<12, 3>>;
using recurrent = nn::sequential<shape<4, 3>, nn::lstm<5>, nn::layer_norm, nn::linear<5, 3>>;

double largest(double a, double b) { return a > b ? a : b; }

void gradients() {
  double const off =
      largest(support::farthest_derivative<smooth>(), support::farthest_derivative<recurrent>());
  say("gradients              ", off < 1e-5);
  write_decimal(smooth::parameters + recurrent::parameters);
  write(" derivatives, at most ");
  write_scientific(off);
  write(" of the largest off differences\n");
}

void golden_vectors() {
  namespace numbers = support::verify_numbers;
  double off = support::farthest_output<perceptron>(numbers::perceptron);
  off = largest(off, support::farthest_output<convolutional>(numbers::convolutional));
  off = largest(off, support::farthest_output<recurrent>(numbers::recurrent));
  off = largest(off, support::farthest_of_adam());
  say("golden vectors         ", off < 1e-5);
  write("linear, conv2d, lstm, layer_norm, Adam: at most ");
  write_scientific(off);
  write(" off\n");
}

using learner = adapt::adapter<support::perceptron, nn::cross_entropy, optim::adam, 8>;

/// A line of tests/cross/bits.txt; in another build than HALO_PORTABLE's the same bits again.
void bits(learner& device) {
  auto const r = support::adapt<learner, 26, 4>(device, 200);
#if defined(HALO_PORTABLE)
  constexpr std::uint64_t everybodys = 0x5112008722fc9b90U;
  say("bits after 200 steps   ", r.done && r.bits == everybodys);
  support::write_hexadecimal(r.bits);
  write(r.bits == everybodys ? ", everybody's\n" : ", and not everybody's\n");
#else
  static learner again({}, seed{1});
  auto const second = support::adapt<learner, 26, 4>(again, 200);
  say("bits after 200 steps   ", r.done && r.accuracy > 0.9 && r.bits == second.bits);
  support::write_hexadecimal(r.bits);
  write(", this build's, twice; HALO_PORTABLE makes everybody's\n");
#endif
}

void bad_batches() {
  int const accepted = support::accepted_bad_batches();
  say("NaN drill              ", accepted == 0);
  write("6 bad mini-batches, ");
  if (accepted < 0)
    write("and good ones around them were refused\n");
  else
    write_decimal(static_cast<std::uint32_t>(accepted)), write(" of them accepted\n");
}

void restoring() {
  bool const good = support::survives();
  say("save, kill, restore    ", good);
  write_decimal(sizeof(support::small_run));
  write(good ? " bytes, then the same bits\n" : " bytes, then other bits\n");
}

void time() {
  say("time budget            ", support::ends_in_time());
  write(core::has_clock ? "by the system's clock and another\n" : "by the board's clock alone\n");
}

void speed(learner& device) {
  static support::measured<26, 4, 8> batch;
  generator from(seed{7});
  batch.draw(from);
  double const begin = support::seconds();
  double passed = 0;
  std::uint32_t steps = 0;
  for (; steps < 20000 && passed < 0.5; passed = support::seconds() - begin)
    for (int i = 0; i < 20; ++i, ++steps)
      static_cast<void>(
          device.try_step(std::span<float const>(batch.x), std::span<std::int32_t const>(batch.y)));
  write("speed                  ");
  if (passed <= 0) return write("        no clock\n");
  write("        ");
  write_decimal(static_cast<std::uint32_t>(steps / passed));
  write(" steps a second of 26-64-64-4, 8 rows, Adam\n");
}

}  // namespace

int main() {
  static learner device({}, seed{1});
  write("halo ");
  write_decimal(HALO_VERSION_MAJOR);
  write(".");
  write_decimal(HALO_VERSION_MINOR);
  write(".");
  write_decimal(HALO_VERSION_PATCH);
  write(" on ");
  write(simd::arch_name());
  write(", ");
  write_decimal(simd::batch<float>::size);
  write(simd::batch<float>::size == 1 ? " lane\n" : " lanes\n");
  gradients();
  golden_vectors();
  bits(device);
  bad_batches();
  restoring();
  time();
  speed(device);
  write(failed == 0 ? "all is well\n" : "something is wrong\n");
  return failed == 0 ? 0 : 1;
}
