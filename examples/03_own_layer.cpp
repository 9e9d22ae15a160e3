// SPDX-License-Identifier: BSD-3-Clause
// Lesson 3: a layer of your own is a type without objects: what it accepts, what it owns, forward,
// backward. `sequential` lays it out; finite differences say whether it is right.
#include <cmath>
#include <cstdio>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/autodiff.hpp>
#include <halo/nn.hpp>

using namespace halo;

/// y = x·σ(g·x), a slope g for each feature [Ramachandran et al. 2017, "Searching for activation
/// functions"]. dy/dx = σ + g·x·σ(1 - σ), dy/dg = x²·σ(1 - σ).
struct swish : nn::stateless_layer {  // which says: no memory, no multiply-adds counted
  static constexpr char const* kind = "swish";
  template <class X>
  static constexpr bool accepts = X::rank == 1;
  template <class X>
  using output = X;
  template <class X>
  static constexpr std::array<nn::tensor_spec, 1> tensors{
      nn::tensor_spec{"slope", {X::size, 0, 0, 0}, 1, parameter_role::gain}};  // a gain starts at 1
  static constexpr bool elementwise = false;  // y may not lie on x: backward needs x
  static constexpr bool needs_input = true;
  static constexpr bool needs_output = false;

  template <class X, class C, class P>
  static void forward(nn::pass const& p, C slope, C x, P y, P) noexcept {
    for (std::size_t i = 0; i < p.rows * X::size; ++i)
      y[i] = x[i] * simd::sigmoid(slope[i % X::size] * x[i]);
  }
  template <class X, class P>
  static void backward(nn::pass const& p, nn::backward_arguments<P> const& a) noexcept {
    for (std::size_t j = 0; a.gradient && j < X::size; ++j) a.gradient[j] = 0;  // null: masked out
    for (std::size_t i = 0; i < p.rows * X::size; ++i) {
      std::size_t const j = i % X::size;
      auto const s = simd::sigmoid(a.theta[j] * a.x[i]), slope = s * (1 - s), dy = a.dy[i];
      if (a.gradient) a.gradient[j] += dy * a.x[i] * a.x[i] * slope;
      if (a.dx) a.dx[i] = dy * (s + a.theta[j] * a.x[i] * slope);  // null: nobody below asks
    }
  }
};

int main() {
  using network =
      nn::sequential<nn::linear<2, 8>, swish, nn::linear<8, 8>, swish, nn::linear<8, 2>>;
  std::puts(nn::summary<network>().c_str());
  constexpr std::size_t rows = 64;  // the class: whether a point lies outside a circle
  std::vector<double> x(2 * rows), theta(network::parameters);
  std::vector<std::int32_t> label(rows);
  generator g(seed{3});
  for (double& e : x) e = static_cast<double>(g.normal());
  for (std::size_t i = 0; i < rows; ++i) label[i] = std::hypot(x[2 * i], x[2 * i + 1]) > 1 ? 1 : 0;
  nn::initialize<network::layout, double>(std::span(theta), seed{4});

  // The layer is a template over its scalar: in double, the whole network can be checked.
  nn::workspace<network, double, rows> w;
  auto const check = autodiff::check_gradient(
      [&](std::span<double const> t) {
        return nn::value<network, nn::cross_entropy, double*>({.rows = rows}, t.data(), x.data(),
                                                              label.data(), w);
      },
      [&](std::span<double const> t, std::span<double> gradient) {
        nn::value_and_gradient<network, nn::cross_entropy, double*>(
            {.rows = rows}, t.data(), x.data(), label.data(), gradient.data(), w);
      },
      theta);
  std::printf("%zu derivatives: worst relative error %.1e\n", check.checked, check.error);

  adapt::adapter<network, nn::cross_entropy, optim::adam, rows> d(optim::adam{{.rate = 0.01F}});
  std::vector<float> const points(x.begin(), x.end());  // in float it learns like any layer
  auto const before = d.evaluate(points, label);
  for (int i = 0; i < 500; ++i) d.step(points, label);
  auto const after = d.evaluate(points, label);
  std::printf("loss %.4f, then %.4f\n", before.loss, after.loss);
  return check && after.loss < before.loss / 10 && after.accuracy > 0.95 ? 0 : 1;
}
