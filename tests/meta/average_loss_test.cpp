// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/average_loss.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../support/eigenvalues.hpp"
#include "../support/two_tensors.hpp"

namespace meta_average_loss_test {

namespace {

using namespace halo;
using problem = support::two_tensors<double>;
constexpr std::uint64_t fresh = 7;

/// f(L) + c·(what the kind measures), in loops.
double plain(meta::meta_loss const& kind, std::vector<double> const& at) {
  problem p;
  double loss = 0, measure = 0;
  for (std::size_t b = 0; b < kind.fresh_batches; ++b) {
    bool const held_out = b + kind.held_out_batches >= kind.fresh_batches;
    loss += p.value_and_gradient(held_out ? task::part::held_out : task::part::train, fresh + b,
                                 at.data(), nullptr) /
            static_cast<double>(kind.fresh_batches);
  }
  std::vector<double> g(6);
  p.value_and_gradient(task::part::train, fresh, at.data(), g.data());
  for (double const x : g) measure += x * x;
  if (kind.spectral) measure = support::dense_spectral_norm(p, fresh, at);
  return kind.value(loss) + kind.jacobian * measure;
}

}  // namespace

TEST_CASE("average_loss: value and gradient at the mean of what was added") {
  using loss = meta::meta_loss;
  loss const kinds[] = {loss::averaged(), loss{.fresh_batches = 3},
                        loss{.logarithm = true, .jacobian = 0.1},
                        loss{.jacobian = 0.1, .spectral = true, .power_iterations = 200}};
  std::vector<double> const a{1, 2, 0.5, -1, 0.3, 1}, b{0.5, 1, 1.5, -0.4, 0.1, 0.2};
  std::vector<double> mean(6);
  for (std::size_t k = 0; k < 6; ++k) mean[k] = (a[k] + b[k]) / 2;
  problem p;
  meta::average_loss<problem> average;
  meta::spectral_norm<problem> norm;
  for (auto const& kind : kinds) {
    CAPTURE(kind.spectral);
    CAPTURE(kind.jacobian);
    average.add(b.data(), 1);  // forgotten
    average.restart();
    average.add(a.data(), 2);
    average.add(b.data(), 2);
    auto const r = average.evaluate(p, kind, fresh, norm);
    CHECK(kind.value(r.loss) + r.jacobian == doctest::Approx(plain(kind, mean)).epsilon(1e-9));
    for (std::size_t k = 0; k < 6; ++k) {
      auto up = mean, down = mean;
      constexpr double h = 1e-5;
      up[k] += h;
      down[k] -= h;
      double const expected = (plain(kind, up) - plain(kind, down)) / (2 * h);
      CHECK(average.gradient()[k] == doctest::Approx(expected).epsilon(1e-7).scale(0.1));
    }
  }
}

}  // namespace meta_average_loss_test
