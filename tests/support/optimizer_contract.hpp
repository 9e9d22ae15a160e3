// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What every optimizer promises, in one function.

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/io/any_field.hpp>
#include <halo/learned/program.hpp>
#include <halo/optim/optimizer.hpp>

namespace contract {

using namespace halo;

/// All bytes that make up a state, in the order of its fields.
template <class State>
std::vector<unsigned char> bytes_of(State const& s) {
  std::vector<unsigned char> all;
  io::any_record(s).each([&](field_path const&, io::any_field const& field) {
    auto const* p = reinterpret_cast<unsigned char const*>(field.bytes);
    all.insert(all.end(), p, p + field.span().size());
  });
  return all;
}

template <class State>
void restore(State& s, std::vector<unsigned char> const& all) {
  std::size_t at = 0;
  auto put = [&](field_path const&, io::any_field const& field) {
    if (field.writable && field.count > 0)
      std::memcpy(field.bytes, all.data() + at, field.span().size());
    at += field.span().size();
  };
  walk(s, io::field_visitor(put));
  REQUIRE(at == all.size());
}

/// A layout, its type forgotten.
struct plain_layout {
  std::size_t size, layers;
  std::span<parameter_info const> table;
  std::span<std::size_t const> tiles;  ///< of a learned optimizer: where each tensor's begin
  template <class Layout>
  [[nodiscard]] static plain_layout of() {
    return {Layout::size, Layout::layers, Layout::table, learned::tile_layout<Layout>::first};
  }
};

/// The bytes of a state that belong to one layer; numbers all layers share belong to none.
inline std::vector<unsigned char> bytes_of_layer(io::any_record const& state,
                                                 plain_layout const& layout, std::size_t layer) {
  std::vector<unsigned char> all;
  state.each([&](field_path const& path, io::any_field const& field) {
    std::string_view const name = path.name;
    if (name == "average") return;  // of every parameter's path, selected or not
    auto const take = [&](std::size_t begin, std::size_t count) {
      auto const each = io::size_of(field.type);
      auto const* p = reinterpret_cast<unsigned char const*>(field.bytes) + begin * each;
      all.insert(all.end(), p, p + count * each);
    };
    for (std::size_t t = 0; t < layout.table.size(); ++t) {
      auto const& info = layout.table[t];
      if (info.layer != layer) continue;
      if (name == "coordinates") {  // of a learned optimizer, in tiles
        std::size_t const each = field.count / layout.tiles.back();
        take(layout.tiles[t] * each, (layout.tiles[t + 1] - layout.tiles[t]) * each);
      } else if (field.count == layout.size) {
        take(info.offset, info.count);
      } else if (field.kind == field_kind::per_tensor) {
        std::size_t const each = field.count / layout.table.size();
        take(t * each, each);
      }
    }
  });
  return all;
}

template <class Layout, class State>
std::vector<unsigned char> bytes_of_layer(State const& s, std::size_t layer) {
  return bytes_of_layer(io::any_record(s), plain_layout::of<Layout>(), layer);
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

/// An optimizer's run, whatever the types of optimizer and state: the contract is compiled once.
template <class T>
struct run {
  virtual ~run() = default;
  virtual optim::status step(T* theta, T const* gradient,
                             optim::step_context<T> const& context = {}) = 0;
  [[nodiscard]] virtual io::any_record record() const = 0;
  virtual void restore(std::vector<unsigned char> const& all) = 0;
  /// Tells every part of the state that its numbers were written to, as a checkpoint does.
  virtual void restored() = 0;
  [[nodiscard]] std::vector<unsigned char> bytes() const {
    std::vector<unsigned char> all;
    record().each([&](field_path const&, io::any_field const& field) {
      auto const* p = reinterpret_cast<unsigned char const*>(field.bytes);
      all.insert(all.end(), p, p + field.span().size());
    });
    return all;
  }
};
template <class O, class Layout, class T>
struct run_of final : run<T> {
  using state_type = typename O::template state<Layout, T>;
  O const* rule;
  std::unique_ptr<state_type> state;
  explicit run_of(O const& of)
      : rule(&of), state(std::make_unique<state_type>(of.template init<Layout, T>())) {}
  optim::status step(T* theta, T const* gradient, optim::step_context<T> const& context) override {
    return rule->step(theta, gradient, *state, context);
  }
  [[nodiscard]] io::any_record record() const override { return io::any_record(*state); }
  void restore(std::vector<unsigned char> const& all) override { contract::restore(*state, all); }
  void restored() override {
    auto nothing = [](field_path const&, io::any_field const&) {};
    walk(*state, io::field_visitor(nothing, true));
  }
};

/// What a contract is tried on.
template <class T>
struct subject {
  plain_layout layout;
  std::function<std::unique_ptr<run<T>>()> begin;
  bool goes_down, looks_around, shares_numbers;
};

template <class T>
void keeps_the_contract(subject<T> const& of) {
  std::size_t const n = of.layout.size, layers = of.layout.layers;
  CAPTURE(n);

  SUBCASE("moves every selected parameter, down the slope, and nothing else") {
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << layers); ++bits) {
      layer_mask const mask(bits);
      CAPTURE(bits);
      auto const state = of.begin();
      auto theta = draw<T>(n, 0);
      auto const before = theta;
      auto gradient = draw<T>(n, 1);
      // what is not selected must not even be looked at
      for (auto const& info : of.layout.table) {
        if (mask[info.layer]) continue;
        for (std::size_t i = 0; i < info.count; ++i) {
          gradient[info.offset + i] = std::numeric_limits<T>::quiet_NaN();
        }
      }
      optim::step_context<T> context;
      context.mask = mask;
      auto const empty_state = state->bytes();
      auto const result = state->step(theta.data(), gradient.data(), context);
      CHECK(result == (bits == 0 ? optim::status::empty : optim::status::done));
      if (bits == 0) CHECK(state->bytes() == empty_state);
      for (auto const& info : of.layout.table) {
        for (std::size_t i = info.offset; i < info.offset + info.count; ++i) {
          if (mask[info.layer]) {
            CHECK(theta[i] != before[i]);
            if (of.goes_down) CHECK((theta[i] - before[i]) * gradient[i] < T(0));
          } else {
            CHECK(theta[i] == before[i]);
          }
        }
      }
    }
  }

  SUBCASE("the same inputs give the same bits") {
    auto run = [&] {
      auto const state = of.begin();
      auto theta = draw<T>(n, 0);
      for (std::uint64_t k = 0; k < 20; ++k) {
        auto const gradient = draw<T>(n, 1 + k);
        optim::step_context<T> context;
        context.mask = layer_mask(k % 8);
        (void)state->step(theta.data(), gradient.data(), context);
      }
      return theta;
    };
    CHECK(same_bits(run(), run()));
  }

  SUBCASE("a parameter's path does not depend on where it lies") {
    // the same number everywhere must stay the same number everywhere: registers and tails agree
    auto const state = of.begin();
    std::vector<T> theta(n, T(0.3));
    for (int k = 0; k < 5; ++k) {
      std::vector<T> const gradient(n, T(0.1) * static_cast<T>(k + 1));
      CHECK(state->step(theta.data(), gradient.data()) == optim::status::done);
    }
    for (auto const& info : of.layout.table) {
      for (std::size_t i = info.offset; i < info.offset + info.count; ++i) {
        if (of.looks_around) {
          CHECK(theta[i] == theta[info.offset]);
          CHECK(theta[i] == doctest::Approx(theta[0]).epsilon(sizeof(T) == 4 ? 1e-5 : 1e-13));
        } else {
          CHECK(theta[i] == theta[0]);
        }
      }
    }
  }

  SUBCASE("a gradient or an update that is not finite changes nothing") {
    auto const state = of.begin();
    auto theta = draw<T>(n, 0);
    auto gradient = draw<T>(n, 1);
    CHECK(state->step(theta.data(), gradient.data()) == optim::status::done);
    T const inf = std::numeric_limits<T>::infinity();
    T const nan = std::numeric_limits<T>::quiet_NaN();
    for (std::size_t at = 0; at < n; ++at) {
      for (T const bad : {inf, -inf, nan}) {
        auto const kept_theta = theta;
        auto const kept_state = state->bytes();
        auto poisoned = gradient;
        poisoned[at] = bad;
        CHECK(state->step(theta.data(), poisoned.data()) == optim::status::non_finite);
        CHECK(same_bits(theta, kept_theta));
        CHECK(state->bytes() == kept_state);
      }
    }
    // the largest finite gradients: either refused whole or finite whole
    for (T const large : {std::numeric_limits<T>::max(), -std::numeric_limits<T>::max(),
                          std::sqrt(std::numeric_limits<T>::max())}) {
      auto const kept_theta = theta;
      auto const kept_state = state->bytes();
      auto extreme = gradient;
      extreme[n - 1] = large;
      auto const result = state->step(theta.data(), extreme.data());
      if (result == optim::status::non_finite) {
        CHECK(same_bits(theta, kept_theta));
        CHECK(state->bytes() == kept_state);
      } else {
        for (T const v : theta) CHECK(std::isfinite(v));
      }
    }
  }

  SUBCASE("a skipped layer's state stands still; it later starts as at its own first step") {
    std::size_t const skipped = layers - 1;
    auto const state = of.begin();
    auto const late = of.begin();
    auto theta = draw<T>(n, 0);
    auto const start = theta;
    optim::step_context<T> others;
    others.mask = layer_mask::all(layers);
    others.mask.set(skipped, false);
    if (others.mask.empty()) return;
    auto const untouched = bytes_of_layer(state->record(), of.layout, skipped);
    for (std::uint64_t k = 0; k < 7; ++k) {
      auto const gradient = draw<T>(n, 1 + k);
      (void)state->step(theta.data(), gradient.data(), others);
    }
    CHECK(bytes_of_layer(state->record(), of.layout, skipped) == untouched);
    auto fresh = start;
    auto const gradient = draw<T>(n, 99);
    optim::step_context<T> last;
    last.mask = layer_mask::only(skipped);
    CHECK(state->step(theta.data(), gradient.data(), last) == optim::status::done);
    if (!untouched.empty()) CHECK(bytes_of_layer(state->record(), of.layout, skipped) != untouched);
    if (of.shares_numbers) return;  // what the others went through is known to all
    CHECK(late->step(fresh.data(), gradient.data(), last) == optim::status::done);
    for (auto const& info : of.layout.table) {
      if (info.layer != skipped) continue;
      for (std::size_t i = info.offset; i < info.offset + info.count; ++i) {
        CHECK(theta[i] == fresh[i]);
      }
    }
  }

  SUBCASE("a run resumed from its saved state goes on with the same bits") {
    auto const one = of.begin();
    auto theta = draw<T>(n, 0);
    std::vector<unsigned char> saved;
    std::vector<T> saved_theta;
    for (std::uint64_t k = 0; k < 12; ++k) {
      if (k == 5) {
        saved = one->bytes();
        saved_theta = theta;
      }
      auto const gradient = draw<T>(n, 1 + k);
      optim::step_context<T> context;
      context.mask = layer_mask(1 + k % 7);
      (void)one->step(theta.data(), gradient.data(), context);
    }
    auto const two = of.begin();
    two->restore(saved);
    for (std::uint64_t k = 5; k < 12; ++k) {
      auto const gradient = draw<T>(n, 1 + k);
      optim::step_context<T> context;
      context.mask = layer_mask(1 + k % 7);
      (void)two->step(saved_theta.data(), gradient.data(), context);
    }
    CHECK(same_bits(theta, saved_theta));
    CHECK(one->bytes() == two->bytes());
  }

  SUBCASE("what is derived of the state holds, whatever the masks: restored() finds nothing new") {
    auto const state = of.begin();
    auto theta = draw<T>(n, 0);
    for (std::uint64_t k = 0; k < 60; ++k) {
      auto gradient = draw<T>(n, 1 + k);
      for (T& g : gradient) g *= k % 20 == 3 ? T(1e4) : T(1e-3);
      optim::step_context<T> context;
      context.mask = k < 30 ? layer_mask(1 + k / 5) : layer_mask::all(layers);
      (void)state->step(theta.data(), gradient.data(), context);
      auto const before = state->bytes();
      state->restored();
      CHECK(state->bytes() == before);
    }
  }

  SUBCASE("finds the bottom of a bowl") {
    if (!of.goes_down) return;
    auto const state = of.begin();
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
      CHECK(state->step(theta.data(), gradient.data()) == optim::status::done);
    }
    CHECK(height() < T(0.8) * before);
  }
}

template <class O, class Layout, class T>
void keeps_the_contract() {
  static_assert(optim::optimizer<O, Layout, T>);
  O const rule{};
  INFO(std::string(O::name));
  keeps_the_contract<T>({.layout = plain_layout::of<Layout>(),
                         .begin = [&rule]() -> std::unique_ptr<run<T>> {
                           return std::make_unique<run_of<O, Layout, T>>(rule);
                         },
                         .goes_down = goes_down<O>,
                         .looks_around = looks_around<O>,
                         .shares_numbers = shares_numbers<O>});
}

}  // namespace contract
