// SPDX-License-Identifier: BSD-3-Clause
#include <halo/task/adapted.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <halo/core/error.hpp>

#include "../support/two_tensors.hpp"

namespace task_adapted_test {

namespace {

using namespace halo;
using inner = support::two_tensors<double>;
using outer = task::adapted<inner>;
static_assert(task::task<outer>);

std::vector<double> const trained{-1, -2, -3, -4, -5, -6};

std::string message_of(std::size_t parameters, std::size_t anew) {
  try {
    outer const refused(inner{}, std::span(trained).first(parameters), anew);
  } catch (error const& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("adapted: trained layers and fresh ones behind them") {
  std::vector<double> theta(6), drawn(6);
  for (std::uint64_t s = 0; s < 3; ++s) {
    inner().start(seed{s}, drawn.data());
    for (std::size_t anew : {0U, 1U, 2U}) {
      CAPTURE(s);
      CAPTURE(anew);
      outer p(inner{}, trained, anew);
      p.start(seed{s}, theta.data());
      for (std::size_t k = 0; k < 6; ++k) {  // layer 0 has five parameters, layer 1 one
        bool const fresh = anew == 2 || (anew == 1 && k == 5);
        CHECK(theta[k] == (fresh ? drawn[k] : trained[k]));
      }
    }
  }
}

TEST_CASE("adapted: values, gradients and products are the inner task's") {
  outer p(inner{}, trained);
  inner plain;
  std::vector<double> theta(6), a(6), b(6);
  p.start(seed{3}, theta.data());
  for (auto part : {task::part::train, task::part::held_out})
    CHECK(p.value_and_gradient(part, 4, theta.data(), a.data()) ==
          plain.value_and_gradient(part, 4, theta.data(), b.data()));
  CHECK(a == b);
  std::vector<double> const v = a;
  p.hessian_vector_product(4, theta.data(), v.data(), a.data());
  plain.hessian_vector_product(4, theta.data(), v.data(), b.data());
  CHECK(a == b);
  CHECK(p.accuracy(theta.data()) == plain.accuracy(theta.data()));
  CHECK(p.rows() == plain.rows());
}

TEST_CASE("adapted: refuses what does not fit") {
  CHECK(message_of(6, 2).empty());
  CHECK(message_of(5, 1) == "adapted: parameters: expected 6, found 5");
  CHECK(message_of(6, 3) == "adapted: layers drawn anew: expected at most 2, found 3");
}

}  // namespace task_adapted_test
