// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Kernels on sizes that nobody chose. Cases are drawn from a fixed seed; HALO_FUZZ_SECONDS=60 runs
// for so long instead of a few cases, HALO_FUZZ_SEED=7 draws others. Numbers are small integers
// wherever sums of them are exact.

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include <halo/autodiff/planar.hpp>
#include <halo/core/random.hpp>
#include <halo/kernel/window.hpp>
#include <halo/simd/arch.hpp>

#include "support/address_sanitizer.hpp"
#include "support/numbers.hpp"

namespace support::fuzz {

/// Instruction sets and numbers: the widest of this build, and none.
#define HALO_FUZZ_MACHINES                                \
  support::machine<float, halo::simd::default_arch>,      \
      support::machine<double, halo::simd::default_arch>, \
      support::machine<float, halo::simd::scalar>

/// Exactly n numbers: the address sanitizer sees whoever touches another one; without it there are
/// canaries on both sides. One of four arrays is aligned to its numbers alone.
template <class T>
class exact {
 public:
  explicit exact(std::size_t n, std::size_t shift = 0)
      : n_(n), shift_(shift % 4), all_(new T[shift_ + n + 2 * beside]) {
    std::fill_n(all_.get(), shift_ + n + 2 * beside, canary);
  }
  [[nodiscard]] std::size_t size() const { return n_; }
  [[nodiscard]] T* data() { return all_.get() + shift_ + beside; }
  [[nodiscard]] T const* data() const { return all_.get() + shift_ + beside; }
  [[nodiscard]] T* begin() { return data(); }
  [[nodiscard]] T* end() { return data() + n_; }
  [[nodiscard]] T const* begin() const { return data(); }
  [[nodiscard]] T const* end() const { return data() + n_; }
  [[nodiscard]] T& operator[](std::size_t i) { return data()[i]; }
  [[nodiscard]] T operator[](std::size_t i) const { return data()[i]; }
  [[nodiscard]] bool kept_inside() const {
    T const* const a = all_.get();
    return std::all_of(a, a + shift_ + beside, [](T x) { return x == canary; }) &&
           std::all_of(end(), end() + beside, [](T x) { return x == canary; });
  }

 private:
  static constexpr std::size_t beside = HALO_ADDRESS_SANITIZER != 0 ? 0 : 64;
  static constexpr T canary = T(91);
  std::size_t n_, shift_;
  std::unique_ptr<T[]> all_;
};

/// What a case is made of.
class draw {
 public:
  draw(std::uint64_t seed, std::uint64_t number) : g_(halo::seed{seed}, number) {}

  [[nodiscard]] std::size_t below(std::size_t n) { return g_.bits() % n; }
  [[nodiscard]] std::size_t between(std::size_t low, std::size_t high) {
    return low + below(high - low + 1);
  }
  [[nodiscard]] bool once_in(std::size_t n) { return below(n) == 0; }
  /// 1 ... most: small ones as often as large ones, and whole registers more often than others.
  [[nodiscard]] std::size_t size(std::size_t most) {
    double const u = static_cast<double>(g_.uniform());
    auto n = static_cast<std::size_t>(std::exp(u * std::log(static_cast<double>(most) + 1)));
    if (once_in(4)) n = (n + 7) / 8 * 8;
    return std::clamp<std::size_t>(n, 1, most);
  }
  [[nodiscard]] std::size_t of(std::initializer_list<std::size_t> all) {
    return all.begin()[below(all.size())];
  }

  /// Enough room, none, or some of it.
  [[nodiscard]] exact<std::byte> room(std::size_t enough) {
    return exact<std::byte>(of({0, enough, enough, below(enough + 1)}), below(16));
  }

  /// Integers from -3 to 3.
  template <class T>
  [[nodiscard]] exact<T> integers(std::size_t n) {
    exact<T> x(n, below(16));
    for (T& e : x) e = static_cast<T>(static_cast<int>(g_.bits() % 7U) - 3);
    return x;
  }
  /// Numbers of about [-spread, spread].
  template <class T>
  [[nodiscard]] exact<T> numbers(std::size_t n, double spread = 1) {
    exact<T> x(n, below(16));
    for (T& e : x) e = static_cast<T>((static_cast<double>(g_.bits()) * 0x1p-31 - 1) * spread);
    return x;
  }

  /// A window that slides: SAME, VALID or any zeros on both sides.
  [[nodiscard]] kernel::window_axis axis(std::size_t most, std::size_t widest) {
    std::size_t const in = size(most), taps = once_in(3) ? 3 : size(widest);
    std::size_t const stride = once_in(2) ? 1 : between(1, 4);
    std::size_t const dilation = once_in(3) ? between(1, 4) : 1;
    if (once_in(2)) return kernel::window_axis::same(in, taps, stride, dilation);
    kernel::window_axis a{in, 1, taps, stride, dilation, 0};
    if (!once_in(3)) a.low = below(a.reach());
    std::size_t const high = a.low > 0 ? below(a.reach()) : 0;
    if (in + a.low + high < a.reach()) a.in = a.reach();
    a.out = (a.in + a.low + high - a.reach()) / stride + 1;
    return a;
  }

 private:
  generator g_;
};

/// Two planes of a dual number's values and tangents, or none where constant.
template <class T>
struct plane_pair {
  exact<T> value, tangent;
  bool constant = false;

  [[nodiscard]] autodiff::planar<T const> read() const {
    return {value.data(), constant ? nullptr : tangent.data()};
  }
  [[nodiscard]] autodiff::planar<T> write() { return {value.data(), tangent.data()}; }
  [[nodiscard]] bool kept_inside() const { return value.kept_inside() && tangent.kept_inside(); }
};

namespace detail {

inline std::string current;  // for reports that end the program

#if HALO_ADDRESS_SANITIZER
extern "C" void __sanitizer_set_death_callback(void (*)());
inline bool const reports = [] {
  __sanitizer_set_death_callback([] { std::fprintf(stderr, "in %s\n", current.c_str()); });
  return true;
}();
#endif

[[nodiscard]] inline double environment(char const* name, double otherwise) {
  char const* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::atof(text);
}

}  // namespace detail

/// Calls body(draw) case by case. Each of the 38 callers takes the same part of HALO_FUZZ_SECONDS.
template <class Body>
void for_each_case(char const* name, int cases, Body const& body) {
  using clock = std::chrono::steady_clock;
  auto const seed = static_cast<std::uint64_t>(detail::environment("HALO_FUZZ_SEED", 2020));
  double const share = detail::environment("HALO_FUZZ_SECONDS", 0) / 38;
  auto const begin = clock::now();
  for (int i = 0;
       share > 0 ? std::chrono::duration<double>(clock::now() - begin).count() < share : i < cases;
       ++i) {
    detail::current = std::string(name) + ", " + simd::arch_name() + ", seed " +
                      std::to_string(seed) + ", case " + std::to_string(i);
    INFO(detail::current);
    draw d(seed, static_cast<std::uint64_t>(i));
    body(d);
  }
}

/// Σ_j a_j r_j.
template <class A, class R>
[[nodiscard]] double contracted(A const* a, R const* r, std::size_t n) {
  double sum = 0;
  for (std::size_t j = 0; j < n; ++j) sum += static_cast<double>(a[j]) * static_cast<double>(r[j]);
  return sum;
}

}  // namespace support::fuzz
