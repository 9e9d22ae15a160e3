// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Numbers that say what is done with them: a pointer halo's layers run on as they run on float*,
// which notes every number that comes in and goes out, with products and convolutions in plain
// loops that count each multiplication, and registers that count each function.

#include <cstddef>
#include <cstdint>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include <halo/core/cost.hpp>
#include <halo/kernel/conv2d_panel.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/nn/layer_traits.hpp>
#include <halo/simd/math.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

namespace support {

using namespace halo;

/// What was done since clear().
struct ledger {
  std::uint64_t multiply_adds = 0, functions = 0;
  std::set<float const*> read, written;
  float const *scratch = nullptr, *scratch_end = nullptr;  // not looked at

  void clear() {
    multiply_adds = functions = 0;
    read.clear(), written.clear();
  }
  [[nodiscard]] bool ignores(float const* p) const { return p >= scratch && p < scratch_end; }
  void reads(float const* p) {
    if (!ignores(p) && !written.contains(p)) read.insert(p);
  }
  void writes(float const* p) {
    if (!ignores(p)) written.insert(p);
  }
  [[nodiscard]] cost total() const {
    return {multiply_adds, functions, read.size(), written.size()};
  }
};
inline ledger traced_ledger;

/// A register of which so many lanes count.
struct traced_register {
  using native = simd::batch<float>;
  using value_type = float;
  using mask = native::mask;
  using arch = simd::default_arch;
  static constexpr std::size_t size = native::size;
  native lanes;
  std::size_t count = 0;

  traced_register() = default;
  traced_register(native v, std::size_t n) : lanes(v), count(n) {}
  traced_register(native constant) : lanes(constant) {}  // targets, which nobody watches
  template <class S>
  explicit traced_register(S v)
    requires(std::is_arithmetic_v<S>)
      : lanes(static_cast<float>(v)) {}

  using R = traced_register;
  static std::size_t more(R const& a, R const& b) { return a.count > b.count ? a.count : b.count; }
  /// A function of it was taken.
  R noted(native v) const {
    traced_ledger.functions += count;
    return {v, count};
  }
  friend R operator+(R a, R b) { return {a.lanes + b.lanes, more(a, b)}; }
  friend R operator-(R a, R b) { return {a.lanes - b.lanes, more(a, b)}; }
  friend R operator*(R a, R b) { return {a.lanes * b.lanes, more(a, b)}; }
  friend R operator/(R a, R b) { return R(a.lanes, more(a, b)).noted(a.lanes / b.lanes); }
  friend R operator-(R a) { return {-a.lanes, a.count}; }
  R& operator+=(R b) { return *this = *this + b; }
  friend mask operator<(R a, R b) { return a.lanes < b.lanes; }
  friend mask operator<=(R a, R b) { return a.lanes <= b.lanes; }
  friend mask operator>(R a, R b) { return a.lanes > b.lanes; }
  friend mask operator>=(R a, R b) { return a.lanes >= b.lanes; }
  friend mask operator==(R a, R b) { return a.lanes == b.lanes; }
  R& operator*=(R b) { return *this = *this * b; }
  R& operator-=(R b) { return *this = *this - b; }
  friend mask operator!=(R a, R b) { return a.lanes != b.lanes; }
  friend R fma(R a, R b, R c) { return a * b + c; }
  friend R fnma(R a, R b, R c) { return c - a * b; }
  friend R sqrt(R a) { return a.noted(sqrt(a.lanes)); }
  friend R abs(R a) { return {abs(a.lanes), a.count}; }
  friend R min(R a, R b) { return {min(a.lanes, b.lanes), more(a, b)}; }
  friend R select(mask m, R a, R b) { return {select(m, a.lanes, b.lanes), more(a, b)}; }
  friend R max(R a, R b) { return {max(a.lanes, b.lanes), more(a, b)}; }
  [[nodiscard]] float get(std::size_t lane) const { return lanes.get(lane); }
  friend float lane_sum(R a) { return lane_sum(a.lanes); }
  friend R exp(R a) { return a.noted(simd::exp(a.lanes)); }
  friend R log(R a) { return a.noted(simd::log(a.lanes)); }
  friend R tanh(R a) { return a.noted(simd::tanh(a.lanes)); }
  friend R sigmoid(R a) { return a.noted(simd::sigmoid(a.lanes)); }
};

/// Where lane i of a chunk lies.
template <class Chunk>
std::size_t place_of(Chunk const& chunk, std::size_t i) {
  if constexpr (requires { chunk.stride; })
    return chunk.begin + i * chunk.stride;
  else
    return chunk.begin + i;
}

/// Points to numbers that are watched.
template <class T>
struct traced {
  T* value = nullptr;

  traced() = default;
  traced(std::nullptr_t) noexcept {}
  explicit traced(T* p) noexcept : value(p) {}
  template <class U>
  traced(traced<U> other) noexcept
    requires(std::is_same_v<T, U const>)
      : value(other.value) {}
  explicit operator bool() const noexcept { return value != nullptr; }
  friend traced operator+(traced p, std::size_t n) noexcept { return traced(p.value + n); }
  traced& operator+=(std::size_t n) noexcept { return *this = *this + n; }
  friend bool operator==(traced a, traced b) noexcept { return a.value == b.value; }
  friend bool operator==(traced p, std::nullptr_t) noexcept { return p.value == nullptr; }

  [[nodiscard]] float read(std::size_t i) const {
    traced_ledger.reads(value + i);
    return value[i];
  }
  void write(std::size_t i, float v) const {
    traced_ledger.writes(value + i);
    value[i] = v;
  }
  friend float read_element(traced p, std::size_t i) { return p.read(i); }
  friend void write_element(traced p, std::size_t i, float v) { p.write(i, v); }
  template <class Chunk>
  friend traced_register load_chunk(traced p, Chunk chunk) {
    for (std::size_t i = 0; i < chunk.count(); ++i)
      traced_ledger.reads(p.value + place_of(chunk, i));
    return {chunk.load(static_cast<float const*>(p.value)), chunk.count()};
  }
  template <class Chunk>
  friend void store_chunk(traced p, Chunk chunk, traced_register v) {
    for (std::size_t i = 0; i < chunk.count(); ++i)
      traced_ledger.writes(p.value + place_of(chunk, i));
    chunk.store(p.value, v.lanes);
  }
};

/// Applies what a kernel ends with to a number.
template <class Activation>
float finished(Activation const& act, float x) {
  if constexpr (std::is_same_v<Activation, kernel::no_activation>)
    return x;
  else
    return act(traced_register(simd::batch<float>(x), 1)).lanes.get(0);
}

inline float multiplied(float sum, float a, float b) {
  ++traced_ledger.multiply_adds;
  return sum + a * b;
}

template <class Arch = simd::default_arch, class Activation = kernel::no_activation>
void gemm(std::size_t m, std::size_t n, std::size_t k, kernel::operand<traced<float const>> a,
          kernel::operand<traced<float const>> b, traced<float> c, std::size_t ldc,
          kernel::start from = kernel::start::zero, traced<float const> bias = nullptr,
          Activation const& act = {}, kernel::room = {}) {
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      float sum = from == kernel::start::zero   ? 0
                  : from == kernel::start::bias ? bias.read(j)
                                                : c.read(i * ldc + j);
      for (std::size_t q = 0; q < k; ++q)
        sum = multiplied(sum, a.data.read(a.transposed ? q * a.stride + i : i * a.stride + q),
                         b.data.read(b.transposed ? j * b.stride + q : q * b.stride + j));
      c.write(i * ldc + j, finished(act, sum));
    }
}

/// Calls visit(x, w, y) with the places of each product of a convolution of one image; x is beyond
/// the image where it is a zero beside it.
template <class Visit>
void each_product(kernel::conv2d_geometry const& g, Visit visit) {
  std::size_t const in = g.group_in(), out = g.group_out(), nowhere = g.input_size();
  for (std::size_t row = 0; row < g.y.out; ++row)
    for (std::size_t column = 0; column < g.x.out; ++column)
      for (std::size_t o = 0; o < g.out; ++o)
        for (std::size_t i = 0; i < g.y.kernel; ++i)
          for (std::size_t j = 0; j < g.x.kernel; ++j)
            for (std::size_t c = 0; c < in; ++c) {
              std::size_t const r = row * g.y.stride + i * g.y.dilation - g.y.low;
              std::size_t const q = column * g.x.stride + j * g.x.dilation - g.x.low;
              bool const there = r < g.y.in && q < g.x.in;  // before it a number wraps
              visit(there ? (r * g.x.in + q) * g.in + o / out * in + c : nowhere,
                    ((i * g.x.kernel + j) * in + c) * g.out + o,
                    (row * g.x.out + column) * g.out + o);
            }
}

template <class Arch = simd::default_arch, class Activation = kernel::no_activation>
void conv2d_forward(std::size_t images, kernel::conv2d_geometry const& g, traced<float const> x,
                    traced<float const> w, traced<float> y, kernel::start from,
                    traced<float const> bias, Activation const& act = {}, kernel::room = {}) {
  for (std::size_t m = 0; m < images; ++m, x += g.input_size(), y += g.output_size()) {
    std::vector<float> sum(g.output_size());
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] = from == kernel::start::bias ? bias.read(i % g.out) : 0;
    each_product(g, [&](std::size_t i, std::size_t j, std::size_t k) {
      sum[k] = multiplied(sum[k], i < g.input_size() ? x.read(i) : 0, w.read(j));
    });
    for (std::size_t i = 0; i < sum.size(); ++i) y.write(i, finished(act, sum[i]));
  }
}
inline void conv2d_backward_data(std::size_t images, kernel::conv2d_geometry const& g,
                                 traced<float const> dy, traced<float const> w, traced<float> dx,
                                 kernel::start, kernel::room = {}) {
  for (std::size_t m = 0; m < images; ++m, dx += g.input_size(), dy += g.output_size()) {
    std::vector<float> sum(g.input_size() + 1);
    each_product(g, [&](std::size_t i, std::size_t j, std::size_t k) {
      sum[i] = multiplied(sum[i], dy.read(k), w.read(j));
    });
    for (std::size_t i = 0; i < g.input_size(); ++i) dx.write(i, sum[i]);
  }
}
inline void conv2d_backward_weights(std::size_t images, kernel::conv2d_geometry const& g,
                                    traced<float const> x, traced<float const> dy, traced<float> dw,
                                    kernel::start, kernel::room = {}) {
  std::vector<float> sum(g.weights());
  for (std::size_t m = 0; m < images; ++m, x += g.input_size(), dy += g.output_size())
    each_product(g, [&](std::size_t i, std::size_t j, std::size_t k) {
      sum[j] = multiplied(sum[j], i < g.input_size() ? x.read(i) : 0, dy.read(k));
    });
  for (std::size_t i = 0; i < sum.size(); ++i) dw.write(i, sum[i]);
}

/// What a layer did on one of its ways.
struct traced_way {
  char const* kind;
  bool back;
  cost found;
};
inline std::vector<traced_way> traced_ways;

/// Runs f as one way of a layer.
template <class F>
decltype(auto) trace(char const* kind, bool back, F f) {
  struct end {
    char const* kind;
    bool back;
    ~end() { traced_ways.push_back({kind, back, traced_ledger.total()}); }
  } const at_end{kind, back};
  traced_ledger.clear();
  if (!back) traced_ledger.scratch = traced_ledger.scratch_end = nullptr;
  return f();
}

/// A layer whose ways are traced.
template <class L>
struct watched : L {
  template <class X, class C, class P>
  static void forward(nn::pass const& p, C theta, C x, P y, P memory) {
    trace(L::kind, false, [&] { L::template forward<X>(p, theta, x, y, memory); });
  }
  template <class X, class P>
  static auto backward(nn::pass const& p, nn::backward_arguments<P> const& a) {
    traced_ledger.scratch = traced_ledger.scratch_end = simd::values_of(a.scratch);
    if (a.scratch) traced_ledger.scratch_end += nn::detail::scratch_of<L, X>() * p.capacity;
    return trace(L::kind, true, [&] { return L::template backward<X>(p, a); });
  }
};
/// The same of one that applies the function of the layer behind it.
template <class L>
struct watched_activating : watched<L> {
  template <class X, class C, class P, class F>
  static void forward_activated(nn::pass const& p, C theta, C x, P y, F f) {
    trace(L::kind, false, [&] { L::template forward_activated<X>(p, theta, x, y, f); });
  }
};

}  // namespace support

template <class T>
struct halo::simd::pointer_traits<support::traced<T>> {
  using scalar = float;
  using element = float;
  template <class Arch>
  using register_of = support::traced_register;
  using const_pointer = support::traced<float const>;
  using mutable_pointer = support::traced<float>;
};
