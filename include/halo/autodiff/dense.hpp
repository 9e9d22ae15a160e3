// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <halo/autodiff/dual.hpp>
#include <halo/autodiff/tape.hpp>
#include <halo/autodiff/variable.hpp>
#include <halo/core/assert.hpp>

namespace halo::autodiff {

/// A small dense layer as one operation of the tape: y = x·W + b.
///
/// [inputs] → [outputs]. The weights are plain numbers shared by all lanes of T; where T is a
/// register, x and y are registers of independent coordinates. Backward: x̄ = ȳ·Wᵀ, W̄ += xᵀ·ȳ,
/// b̄ += ȳ, with W̄ and b̄ kept as one T a weight: a register collects its lanes apart, over as many
/// tiles as one likes, and is reduced once at the end (lane_sum).
///
/// Owns nothing: the arrays, and this object itself, must outlive the tape's last sweep.
template <class T>
class dense {
 public:
  using scalar = typename detail::underlying<T>::type;

  /// @param weight          inputs × outputs, row-major
  /// @param bias            outputs, or null for none
  /// @param weight_adjoint  inputs × outputs, added to by every sweep, or null for fixed weights
  /// @param bias_adjoint    outputs, or null
  dense(std::size_t inputs, std::size_t outputs, scalar const* weight, scalar const* bias,
        T* weight_adjoint, T* bias_adjoint) noexcept
      : inputs_(inputs),
        outputs_(outputs),
        weight_(weight),
        bias_(bias),
        weight_adjoint_(weight_adjoint),
        bias_adjoint_(bias_adjoint) {}

  [[nodiscard]] std::size_t inputs() const noexcept { return inputs_; }
  [[nodiscard]] std::size_t outputs() const noexcept { return outputs_; }

  /// Records y = x·W + b: one primitive of outputs() nodes and inputs() operands.
  void operator()(tape<T>& on, std::span<variable<T> const> x, std::span<variable<T>> y) const {
    HALO_EXPECTS(x.size() == inputs_ && y.size() == outputs_,
                 "dense: x has as many elements as the layer has inputs, y as outputs");
    auto const [first, values] = on.primitive(&dense::pass_back, this, x.data(), inputs_, outputs_);
    variable<T>* const out = y.data();
    affine(values, [&on, out, node = first](std::size_t j, T const& value) {
      out[j] = variable<T>(&on, value, node + static_cast<typename tape<T>::node>(j));
    });
  }

  /// The same on values alone, without a tape.
  void operator()(std::span<T const> x, std::span<T> y) const {
    HALO_EXPECTS(x.size() == inputs_ && y.size() == outputs_,
                 "dense: x has as many elements as the layer has inputs, y as outputs");
    affine(x.data(), [out = y.data()](std::size_t j, T const& value) { out[j] = value; });
  }

 private:
  template <std::size_t Block, class Store>
  void affine_block(T const* x, std::size_t j, Store store) const {
    std::array<T, Block> sum;
    for (std::size_t b = 0; b < Block; ++b)
      sum[b] = bias_ == nullptr ? T(scalar(0)) : T(bias_[j + b]);
    for (std::size_t i = 0; i < inputs_; ++i) {
      T const xi = x[i];
      scalar const* const w = weight_ + i * outputs_ + j;
      for (std::size_t b = 0; b < Block; ++b) sum[b] = fma(xi, T(w[b]), sum[b]);
    }
    for (std::size_t b = 0; b < Block; ++b) store(j + b, sum[b]);
  }

  template <class Store>
  void affine(T const* x, Store store) const {
    std::size_t j = 0;
    for (; j + 10 <= outputs_; j += 10) affine_block<10>(x, j, store);
    for (; j + 4 <= outputs_; j += 4) affine_block<4>(x, j, store);
    for (; j < outputs_; ++j) affine_block<1>(x, j, store);
  }

  template <std::size_t Block>
  void pass_back_block(std::size_t i, T const* x, T const* y_adjoint, T* x_adjoint) const {
    std::array<T, Block> sum;
    std::array<T, Block> xi;
    for (std::size_t b = 0; b < Block; ++b) {
      sum[b] = T(scalar(0));
      xi[b] = x[i + b];
    }
    scalar const* const w = weight_ + i * outputs_;
    T* const w_adjoint = weight_adjoint_ == nullptr ? nullptr : weight_adjoint_ + i * outputs_;
    for (std::size_t j = 0; j < outputs_; ++j) {
      T const g = y_adjoint[j];
      for (std::size_t b = 0; b < Block; ++b) sum[b] = fma(g, T(w[b * outputs_ + j]), sum[b]);
      if (w_adjoint == nullptr) continue;
      for (std::size_t b = 0; b < Block; ++b) {
        T& target = w_adjoint[b * outputs_ + j];
        target = fma(xi[b], g, target);
      }
    }
    for (std::size_t b = 0; b < Block; ++b) x_adjoint[i + b] = sum[b];
  }

  static void pass_back(void const* context, T const* x, T const* y_adjoint, T* x_adjoint) {
    dense const& layer = *static_cast<dense const*>(context);
    std::size_t i = 0;
    for (; i + 4 <= layer.inputs_; i += 4)
      layer.template pass_back_block<4>(i, x, y_adjoint, x_adjoint);
    for (; i < layer.inputs_; ++i) layer.template pass_back_block<1>(i, x, y_adjoint, x_adjoint);
    if (layer.bias_adjoint_ == nullptr) return;
    for (std::size_t j = 0; j < layer.outputs_; ++j)
      layer.bias_adjoint_[j] = layer.bias_adjoint_[j] + y_adjoint[j];
  }

  std::size_t inputs_;
  std::size_t outputs_;
  scalar const* weight_;
  scalar const* bias_;
  T* weight_adjoint_;
  T* bias_adjoint_;
};

}  // namespace halo::autodiff
