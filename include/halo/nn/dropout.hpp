// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <ratio>

#include <halo/nn/describe.hpp>
#include <halo/nn/layer.hpp>
#include <halo/simd/transform.hpp>

namespace halo::nn {

/// Dropout [Srivastava et al. 2014], any shape → the same shape: in training each element is 0 with
/// probability Rate::num / Rate::den, else divided by 1 - that; outside training the identity.
///
/// The pattern is a function of (seed, layer, step), drawn again in the backward pass: no memory.
///
///     sequential<linear<64, 64>, relu, dropout<std::ratio<1, 10>>, linear<64, 6>>
template <class Rate = std::ratio<1, 2>>
struct dropout : stateless_layer {
  static_assert(Rate::num >= 0 && Rate::num < Rate::den, "halo: dropout: the rate lies in [0, 1)");
  /// Share of numbers that become 0.
  static constexpr double rate = static_cast<double>(Rate::num) / static_cast<double>(Rate::den);
  static constexpr char const* kind = "dropout";
  template <class X>
  static constexpr bool accepts = true;
  template <class X>
  using output = X;
  static constexpr bool elementwise = true;
  static constexpr bool needs_input = false;
  static constexpr bool needs_output = false;

  static constexpr void describe(auto&& f) {
    f.template part<detail::described_ratio<typename Rate::type>>("rate");
  }

  template <class X, class C, class P>
  static void forward(pass const& p, C, C x, P y, P) noexcept {
    if (p.training && p.source != nullptr)  // of rows that run forward again
      scale_rows(p, X::size, x, y);
    else
      scale(p, p.rows * X::size, x, y);
  }
  template <class X, class P>
  static void backward(pass const& p, backward_arguments<P> const& a) noexcept {
    if (!a.dx) return;
    if (p.training && p.source != nullptr)
      scale_rows(p, X::size, simd::const_of<P>(a.dy), a.dx);
    else
      scale(p, p.rows * X::size, simd::const_of<P>(a.dy), a.dx);
  }

 private:
  /// Row i with the pattern that row source[i] had in the forward pass.
  template <class C, class P>
  static void scale_rows(pass const& p, std::size_t n, C x, P y) noexcept {
    using simd::read_element;
    using simd::write_element;
    using T = simd::scalar_of<P>;
    generator const g(p.noise, p.index);
    T const kept = T(1.0 / (1.0 - rate));
    auto const threshold = static_cast<std::uint64_t>(rate * 4294967296.0);
    for (std::size_t i = 0; i < p.rows; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        std::size_t const was = p.source[i] * n + j;
        auto const w = g.words((p.step << 32) + was / 4)[was % 4];
        T const factor = w < threshold ? T(0) : kept;
        write_element(y, i * n + j, read_element(x, i * n + j) * simd::element_of<P>(factor));
      }
    }
  }

  template <class C, class P>
  static void scale(pass const& p, std::size_t n, C x, P y) noexcept {
    using simd::read_element;
    using simd::write_element;
    if (!p.training) {
      if (x == C(y)) return;
      simd::for_each_chunk<simd::scalar_of<P>>(n,
                                               [=](auto chunk) { chunk.store(y, chunk.load(x)); });
      return;
    }
    using E = simd::element_of<P>;
    using T = simd::scalar_of<P>;
    generator const g(p.noise, p.index);
    T const kept = T(1.0 / (1.0 - rate));
    auto const threshold = static_cast<std::uint64_t>(rate * 4294967296.0);
    std::uint64_t const base = p.step << 32;
    for (std::size_t i = 0; i < n; i += 4) {
      auto const w = g.words(base + i / 4);
      for (std::size_t j = 0; j < 4 && i + j < n; ++j) {
        T const factor = w[j] < threshold ? T(0) : kept;
        write_element(y, i + j, read_element(x, i + j) * E(factor));
      }
    }
  }
};
static_assert(layer<dropout<>, shape<4>>);

}  // namespace halo::nn
