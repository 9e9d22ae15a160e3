// SPDX-License-Identifier: BSD-3-Clause
// What a step and a new head take of the stack, by painting: work space belongs to the device.
#include <halo/adapt/adapter.hpp>

#include <doctest/doctest.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/gru.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/lstm.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/address_sanitizer.hpp"

namespace adapt_stack_test {

using namespace halo;

namespace {

constexpr std::size_t stack_size = 2 * 1024 * 1024;

/// Bytes of the stack that f has touched, on a thread of its own.
template <class F>
std::size_t stack_of(F f) {
  std::unique_ptr<unsigned char[]> const memory(new unsigned char[stack_size + 4096]);
  unsigned char* const stack =
      memory.get() + (4096 - reinterpret_cast<std::uintptr_t>(memory.get()) % 4096);
  std::fill_n(stack, stack_size, static_cast<unsigned char>(0xA5));
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  REQUIRE(pthread_attr_setstack(&attributes, stack, stack_size) == 0);
  pthread_t thread{};
  REQUIRE(pthread_create(
              &thread, &attributes,
              [](void* p) -> void* {
                (*static_cast<F*>(p))();
                return nullptr;
              },
              &f) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  std::size_t untouched = 0;
  while (untouched < stack_size && stack[untouched] == 0xA5) ++untouched;
  return stack_size - untouched;
}

/// The same of a step and a new head of its rows, without what a thread takes itself.
template <class Network, std::size_t Batch>
std::size_t stack_of_step() {
  using device_type = adapt::adapter<Network, nn::cross_entropy, optim::adam, Batch>;
  auto const device = std::make_unique<device_type>(optim::adam{}, seed{1});
  std::vector<float> const x(Batch * Network::inputs, 0.5F);
  std::vector<std::int32_t> const labels(Batch, 1);
  bool done = false;
  auto const nothing = [] {};
  auto const step = [&] {
    done =
        device->try_step(std::span<float const>(x), std::span<std::int32_t const>(labels)).status ==
            optim::status::done &&
        !device->try_start_head(std::span<float const>(x), std::span<std::int32_t const>(labels));
  };
  std::size_t const taken = stack_of(step);
  CHECK(done);
  return taken - stack_of(nothing);
}

}  // namespace

TEST_CASE("a step and a new head take no more than 16 KB of the stack") {
#if HALO_ADDRESS_SANITIZER
  MESSAGE("skipped: the address sanitizer has frames of its own");
#else
  using namespace nn;
  using mlp = sequential<linear<300, 256>, relu, linear<256, 128>, relu, linear<128, 6>>;
  using cnn =
      sequential<shape<16, 16, 8>, conv2d<48, 3, 2>, relu, conv2d<64, 3>, relu, conv2d<64, 3>, relu,
                 max_pool<2>, conv2d<40, 5, 2>, flatten, linear<160, 5>>;
  using recurrent = sequential<shape<20, 30>, lstm<64, states::all>, gru<48>, linear<48, 6>>;
  std::size_t const of_mlp = stack_of_step<mlp, 64>(), of_cnn = stack_of_step<cnn, 16>();
  std::size_t const of_recurrent = stack_of_step<recurrent, 32>();
  MESSAGE("bytes: mlp ", of_mlp, ", cnn ", of_cnn, ", lstm and gru ", of_recurrent);
  CHECK(of_mlp <= 16 * 1024);
  CHECK(of_cnn <= 16 * 1024);
  CHECK(of_recurrent <= 16 * 1024);
#endif
}

// A learned optimizer can have 33 KB of numbers: the way into the adapter copies none of them.
TEST_CASE("an adapter is made without a copy of its optimizer on the stack") {
#if HALO_ADDRESS_SANITIZER
  MESSAGE("skipped: the address sanitizer has frames of its own");
#else
  struct large : optim::sgd {
    std::array<float, 10'000> numbers{};
  };
  using network = nn::sequential<nn::linear<3, 2>>;
  using device_type = adapt::adapter<network, nn::cross_entropy, large, 4>;
  auto const optimizer = std::make_unique<large>();
  std::vector<float> const parameters(network::parameters, 0.5F);
  std::unique_ptr<device_type> drawn, given;
  auto const nothing = [] {};
  std::size_t const taken = stack_of([&] {
    drawn = std::make_unique<device_type>(*optimizer, seed{1});
    given = std::make_unique<device_type>(*optimizer, parameters, seed{1});
    given->set_optimizer(*optimizer);
  });
  std::size_t const of_nothing = stack_of(nothing);
  MESSAGE("bytes: ", taken - of_nothing);
  CHECK(taken - of_nothing <= 16 * 1024);
  CHECK(drawn != nullptr);
  CHECK(given != nullptr);
#endif
}

}  // namespace adapt_stack_test
