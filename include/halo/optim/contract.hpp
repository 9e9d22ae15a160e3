// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include <halo/core/options.hpp>
#include <halo/core/random.hpp>
#include <halo/optim/contract_subject.hpp>

// What every optimizer promises, looked at by running it: for the tests of whoever writes one.

namespace halo::optim {

namespace detail {

/// Runs the promises; what is broken first, or null.
template <floating T>
class contract {
 public:
  contract(tried_optimizer<T>& one, tried_optimizer<T>& two, std::span<parameter_info const> table,
           std::size_t layers)
      : one_(one), two_(two), table_(table), layers_(layers) {
    for (parameter_info const& i : table) size_ += i.count;
  }
  [[nodiscard]] char const* broken() {
    using promise = char const* (contract::*)();
    promise const promises[] = {&contract::masks,   &contract::repeats,    &contract::resumes,
                                &contract::refuses, &contract::conditions, &contract::counts,
                                &contract::forgets};
    for (promise const kept : promises) {
      one_.restart();
      two_.restart();
      if (char const* const sentence = (this->*kept)()) return sentence;
    }
    return nullptr;
  }

 private:
  using vector = std::vector<T>;

  [[nodiscard]] vector draw(std::uint64_t stream) const {
    generator g(seed{20}, stream);
    vector x(size_);
    for (T& v : x) v = static_cast<T>(g.normal());
    return x;
  }
  [[nodiscard]] step_context<T> with_mask(std::uint64_t bits) const {
    step_context<T> c;
    c.mask = layer_mask(bits) & layer_mask::all(layers_);
    c.loss = 1;
    return c;
  }
  [[nodiscard]] static bool same(vector const& a, vector const& b) {
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
  }
  status run(tried_optimizer<T>& o, vector& theta, std::uint64_t from, std::uint64_t to) const {
    status s = status::done;
    for (std::uint64_t k = from; k < to && s == status::done; ++k) {
      vector const gradient = draw(1 + k);
      s = o.step(theta.data(), gradient.data(),
                 with_mask(1 + k % ((std::uint64_t{1} << layers_) - 1)));
    }
    return s;
  }

  char const* masks() {
    for (std::uint64_t bits = 0; bits < std::uint64_t{1} << layers_; ++bits) {
      one_.restart();
      vector theta = draw(0), gradient = draw(1);
      vector const before = theta;
      step_context<T> const context = with_mask(bits);
      for (parameter_info const& i : table_)
        if (!context.mask[i.layer])
          std::fill_n(gradient.begin() + static_cast<std::ptrdiff_t>(i.offset), i.count,
                      std::numeric_limits<T>::quiet_NaN());
      auto const saved = one_.save();
      status const s = one_.step(theta.data(), gradient.data(), context);
      if (bits == 0) {
        if (s != status::empty) return "a step on no layer is status::empty";
        if (one_.save() != saved) return "a step on no layer leaves the state alone";
      } else if (s != status::done) {
        return "a step reads the gradient of selected layers alone";
      }
      for (parameter_info const& i : table_)
        for (std::size_t k = i.offset; k < i.offset + i.count; ++k) {
          if (!context.mask[i.layer] && !(theta[k] == before[k]))
            return "a step moves the parameters of selected layers alone";
          if (context.mask[i.layer] && theta[k] == before[k])
            return "a step moves every selected parameter";
        }
    }
    return nullptr;
  }

  char const* repeats() {
    vector a = draw(0), b = a;
    run(one_, a, 0, 20);
    run(two_, b, 0, 20);
    return same(a, b) && one_.save() == two_.save()
               ? nullptr
               : "a step is a function of parameters, gradient, state and context alone";
  }

  char const* resumes() {
    vector a = draw(0);
    run(one_, a, 0, 5);
    vector b = a;
    two_.restore(one_.save());
    run(one_, a, 5, 14);
    run(two_, b, 5, 14);
    return same(a, b) && one_.save() == two_.save()
               ? nullptr
               : "record names all that a state remembers: a saved run goes on with its bits";
  }

  char const* refuses() {
    vector theta = draw(0);
    T const most = std::numeric_limits<T>::max();
    run(one_, theta, 0, 3);
    for (T const bad : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                        -std::numeric_limits<T>::infinity(), most, -most, std::sqrt(most)}) {
      for (std::size_t k = 0; k < size_; k += 7) {
        vector gradient = draw(9);
        gradient[k] = bad;
        vector const before = theta;
        auto const saved = one_.save();
        step_context<T> const all = with_mask(~std::uint64_t{0});
        status const s = one_.step(theta.data(), gradient.data(), all);
        if (!std::isfinite(bad) && s != status::non_finite)
          return "a gradient that is not finite is status::non_finite";
        if (s != status::done && !same(theta, before))
          return "a step that is not done moves no parameter";
        if (s == status::non_finite && one_.save() != saved)
          return "a step that is not finite leaves the state alone";
        for (T const x : theta)
          if (!std::isfinite(x)) return "a step that is done leaves finite parameters";
        theta = before;
        one_.restore(saved);
      }
    }
    return nullptr;
  }

  /// Where a first step goes, from draw(0).
  vector first(vector gradient, step_context<T> context) {
    one_.restart();
    vector theta = draw(0);
    static_cast<void>(one_.step(theta.data(), gradient.data(), context));
    return theta;
  }
  [[nodiscard]] bool alike(vector const& a, vector const& b, double share) const {
    vector const from = draw(0);
    for (std::size_t i = 0; i < size_; ++i) {
      double const expected = share * static_cast<double>(b[i] - from[i]);
      double const found = static_cast<double>(a[i] - from[i]);
      double const rounding = 8 * static_cast<double>(std::numeric_limits<T>::epsilon()) *
                              (1 + std::abs(static_cast<double>(from[i])));
      if (!(std::abs(found - expected) <= 0.01 * std::abs(expected) + rounding)) return false;
    }
    return true;
  }
  char const* conditions() {
    step_context<T> const all = with_mask(~std::uint64_t{0});
    vector const gradient = draw(1);
    vector const plain = first(gradient, all);
    step_context<T> context = all;
    context.rate = 0.5;
    if (!alike(first(gradient, context), plain, 0.5))
      return "a step at context.rate = 1/2 goes half as far";
    context = all;
    context.scale = T(0.5);
    vector twice = gradient;
    for (T& g : twice) g *= T(2);
    if (!alike(first(twice, context), plain, 1))
      return "a step takes context.scale times the gradient";
    context = all;
    context.limit = T(0.25);
    vector cut = gradient;
    for (T& g : cut) g = std::clamp(g, T(-0.25), T(0.25));
    if (!alike(first(gradient, context), first(cut, all), 1))
      return "a step cuts the gradient to context.limit";
    return nullptr;
  }

  char const* counts() {
    for (int const exponent : {32, 53}) {
      one_.restart();
      vector theta = draw(0);
      run(one_, theta, 0, 7);
      if (!one_.count_from((std::uint64_t{1} << exponent) - 3))
        return "counters have 64 bits: a run may be for ever";
      if (run(one_, theta, 7, 14) != status::done) return "steps go on at any count";
      for (T const x : theta)
        if (!std::isfinite(x)) return "steps at any count leave finite parameters";
    }
    return nullptr;
  }

  char const* forgets() {
    vector theta = draw(0);
    layer_mask const top = layer_mask::only(layers_ - 1);
    run(one_, theta, 0, 7);
    run(two_, theta, 0, 7);
    one_.forget(top, theta.data());
    if (one_.save_arrays() == two_.save_arrays() && !two_.save_arrays().empty())
      return "what is remembered of a layer that was replaced begins anew (optim::forget)";
    if (run(one_, theta, 7, 14) != status::done) return "steps go on where a layer was replaced";
    one_.forget(layer_mask::all(), theta.data());
    two_.restart();
    return one_.save_arrays() == two_.save_arrays()
               ? nullptr
               : "where all layers were replaced their arrays are those of init";
  }

  tried_optimizer<T>&one_, &two_;
  std::span<parameter_info const> table_;
  std::size_t layers_, size_ = 0;
};

}  // namespace detail

/// The first promise of optim::optimizer that a rule does not keep, as a sentence; null where it
/// keeps them all.
///
///     CHECK(optim::broken_promise(my_rule{}) == nullptr);
///
/// Runs some hundred steps on 58 parameters in three layers: masks, the same bits twice, a run
/// saved through record and resumed (which finds an array that a record forgets), gradients that
/// are not finite or as large as can be, rate, scale and limit of the context, counters near 2³²
/// and 2⁵³, layers that were replaced (optim::forget). Whether steps go downhill is for other
/// tests. Allocates.
template <class O, floating T = float>
[[nodiscard]] char const* broken_promise(O const& rule) {
  static_assert(
      optimizer<O, contract_layout, T>,
      "halo: broken_promise: the type is no optimizer (optim/optimizer.hpp lists what one "
      "has)");
  if (first_bad_option(rule)) return "options are within their ranges";
  detail::tried<O, contract_layout, T> one(rule), two(rule);
  return detail::contract<T>(one, two, contract_layout::table, contract_layout::layers).broken();
}

}  // namespace halo::optim

#include <halo/macros_back.hpp>
