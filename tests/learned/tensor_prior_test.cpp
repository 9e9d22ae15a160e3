// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/tensor_prior.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "../support/learned_golden.hpp"

namespace learned_tensor_prior_test {

using namespace halo;

TEST_CASE("the prior has the prototype's numbers") {
  support::learned_golden const file("weights_z8");
  auto const z = [&](char const* name) { return file.number("prior." + std::string(name)); };
  for (char const* const unused : {"c_snr", "d_bias", "e_size", "f_loss", "h_pf", "d0"})
    CHECK(z(unused) == 0.0);
  for (double const t : {1.0, 40.0, 300.0, 2500.0, 1e6}) {
    for (double const rows : {300.0, 5000.0, 60000.0}) {
      for (double const loss : {-9.0, 0.0, 3.0}) {
        for (bool const bias : {false, true}) {
          CAPTURE(t);
          CAPTURE(rows);
          CAPTURE(loss);
          learned::facts<double> f;
          f.step = t;
          f.rows = rows;
          f.bias = bias;
          auto const p = learned::tensor_prior_of(f, loss);
          double const late = std::log(1 + t / 300);
          double const rate = std::min(std::max(z("b0") - z("a") * late, -9.5), -3.5);
          CHECK(p.rate ==
                doctest::Approx(std::exp(rate) * std::tanh(t / std::exp(z("ltau")))).epsilon(1e-6));
          double const decay = z("w0") - 0.3 * z("w1_loss") * loss -
                               z("kN") * std::log(rows / 5000) + (bias ? z("w2_bias") : 0.0);
          CHECK(p.decay ==
                doctest::Approx(std::exp(std::min(std::max(decay, -9.0), 1.0))).epsilon(1e-6));
          CHECK(p.logits[0] == doctest::Approx(z("l0")));
          CHECK(p.logits[1] == doctest::Approx(1.0));
          CHECK(p.logits[2] == doctest::Approx(z("l2") + z("k_l2t") * late).epsilon(1e-6));
        }
      }
    }
  }
}

TEST_CASE("nothing decays while nobody knows how many examples there are") {
  learned::facts<double> f;
  f.step = 100;
  CHECK(learned::tensor_prior_of(f, 0.5).decay == 0.0);
  f.rows = 1;
  CHECK(learned::tensor_prior_of(f, 0.5).decay == doctest::Approx(std::exp(1.0)));
  f.labels = false;  // regression, whatever anybody knows
  CHECK(learned::tensor_prior_of(f, 0.5).decay == 0.0);
}

}  // namespace learned_tensor_prior_test
