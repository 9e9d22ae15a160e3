// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/spectral_norm.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/task/supervised.hpp>
#include <halo/task/teacher.hpp>

#include "../support/eigenvalues.hpp"
#include "../support/two_tensors.hpp"

namespace meta_spectral_norm_test {

namespace {

using namespace halo;

/// L = Σ a_k θ_k³/6: H is diagonal, a_k θ_k.
struct cubic {
  using layout = support::five_and_one;
  using scalar = double;
  static constexpr double a[] = {1, -2, 3, -4, 5, 6};

  void start(seed, double*) const {}
  [[nodiscard]] std::size_t rows() const { return 1; }
  double value_and_gradient(task::part, std::uint64_t, double const* theta, double* g) const {
    double loss = 0;
    for (std::size_t k = 0; k < 6; ++k) {
      loss += a[k] * theta[k] * theta[k] * theta[k] / 6;
      if (g != nullptr) g[k] = a[k] * theta[k] * theta[k] / 2;
    }
    return loss;
  }
  void hessian_vector_product(std::uint64_t, double const* theta, double const* v,
                              double* product) const {
    for (std::size_t k = 0; k < 6; ++k) product[k] = a[k] * theta[k] * v[k];
  }
};

}  // namespace

TEST_CASE("spectral_norm: the largest eigenvalue in size, whatever its sign") {
  cubic task;
  meta::spectral_norm<cubic> norm;
  std::vector<double> slope(6);
  for (double const sign : {1.0, -1.0}) {
    std::vector<double> const theta{1, 1, 1, 3 * sign, 1, 1};  // -12 sign beside 6 and less
    CHECK(norm.value(task, 0, theta.data(), 60) == doctest::Approx(12).epsilon(1e-12));
    norm.slope(task, 0, theta.data(), slope.data());
    for (std::size_t k = 0; k < 6; ++k)
      CHECK(slope[k] == doctest::Approx(k == 3 ? 4 * sign : 0.0).epsilon(1e-8));
  }
  std::vector<double> const flat(6, 0.0);
  CHECK(norm.value(task, 0, flat.data(), 5) == 0);
}

TEST_CASE("spectral_norm: more steps come closer from below") {
  cubic task;
  meta::spectral_norm<cubic> norm;
  std::vector<double> const theta{1, 1, 1, 1, 1, 1};
  double before = 0;
  for (std::size_t steps : {0U, 2U, 4U, 8U, 40U}) {  // in twos: eigenvalues of both signs
    double const value = norm.value(task, 0, theta.data(), steps);
    CAPTURE(steps);
    CHECK(value > before);
    CHECK(value < 6 + 1e-12);
    before = value;
  }
  CHECK(before > 5.99);
}

TEST_CASE("spectral_norm: of a network, against all eigenvalues and their differences") {
  using network = nn::sequential<nn::linear<3, 4>, nn::tanh, nn::linear<4, 2>>;
  using problem = task::supervised<network, double, 8>;
  task::teacher_options o;
  o.rows = 60;
  o.features = 3;
  o.classes = 2;
  o.hidden = 4;
  problem p(task::make_teacher(o, seed{3}), 6, seed{4});
  meta::spectral_norm<problem> norm;
  constexpr std::size_t n = network::layout::size;
  std::vector<double> theta(n), slope(n);
  for (std::uint64_t s = 0; s < 3; ++s) {
    CAPTURE(s);
    p.start(seed{s}, theta.data());
    double const value = norm.value(p, s, theta.data(), 3000);
    CHECK(value == doctest::Approx(support::dense_spectral_norm(p, s, theta)).epsilon(1e-9));
    norm.slope(p, s, theta.data(), slope.data());
    for (std::size_t k = 0; k < n; ++k) {
      constexpr double h = 1e-5;
      auto up = theta, down = theta;
      up[k] += h;
      down[k] -= h;
      double const expected =
          (support::dense_spectral_norm(p, s, up) - support::dense_spectral_norm(p, s, down)) /
          (2 * h);
      CHECK(slope[k] == doctest::Approx(expected).epsilon(1e-6).scale(0.1));
    }
  }
}

}  // namespace meta_spectral_norm_test
