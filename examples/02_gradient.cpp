// SPDX-License-Identifier: BSD-3-Clause
// Lesson 2: differentiate a loss of your own. Write it once, as a template over its number type;
// the same text then gives a value, a gradient and a product with its Hessian.
#include <array>
#include <cmath>
#include <cstdio>
#include <span>

#include <halo/autodiff.hpp>

using namespace halo;

namespace {

// A sensor answers a·exp(-t/τ) + c after a puff of gas. Measured at t = 0, 1, ..., 7:
constexpr std::array<double, 8> measured{2.98, 1.93, 1.42, 0.98, 0.79, 0.71, 0.57, 0.59};

/// Mean of log(1 + (model - measured)²), which outliers do not rule; parameters a, log τ, c.
constexpr auto robust_fit = [](auto parameters) {
  using std::exp, std::log;  // of double; those of a variable are found beside its type
  auto const a = parameters[0], decay = exp(-parameters[1]), c = parameters[2];
  auto loss = a * 0.0;
  for (std::size_t t = 0; t < measured.size(); ++t) {
    auto const off = a * exp(decay * -static_cast<double>(t)) + c - measured[t];
    loss = loss + log(1.0 + off * off) / static_cast<double>(measured.size());
  }
  return loss;
};

}  // namespace

int main() {
  std::array<double, 3> p{1.0, 0.0, 0.0}, gradient{};

  // By hand, on a tape: the record of a computation that is walked backwards.
  autodiff::tape<double> tape;
  std::array<autodiff::variable<double>, 3> v;
  for (std::size_t i = 0; i < 3; ++i) v[i] = autodiff::variable<double>(tape, p[i]);
  auto const loss = robust_fit(std::span<autodiff::variable<double> const>(v));
  backward(loss);
  std::printf("loss %.4f, slope along a: %.4f\n", loss.value(), v[0].adjoint());

  // In one call, with the same tape inside. The two must agree to the last bit.
  double const same = autodiff::value_and_gradient(robust_fit, p, gradient);
  bool right = same == loss.value() && gradient[0] == v[0].adjoint();

  // Whoever writes a loss checks it: against finite differences, first and second order.
  auto const first = autodiff::check_gradient(robust_fit, p);
  auto const second = autodiff::check_hessian(robust_fit, p);
  std::printf("gradient: worst relative error %.1e over %zu derivatives\n", first.error,
              first.checked);
  std::printf("Hessian:  worst relative error %.1e over %zu derivatives\n", second.error,
              second.checked);
  right = right && first && second;

  // Descend. The product H·g says how far: g·g / g·H·g is the best step if the loss were a
  // parabola.
  autodiff::gradient_workspace<double> workspace;                  // both keep their memory, so the
  autodiff::gradient_workspace<autodiff::dual<double>> curvature;  // loop below allocates nothing
  double value = same;
  for (int i = 0; i < 300; ++i) {
    value = autodiff::value_and_gradient(robust_fit, p, gradient, workspace);
    std::array<double, 3> hg{};
    autodiff::hessian_vector_product(robust_fit, p, gradient, hg, curvature);
    double gg = 0, ghg = 0;
    for (std::size_t k = 0; k < 3; ++k) gg += gradient[k] * gradient[k], ghg += gradient[k] * hg[k];
    double const rate = ghg > gg ? gg / ghg : 1.0;  // where the loss bends down, a plain step
    for (std::size_t k = 0; k < 3; ++k) p[k] -= rate * gradient[k];
    if (i == 0 || i == 10 || i == 50 || i == 299)
      std::printf("iteration %4d  loss %.6f\n", i, value);
  }
  std::printf("a = %.2f, tau = %.2f, c = %.2f (made with 2.5, 2, 0.5)\n", p[0], std::exp(p[1]),
              p[2]);
  right = right && std::abs(p[0] - 2.5) < 0.1 && std::abs(p[2] - 0.5) < 0.1 && value < 0.01;
  return right ? 0 : 1;
}
