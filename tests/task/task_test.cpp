// SPDX-License-Identifier: BSD-3-Clause
#include <halo/task/task.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../support/two_tensors.hpp"

namespace task_task_test {

namespace {

using namespace halo;

struct without_held_out : support::two_tensors<float> {
  double value_and_gradient(std::uint64_t, float const*, float*);
};
struct without_rows : support::two_tensors<float> {
  void rows() const;
};
struct without_layout {
  using scalar = float;
};

static_assert(task::task<support::two_tensors<float>>);
static_assert(task::task<support::two_tensors<double>>);
static_assert(!task::task<without_held_out>);
static_assert(!task::task<without_rows>);
static_assert(!task::task<without_layout>);

}  // namespace

TEST_CASE("a task's mini-batches are named by numbers and can be had again") {
  support::two_tensors<double> problem;
  std::vector<double> theta(6), g(6), h(6);
  problem.start(seed{3}, theta.data());
  double const first = problem.value_and_gradient(task::part::train, 1, theta.data(), g.data());
  double const other = problem.value_and_gradient(task::part::train, 2, theta.data(), h.data());
  CHECK(first - other == doctest::Approx(theta[0]));
  CHECK(problem.value_and_gradient(task::part::train, 1, theta.data(), h.data()) == first);
  CHECK(g == h);
}

}  // namespace task_task_test
