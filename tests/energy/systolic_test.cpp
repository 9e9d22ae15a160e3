// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/systolic.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace energy_systolic_test {

using namespace halo;

namespace {

/// A published row: kernel, output, channels in and out, bits; cycles, stalls; bits of the weights'
/// buffer read and written, of the outputs' (read as written), of the inputs', of the DRAM.
struct row {
  char const* name;
  std::uint64_t kernel, side, in, out;
  unsigned bits;
  bool gathered;
  std::uint64_t cycles, stalls, weight_reads, weight_writes, outputs, input_reads, input_writes,
      dram_reads, dram_writes;
};

/// The published sweep of the authors' simulator: 16 by 32 units, 192 bits a cycle, 16 images.
constexpr row rows[] = {
    {"RNN", 1, 1, 4096, 4096, 4, false, 394583, 263511, 1073741824, 67108864, 8388608, 1073741824,
     262144, 71565312, 4194304},
    {"LSTM", 1, 1, 3600, 3600, 4, false, 337175, 231383, 866648064, 54165504, 110231552, 866648064,
     6770688, 62836736, 1900544},
    {"CIFAR conv0", 3, 32, 3, 128, 8, true, 717654, 586582, 452984832, 32768, 134217728, 452984832,
     3538944, 70680576, 67108864},
    {"CIFAR conv1", 3, 32, 128, 128, 2, false, 799062, 209238, 4831838208, 327680, 134217728,
     4831838208, 18874368, 86310912, 67108864},
    {"CIFAR conv2", 3, 16, 128, 256, 2, false, 402091, 107179, 2415919104, 655360, 67108864,
     2415919104, 9437184, 43646976, 33554432},
    {"CIFAR conv3", 3, 16, 256, 256, 2, false, 492204, 197292, 4831838208, 1179648, 67108864,
     4831838208, 26214400, 60948480, 33554432},
    {"CIFAR conv4", 3, 8, 256, 512, 2, false, 255318, 107862, 2415919104, 2359296, 33554432,
     2415919104, 13107200, 32243712, 16777216},
    {"CIFAR conv5", 3, 8, 512, 512, 2, false, 510636, 215724, 4831838208, 4718592, 67108864,
     4831838208, 26214400, 64487424, 33554432},
    {"CIFAR fc6", 1, 1, 8192, 1024, 2, false, 99671, 83287, 268435456, 16777216, 2097152, 268435456,
     262144, 18087936, 1048576},
    {"CIFAR fc7", 1, 1, 1024, 1024, 2, false, 16555, 14507, 33554432, 2097152, 1048576, 33554432,
     32768, 2654208, 524288},
    {"CIFAR fc8", 1, 1, 1024, 10, 2, false, 513, 449, 327680, 20480, 21504, 327680, 32768, 69632,
     16384},
    {"AlexNet conv2_a", 5, 28, 96, 256, 4, false, 5018849, 1249, 41104179200, 3276800, 411041792,
     41104179200, 462422016, 671219712, 205520896},
    {"AlexNet conv3_a", 3, 14, 512, 384, 4, false, 3248129, 538625, 22196256768, 7077888, 308281344,
     22196256768, 308281344, 469499904, 154140672},
};

energy::systolic_work work_of(row const& r) {
  return {.images = 16,
          .height = r.side,
          .width = r.side,
          .kernel_y = r.kernel,
          .kernel_x = r.kernel,
          .in = r.in,
          .out = r.out,
          .input_bits = r.bits,
          .weight_bits = r.bits,
          .gathered = r.gathered};
}

}  // namespace

TEST_CASE("systolic: the published rows in all columns") {
  for (row const& r : rows) {
    CAPTURE(std::string(r.name));
    auto const found = energy::simulate({}, work_of(r));
    CHECK(found.cycles == r.cycles);
    CHECK(found.stalls == r.stalls);
    CHECK(found.weight_reads == r.weight_reads);
    CHECK(found.weight_writes == r.weight_writes);
    CHECK(found.output_reads == r.outputs);
    CHECK(found.output_writes == r.outputs);
    CHECK(found.input_reads == r.input_reads);
    CHECK(found.input_writes == r.input_writes);
    CHECK(found.dram_reads == r.dram_reads);
    CHECK(found.dram_writes == r.dram_writes);
  }
}

TEST_CASE("systolic: millijoules an image of networks, and what takes them") {
  energy::systolic_array const a;
  double cifar = 0, dram = 0;
  for (row const& r : rows) {
    auto const found = energy::simulate(a, work_of(r));
    double const each = 1e3 * a.joules(found) / 16;
    std::string_view const name = r.name;
    if (name == "RNN") CHECK(each == doctest::Approx(0.0786).epsilon(0.001));
    if (name == "LSTM") CHECK(each == doctest::Approx(0.0675).epsilon(0.001));
    if (!name.starts_with("CIFAR")) continue;
    cifar += each;
    dram += 1e3 * static_cast<double>(found.dram_reads + found.dram_writes) * a.dram_bit / 16;
  }
  CHECK(cifar == doctest::Approx(0.725).epsilon(0.001));
  CHECK(dram / cifar == doctest::Approx(0.82).epsilon(0.01));
}

TEST_CASE("systolic: never more cycles with a wider interface, more units or fewer bits") {
  energy::systolic_work const w{
      .images = 4, .height = 9, .width = 9, .kernel_y = 3, .kernel_x = 3, .in = 24, .out = 40};
  auto const cycles = [&](energy::systolic_array const& a, unsigned bits = 8) {
    energy::systolic_work other = w;
    other.input_bits = other.weight_bits = bits;
    return energy::simulate(a, other).cycles;
  };
  CHECK(cycles({.interface_bits = 384}) <= cycles({}));
  CHECK(cycles({.columns = 64}) <= cycles({}));
  CHECK(cycles({}, 4) <= cycles({}));
  CHECK(cycles({}, 2) <= cycles({}, 4));
}

}  // namespace energy_systolic_test
