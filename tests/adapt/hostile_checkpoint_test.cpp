// SPDX-License-Identifier: BSD-3-Clause
// What a file says that is not of this device's making: refused, or harmless for ever after.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/learned/halo_rule.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/horizon_rule.hpp>
#include <halo/learned/rnnprop.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim.hpp>

#include "../support/device.hpp"

namespace adapt_hostile_checkpoint_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<2, 2>, nn::tanh, nn::linear<2, 1>>;

template <class Device>
bool go(Device& d, int steps) {
  std::array<float, 8> const x{1, -2, 0.5F, 0.25F, -1, 3, 2, 2};
  std::array<float, 4> const t{0.5F, 1.5F, -1, 0};
  for (int i = 0; i < steps; ++i) {
    auto const r = d.step(x, t);
    if (r.status != optim::status::done) continue;
    for (float const theta : d.parameters())
      if (!std::isfinite(theta)) return false;
  }
  return true;
}

template <class T>
std::vector<T> extremes() {
  using limits = std::numeric_limits<T>;
  if constexpr (std::is_integral_v<T>)
    return {T(0),          T(1),
            limits::max(), static_cast<T>(limits::max() - 1),
            limits::min(), static_cast<T>(limits::max() / 2)};
  else
    return {T(0), limits::max(), -limits::max(),       T(1e19), T(-1e19),
            T(1), T(-1),         limits::denorm_min(), T(1e10)};
}

/// One element of a tensor, or all of them, changed and the file signed anew.
template <class T>
io::safetensors changed(io::safetensors const& file, std::size_t tensor, std::size_t element,
                        bool all, T value) {
  std::vector<io::tensor_view> tensors(file.tensors().begin(), file.tensors().end());
  std::vector<T> values(tensors[tensor].size());
  tensors[tensor].copy_to(std::span<T>(values));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (all || i == element) values[i] = value;
  tensors[tensor].bytes = std::as_bytes(std::span(values));
  std::vector<io::metadata_entry> metadata(file.metadata().begin(), file.metadata().end());
  std::erase_if(metadata, [](auto const& e) { return e.key == io::checksum_key; });
  std::string const sum = io::checksum(tensors, metadata);
  metadata.push_back({io::checksum_key, sum});
  return io::parse_safetensors(io::write_safetensors(tensors, metadata).span(), "hostile");
}

template <class Optimizer, class Policy = optim::policy_of<Optimizer>>
void survives() {
  using device = adapt::adapter<network, nn::mean_square, Optimizer, 4, Policy>;
  INFO(std::string(Optimizer::name));
  auto const first = std::make_unique<device>(Optimizer{}, seed{4});
  go(*first, 3);
  auto const file = io::parse_safetensors(adapt::write(*first).span(), "good");
  auto const second = std::make_unique<device>(Optimizer{}, seed{1});
  auto const fresh = support::bytes_of(*second);
  std::size_t accepted = 0;
  auto const each = [&]<class T>(std::size_t tensor, T) {
    CAPTURE(std::string(file.tensors()[tensor].name));
    std::size_t const n = file.tensors()[tensor].size();
    for (T const value : extremes<T>())
      for (std::size_t const element : {std::size_t{0}, n / 2, n}) {
        CAPTURE(value);
        CAPTURE(element);
        support::set_bytes(*second, fresh);
        try {
          adapt::resume(changed(file, tensor, element, element == n, value), *second);
        } catch (halo::error const&) {
          CHECK(support::bytes_of(*second) == fresh);
          continue;
        }
        ++accepted;
        CHECK(go(*second, 50));
      }
  };
  for (std::size_t i = 0; i < file.tensors().size(); ++i) {
    switch (file.tensors()[i].type) {
      case io::dtype::f32:
        each(i, float{});
        break;
      case io::dtype::f64:
        each(i, double{});
        break;
      case io::dtype::u8:
        each(i, std::uint8_t{});
        break;
      case io::dtype::u32:
        each(i, std::uint32_t{});
        break;
      case io::dtype::u64:
        each(i, std::uint64_t{});
        break;
      default:
        FAIL("a type that this test does not know");
    }
  }
  CHECK(accepted > 20);
}

/// A file in which every number of a coordinate that is not below 0 is -1, one after another.
template <class Optimizer>
void refuses_negative_squares() {
  using device = adapt::adapter<network, nn::mean_square, Optimizer, 4>;
  using program = typename Optimizer::program_type;
  auto const d = std::make_unique<device>(Optimizer{}, seed{4});
  go(*d, 3);
  auto const before = support::bytes_of(*d);
  auto const file = io::parse_safetensors(adapt::write(*d).span(), "good");
  std::size_t refused = 0;
  for (std::size_t t = 0; t < file.tensors().size(); ++t) {
    if (file.tensors()[t].name.find("coordinates") == std::string_view::npos) continue;
    for (std::size_t k = 0; k < program::state; ++k) {
      if (program::range_of(k).contains(-1)) continue;
      auto const bad = changed(file, t, k * learned::tile_lanes, false, -1.0F);
      CHECK_THROWS_AS(adapt::resume(bad, *d), halo::error);
      CHECK(support::bytes_of(*d) == before);
      ++refused;
    }
  }
  CHECK(refused > 0);
}

/// Steps on features and targets of any finite size, without a guard: done ones leave what is
/// finite and can be saved.
template <class Optimizer>
void survives_any_examples() {
  using device = adapt::adapter<network, nn::mean_square, Optimizer, 4>;
  INFO(std::string(Optimizer::name));
  for (float const size : {1e3F, 1e8F, 1e13F, 1e15F, 1e17F, 1e18F, 1e19F, 1e25F, 1e38F}) {
    CAPTURE(size);
    auto const d = std::make_unique<device>(Optimizer{}, seed{4});
    d->set_guard(optim::guard::off());
    for (int i = 0; i < 20; ++i) {
      std::array<float, 8> const x{size, -size, 0.5F, 0.25F, -1, size, 2, 2};
      std::array<float, 4> const t{0.5F, size, -size, 0};
      (void)d->step(x, i % 2 == 0 ? t : std::array<float, 4>{});
      CHECK(go(*d, 1));
    }
    CHECK_NOTHROW((void)adapt::write(*d));
  }
}

}  // namespace

TEST_CASE("checkpoint: no file makes a step that is done infinite") {
  survives<optim::sgd>();
  survives<optim::momentum>();
  survives<optim::adagrad>();
  survives<optim::rmsprop>();
  survives<optim::adam>();
  survives<optim::averaged<optim::clipped<optim::adam>>, optim::gated<>>();
}

TEST_CASE("checkpoint: no file makes a step of a learned optimizer infinite") {
  survives<learned::halo_rule>();
  survives<learned::horizon_rule<>>();
}

TEST_CASE("learned optimizers: examples of any size are refused, or harmless") {
  survives_any_examples<learned::halo_rule>();
  survives_any_examples<learned::horizon_rule<>>();
}

TEST_CASE("checkpoint: a mean of squares below 0 is refused, whatever optimizer keeps it") {
  refuses_negative_squares<learned::horizon_rule<>>();
  refuses_negative_squares<learned::rnnprop<learned::rnnprop_options{.units = 2}>>();
  refuses_negative_squares<learned::hierarchical_rnn<learned::hierarchical_options{
      .units = 2, .tensor_units = 2, .global_units = 2, .scales = 2}>>();
}

}  // namespace adapt_hostile_checkpoint_test
