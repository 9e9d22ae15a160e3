// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What every optimizer promises, in one function.

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/learned/program.hpp>
#include <halo/optim/optimizer.hpp>

namespace contract {

using namespace halo;

/// All bytes that make up a state, in the order of its fields.
template <class State>
std::vector<unsigned char> bytes_of(State& s) {
  std::vector<unsigned char> all;
  walk(s, [&](field_path const&, auto const& field) {
    auto const* p = reinterpret_cast<unsigned char const*>(field.values.data());
    for (std::size_t i = 0; i < field.values.size_bytes(); ++i) all.push_back(p[i]);
  });
  return all;
}

template <class State>
void restore(State& s, std::vector<unsigned char> const& all) {
  std::size_t at = 0;
  walk(s, [&]<class U>(field_path const&, recorded_field<U> const& field) {
    if constexpr (!std::is_const_v<U>)
      std::memcpy(field.values.data(), all.data() + at, field.values.size_bytes());
    at += field.values.size_bytes();
  });
  REQUIRE(at == all.size());
}

/// Tells every part of a state that its numbers were written to, as a checkpoint does.
struct restoring {
  template <class U>
  void operator()(field_path const&, recorded_field<U> const&) const noexcept {}
  template <class V>
  void leave(V& part) const noexcept {
    if constexpr (requires { part.restored(); }) part.restored();
  }
};

/// The bytes of a state that belong to one layer; numbers all layers share belong to none.
template <class Layout, class State>
std::vector<unsigned char> bytes_of_layer(State& s, std::size_t layer) {
  std::vector<unsigned char> all;
  walk(s, [&](field_path const& path, auto const& field) {
    std::string_view const name = path.name;
    auto const span = field.values;
    if (name == "average") return;  // of every parameter's path, selected or not
    auto const take = [&](std::size_t begin, std::size_t count) {
      auto const part = span.subspan(begin, count);
      auto const* p = reinterpret_cast<unsigned char const*>(part.data());
      for (std::size_t i = 0; i < part.size_bytes(); ++i) all.push_back(p[i]);
    };
    for (std::size_t t = 0; t < Layout::tensors; ++t) {
      auto const& info = Layout::table[t];
      if (info.layer != layer) continue;
      if (name == "coordinates") {  // of a learned optimizer, in tiles
        using tiles = learned::tile_layout<Layout>;
        std::size_t const each = span.size() / tiles::all;
        take(tiles::first[t] * each, (tiles::first[t + 1] - tiles::first[t]) * each);
      } else if (span.size() == Layout::size) {
        take(info.offset, info.count);
      } else if (field.kind == field_kind::per_tensor) {
        std::size_t const each = span.size() / Layout::tensors;
        take(t * each, each);
      }
    }
  });
  return all;
}

template <class T>
bool same_bits(std::vector<T> const& a, std::vector<T> const& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T>
std::vector<T> draw(std::size_t n, std::uint64_t stream) {
  generator g(seed{20}, stream);
  std::vector<T> x(n);
  for (T& v : x) v = static_cast<T>(g.normal());
  return x;
}

/// False for the few that were never told to: a learned optimizer with untrained weights.
template <class O>
inline constexpr bool goes_down = true;

/// The coordinates of a tensor hear of each other, so that the order of a sum shows.
template <class O>
concept looks_around = O::program_type::sums > 0;
/// The layers hear of each other.
template <class O>
concept shares_numbers = O::program_type::global_state > 0;

template <class O, class Layout, class T>
void keeps_the_contract() {
  static_assert(optim::optimizer<O, Layout, T>);
  O const rule{};
  constexpr std::size_t n = Layout::size;
  INFO(std::string(O::name));
  CAPTURE(n);

  SUBCASE("moves every selected parameter, down the slope, and nothing else") {
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << Layout::layers); ++bits) {
      layer_mask const mask(bits);
      CAPTURE(bits);
      auto state = rule.template init<Layout, T>();
      auto theta = draw<T>(n, 0);
      auto const before = theta;
      auto gradient = draw<T>(n, 1);
      // what is not selected must not even be looked at
      for (auto const& info : Layout::table) {
        if (mask[info.layer]) continue;
        for (std::size_t i = 0; i < info.count; ++i) {
          gradient[info.offset + i] = std::numeric_limits<T>::quiet_NaN();
        }
      }
      optim::step_context<T> context;
      context.mask = mask;
      auto const empty_state = bytes_of(state);
      auto const result = rule.step(theta.data(), gradient.data(), state, context);
      CHECK(result == (bits == 0 ? optim::status::empty : optim::status::done));
      if (bits == 0) CHECK(bytes_of(state) == empty_state);
      for (auto const& info : Layout::table) {
        for (std::size_t i = info.offset; i < info.offset + info.count; ++i) {
          if (mask[info.layer]) {
            CHECK(theta[i] != before[i]);
            if (goes_down<O>) CHECK((theta[i] - before[i]) * gradient[i] < T(0));
          } else {
            CHECK(theta[i] == before[i]);
          }
        }
      }
    }
  }

  SUBCASE("the same inputs give the same bits") {
    auto run = [&] {
      auto state = rule.template init<Layout, T>();
      auto theta = draw<T>(n, 0);
      for (std::uint64_t k = 0; k < 20; ++k) {
        auto const gradient = draw<T>(n, 1 + k);
        optim::step_context<T> context;
        context.mask = layer_mask(k % 8);
        (void)rule.step(theta.data(), gradient.data(), state, context);
      }
      return theta;
    };
    CHECK(same_bits(run(), run()));
  }

  SUBCASE("a parameter's path does not depend on where it lies") {
    // the same number everywhere must stay the same number everywhere: registers and tails agree
    auto state = rule.template init<Layout, T>();
    std::vector<T> theta(n, T(0.3));
    for (int k = 0; k < 5; ++k) {
      std::vector<T> const gradient(n, T(0.1) * static_cast<T>(k + 1));
      CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::done);
    }
    for (auto const& info : Layout::table) {
      for (std::size_t i = info.offset; i < info.offset + info.count; ++i) {
        if constexpr (looks_around<O>) {
          CHECK(theta[i] == theta[info.offset]);
          CHECK(theta[i] == doctest::Approx(theta[0]).epsilon(sizeof(T) == 4 ? 1e-5 : 1e-13));
        } else {
          CHECK(theta[i] == theta[0]);
        }
      }
    }
  }

  SUBCASE("a gradient or an update that is not finite changes nothing") {
    auto state = rule.template init<Layout, T>();
    auto theta = draw<T>(n, 0);
    auto gradient = draw<T>(n, 1);
    CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::done);
    T const inf = std::numeric_limits<T>::infinity();
    T const nan = std::numeric_limits<T>::quiet_NaN();
    for (std::size_t at = 0; at < n; ++at) {
      for (T const bad : {inf, -inf, nan}) {
        auto const kept_theta = theta;
        auto const kept_state = bytes_of(state);
        auto poisoned = gradient;
        poisoned[at] = bad;
        CHECK(rule.step(theta.data(), poisoned.data(), state) == optim::status::non_finite);
        CHECK(same_bits(theta, kept_theta));
        CHECK(bytes_of(state) == kept_state);
      }
    }
    // the largest finite gradients: either refused whole or finite whole
    for (T const large : {std::numeric_limits<T>::max(), -std::numeric_limits<T>::max(),
                          std::sqrt(std::numeric_limits<T>::max())}) {
      auto const kept_theta = theta;
      auto const kept_state = bytes_of(state);
      auto extreme = gradient;
      extreme[n - 1] = large;
      auto const result = rule.step(theta.data(), extreme.data(), state);
      if (result == optim::status::non_finite) {
        CHECK(same_bits(theta, kept_theta));
        CHECK(bytes_of(state) == kept_state);
      } else {
        for (T const v : theta) CHECK(std::isfinite(v));
      }
    }
  }

  SUBCASE("a skipped layer's state stands still; it later starts as at its own first step") {
    constexpr std::size_t skipped = Layout::layers - 1;
    auto state = rule.template init<Layout, T>();
    auto late = rule.template init<Layout, T>();
    auto theta = draw<T>(n, 0);
    auto const start = theta;
    optim::step_context<T> others;
    others.mask = layer_mask::all(Layout::layers);
    others.mask.set(skipped, false);
    if (others.mask.empty()) return;
    auto const untouched = bytes_of_layer<Layout>(state, skipped);
    for (std::uint64_t k = 0; k < 7; ++k) {
      auto const gradient = draw<T>(n, 1 + k);
      (void)rule.step(theta.data(), gradient.data(), state, others);
    }
    CHECK(bytes_of_layer<Layout>(state, skipped) == untouched);
    auto fresh = start;
    auto const gradient = draw<T>(n, 99);
    optim::step_context<T> last;
    last.mask = layer_mask::only(skipped);
    CHECK(rule.step(theta.data(), gradient.data(), state, last) == optim::status::done);
    if (!untouched.empty()) CHECK(bytes_of_layer<Layout>(state, skipped) != untouched);
    if constexpr (shares_numbers<O>) return;  // what the others went through is known to all
    CHECK(rule.step(fresh.data(), gradient.data(), late, last) == optim::status::done);
    for (auto const& info : Layout::table) {
      if (info.layer != skipped) continue;
      for (std::size_t i = info.offset; i < info.offset + info.count; ++i) {
        CHECK(theta[i] == fresh[i]);
      }
    }
  }

  SUBCASE("a run resumed from its saved state goes on with the same bits") {
    auto one = rule.template init<Layout, T>();
    auto theta = draw<T>(n, 0);
    std::vector<unsigned char> saved;
    std::vector<T> saved_theta;
    for (std::uint64_t k = 0; k < 12; ++k) {
      if (k == 5) {
        saved = bytes_of(one);
        saved_theta = theta;
      }
      auto const gradient = draw<T>(n, 1 + k);
      optim::step_context<T> context;
      context.mask = layer_mask(1 + k % 7);
      (void)rule.step(theta.data(), gradient.data(), one, context);
    }
    auto two = rule.template init<Layout, T>();
    restore(two, saved);
    for (std::uint64_t k = 5; k < 12; ++k) {
      auto const gradient = draw<T>(n, 1 + k);
      optim::step_context<T> context;
      context.mask = layer_mask(1 + k % 7);
      (void)rule.step(saved_theta.data(), gradient.data(), two, context);
    }
    CHECK(same_bits(theta, saved_theta));
    CHECK(bytes_of(one) == bytes_of(two));
  }

  SUBCASE("what is derived of the state holds, whatever the masks: restored() finds nothing new") {
    auto state = rule.template init<Layout, T>();
    auto theta = draw<T>(n, 0);
    for (std::uint64_t k = 0; k < 60; ++k) {
      auto gradient = draw<T>(n, 1 + k);
      for (T& g : gradient) g *= k % 20 == 3 ? T(1e4) : T(1e-3);
      optim::step_context<T> context;
      context.mask = layer_mask(k < 30 ? 1 + k / 5 : 7);
      (void)rule.step(theta.data(), gradient.data(), state, context);
      auto const before = bytes_of(state);
      walk(state, restoring{});
      CHECK(bytes_of(state) == before);
    }
  }

  SUBCASE("finds the bottom of a bowl") {
    if (!goes_down<O>) return;
    auto state = rule.template init<Layout, T>();
    auto theta = draw<T>(n, 0);
    auto const height = [&] {
      T sum(0);
      for (T const v : theta) sum += v * v;
      return sum;
    };
    T const before = height();
    for (int k = 0; k < 200; ++k) {
      std::vector<T> gradient(n);
      for (std::size_t i = 0; i < n; ++i) gradient[i] = T(2) * theta[i];
      CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::done);
    }
    CHECK(height() < T(0.8) * before);
  }
}

}  // namespace contract
