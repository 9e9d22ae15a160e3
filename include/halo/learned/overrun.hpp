// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <halo/learned/facts.hpp>
#include <halo/learned/pass.hpp>
#include <halo/learned/program_traits.hpp>
#include <halo/simd/batch.hpp>

namespace halo::learned {

namespace detail {

/// A reader that knows how many numbers there are, and remembers that more were wanted.
template <class V, class W>
class counting_reader {
 public:
  using value_type = V;
  counting_reader(std::span<W const> weights, std::span<double const> row, bool& outside) noexcept
      : weights_(weights), row_(row), outside_(&outside) {}

  [[nodiscard]] V weight(std::size_t i) const noexcept { return one(weights_, i); }
  [[nodiscard]] V row(std::size_t i) const noexcept { return one(row_, i); }
  template <std::size_t In, std::size_t Out>
  void affine(V const* x, std::size_t w, std::size_t b, V* y) const noexcept {
    product<In, Out>(x, w, y);
    for (std::size_t j = 0; j < Out; ++j) y[j] = y[j] + weight(b + j);
  }
  template <std::size_t In, std::size_t Out>
  void linear(V const* x, std::size_t w, V* y) const noexcept {
    product<In, Out>(x, w, y);
  }
  template <std::size_t In, std::size_t Out>
  void affine_row(V const* x, std::size_t w, std::size_t b, V* y) const noexcept {
    product<In, Out>(x, w, y);
    for (std::size_t j = 0; j < Out; ++j) y[j] = y[j] + row(b + j);
  }

 private:
  template <class N>
  [[nodiscard]] V one(std::span<N const> from, std::size_t i) const noexcept {
    if (i < from.size()) return V(static_cast<double>(from[i]));
    *outside_ = true;
    return V(0.0);
  }
  template <std::size_t In, std::size_t Out>
  void product(V const* x, std::size_t w, V* y) const noexcept {
    for (std::size_t j = 0; j < Out; ++j) {
      V sum(0.0);
      for (std::size_t i = 0; i < In; ++i) sum = sum + x[i] * weight(w + i * Out + j);
      y[j] = sum;
    }
  }

  std::span<W const> weights_;
  std::span<double const> row_;
  bool* outside_;
};

/// N numbers between others that nobody may touch.
template <class V, std::size_t N>
struct fenced {
  static constexpr std::size_t fence = 64;
  std::array<V, N + 2 * fence> all;
  double filled;

  explicit fenced(double outside) noexcept : filled(outside) { all.fill(V(outside)); }
  fenced(double outside, double inside) noexcept : fenced(outside) {
    for (std::size_t k = 0; k != N; ++k) data()[k] = V(inside);
  }
  [[nodiscard]] V* data() noexcept { return all.data() + fence; }
  [[nodiscard]] V const* seen() noexcept { return data(); }
  [[nodiscard]] bool intact() const noexcept {
    bool same = true;
    for (std::size_t k = 0; k < fence; ++k)
      for (V const& x : {all[k], all[fence + N + k]}) same = same && number_in(x) == filled;
    return same;
  }
  static double number_in(double x) noexcept { return x; }
  template <class T, class Arch>
  static double number_in(simd::batch<T, Arch> const& x) noexcept {
    return static_cast<double>(lane_sum(x));
  }
  void report(double*& to) const noexcept {
    for (std::size_t k = 0; k != N; ++k) *to++ = number_in(all[fence + k]);
  }
};

/// A step of a program on one coordinate of one tensor, with `fill` around and for all that nobody
/// has written yet; the first of its arrays that it left, or null.
template <class P, class W>
[[nodiscard]] char const* step_on_one(std::span<W const> weights, double fill,
                                      double* to) noexcept {
  using lane = simd::batch<double, simd::scalar>;
  bool outside = false;
  counting_reader<double, W> const r(weights, {}, outside);
  facts<double> f;
  f.elements = f.parameters = f.tensors = 1;
  f.loss = f.rows = f.horizon = 2;
  fenced<lane, P::state> state(fill, 0.5);
  fenced<lane, P::carry> carry(fill);
  fenced<lane, P::sums> sums(fill);
  fenced<double, P::state> coordinate(fill, 0);
  fenced<double, P::tensor_state> tensor(fill, 0), total(fill);
  fenced<double, P::global_state> global(fill, 0);
  fenced<double, P::overview> overview(fill, 0);
  fenced<double, P::context> context(fill, 0);
  fenced<double, P::sums> mean(fill);
  fenced<double, P::decision> decision(fill, 0);

  P::initial(r, f, coordinate.data(), tensor.data(), global.data());
  for (std::size_t k = 0; k != P::state; ++k) state.data()[k] = lane(coordinate.data()[k]);
  for (std::size_t k = 0; k != P::tensor_state; ++k) total.data()[k] = tensor.data()[k];
  P::survey(r, f, total.seen(), global.seen(), overview.data());
  P::prepare(r, f, tensor.seen(), global.seen(), overview.seen(), context.data());
  counting_reader<lane, W> const observing(weights, {context.data(), P::context}, outside);
  P::observe(observing, lane(0.5), lane(0.25), state.data(), carry.data(), sums.data());
  for (std::size_t k = 0; k != P::sums; ++k)
    mean.data()[k] = fenced<lane, P::sums>::number_in(sums.data()[k]);
  P::decide(r, f, mean.seen(), tensor.data(), global.seen(), decision.data());
  for (std::size_t k = 0; k != P::tensor_state; ++k) total.data()[k] = tensor.data()[k];
  P::conclude(r, f, total.seen(), tensor.seen(), global.data());
  if constexpr (program_traits<P>::settles)
    P::settle(r, f, tensor.seen(), global.seen(), decision.data());
  counting_reader<lane, W> const applying(weights, {decision.data(), P::decision}, outside);
  lane const moved = P::apply(applying, lane(0.5), lane(0.25), state.data(), carry.seen());
  *to++ = fenced<lane, 0>::number_in(moved);
  state.report(to), carry.report(to), sums.report(to), tensor.report(to), global.report(to);
  overview.report(to), context.report(to), decision.report(to);
  return outside                ? "weights, context or decision"
         : !state.intact()      ? "state"
         : !carry.intact()      ? "carry"
         : !sums.intact()       ? "sums"
         : !coordinate.intact() ? "state"
         : !tensor.intact()     ? "tensor_state"
         : !global.intact()     ? "global_state"
         : !overview.intact()   ? "overview"
         : !context.intact()    ? "context"
         : !decision.intact()   ? "decision"
                                : nullptr;
}

}  // namespace detail

/// Which of its arrays a program leaves, or null: it is run twice on one coordinate between numbers
/// that are none of its own, and must neither write these nor depend on them.
///
/// Tells writing beyond state, carry, sums, tensor_state, global_state, overview, context or
/// decision, by up to 64 numbers; reading beyond the table of weights or the row; and results that
/// depend on what is no number of the program, or was never written. Optimizers look when they are
/// made, where assertions are on.
template <class P, class W>
[[nodiscard]] char const* overrun_of(std::span<W const> weights) noexcept {
  constexpr std::size_t results = 1 + P::state + P::carry + P::sums + P::tensor_state +
                                  P::global_state + P::overview + P::context + P::decision;
  std::array<std::array<double, results>, 2> seen{};
  for (std::size_t k = 0; k < 2; ++k)
    if (char const* const left =
            detail::step_on_one<P, W>(weights, k == 0 ? 0.375 : -1.625, seen[k].data()))
      return left;
  for (std::size_t k = 0; k < results; ++k) {
    bool const both_nan = seen[0][k] != seen[0][k] && seen[1][k] != seen[1][k];
    if (seen[0][k] != seen[1][k] && !both_nan)
      return "numbers that are not its own or were never written";
  }
  return nullptr;
}

}  // namespace halo::learned
