// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/autodiff/dual.hpp>
#include <halo/autodiff/tape.hpp>
#include <halo/autodiff/variable.hpp>

namespace halo::autodiff {

/// A small dense layer on registers: y = x·W + b, the weights shared by all lanes.
///
/// For the programs that run coordinate by coordinate, many coordinates a register (a learned
/// optimizer's recurrent cell), where x is a handful of registers and W stays in the cache.
template <class S>
struct affine {
  std::size_t inputs;   ///< numbers of an input
  std::size_t outputs;  ///< numbers of an output
  S const* weight;      ///< inputs × outputs, row-major
  S const* bias;        ///< outputs, or null for none

  /// Reads inputs, writes outputs elements (V: S or a register of S); y must not overlap x.
  template <class V>
  void operator()(V const* x, V* y) const {
    each_output(x, [y](std::size_t j, V const& value) { y[j] = value; });
  }

  /// Calls store(j, y_j) for every output.
  template <class V, class Store>
  void each_output(V const* x, Store store) const {
    std::size_t j = 0;
    for (; j + 10 <= outputs; j += 10) block<10>(x, j, store);
    for (; j + 4 <= outputs; j += 4) block<4>(x, j, store);
    for (; j < outputs; ++j) block<1>(x, j, store);
  }

 private:
  /// Sums held in registers while x goes by.
  template <std::size_t Block, class V, class Store>
  void block(V const* x, std::size_t j, Store store) const {
    std::array<V, Block> sum;
    for (std::size_t b = 0; b < Block; ++b) sum[b] = V(bias == nullptr ? S(0) : bias[j + b]);
    for (std::size_t i = 0; i < inputs; ++i) {
      V const xi = x[i];
      S const* const w = weight + i * outputs + j;
      for (std::size_t b = 0; b < Block; ++b) sum[b] = fma(xi, V(w[b]), sum[b]);
    }
    for (std::size_t b = 0; b < Block; ++b) store(j + b, sum[b]);
  }
};

/// The same as one operation of a tape. Backward: x̄ = ȳ·Wᵀ, W̄ += xᵀ·ȳ, b̄ += ȳ.
///
/// W̄ and b̄ hold one T a weight: where T is a register each lane collects its own coordinates, over
/// as many tiles as one likes, and lane_sum reduces them once at the end. Owns nothing: the arrays,
/// and this object itself, must outlive the tape's last sweep.
template <class T>
class dense {
 public:
  using scalar = typename detail::underlying<T>::type;

  /// @param weight_adjoint  inputs × outputs, added to by every sweep, or null for fixed weights
  /// @param bias_adjoint    outputs, or null
  dense(tape<T>& on, affine<scalar> const& layer, T* weight_adjoint, T* bias_adjoint) noexcept
      : tape_(&on), layer_(layer), weight_adjoint_(weight_adjoint), bias_adjoint_(bias_adjoint) {}

  /// Records y = x·W + b: one primitive of outputs nodes and inputs operands.
  void operator()(variable<T> const* x, variable<T>* y) const {
    auto const [first, values] =
        tape_->primitive(&dense::pass_back, this, x, layer_.inputs, layer_.outputs);
    layer_.each_output(values, [on = tape_, y, node = first](std::size_t j, T const& value) {
      y[j] = variable<T>(on, value, node + static_cast<typename tape<T>::node>(j));
    });
  }

 private:
  template <std::size_t Block>
  void pass_back_block(std::size_t i, T const* x, T const* y_adjoint, T* x_adjoint) const {
    std::array<T, Block> sum;
    std::array<T, Block> xi;
    for (std::size_t b = 0; b < Block; ++b) {
      sum[b] = T(scalar(0));
      xi[b] = x[i + b];
    }
    scalar const* const w = layer_.weight + i * layer_.outputs;
    T* const w_adjoint =
        weight_adjoint_ == nullptr ? nullptr : weight_adjoint_ + i * layer_.outputs;
    for (std::size_t j = 0; j < layer_.outputs; ++j) {
      T const g = y_adjoint[j];
      for (std::size_t b = 0; b < Block; ++b) sum[b] = fma(g, T(w[b * layer_.outputs + j]), sum[b]);
      if (w_adjoint == nullptr) continue;
      for (std::size_t b = 0; b < Block; ++b) {
        T& target = w_adjoint[b * layer_.outputs + j];
        target = fma(xi[b], g, target);
      }
    }
    for (std::size_t b = 0; b < Block; ++b) x_adjoint[i + b] = sum[b];
  }

  static void pass_back(void const* context, T const* x, T const* y_adjoint, T* x_adjoint) {
    dense const& layer = *static_cast<dense const*>(context);
    std::size_t i = 0;
    for (; i + 4 <= layer.layer_.inputs; i += 4)
      layer.template pass_back_block<4>(i, x, y_adjoint, x_adjoint);
    for (; i < layer.layer_.inputs; ++i)
      layer.template pass_back_block<1>(i, x, y_adjoint, x_adjoint);
    if (layer.bias_adjoint_ == nullptr) return;
    for (std::size_t j = 0; j < layer.layer_.outputs; ++j)
      layer.bias_adjoint_[j] = layer.bias_adjoint_[j] + y_adjoint[j];
  }

  tape<T>* tape_;
  affine<scalar> layer_;
  T* weight_adjoint_;
  T* bias_adjoint_;
};

}  // namespace halo::autodiff
