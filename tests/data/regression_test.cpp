// SPDX-License-Identifier: BSD-3-Clause
// Numbers as targets, from a dataset to a device that has learned them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/core/random.hpp>
#include <halo/data.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>

namespace data_regression_test {

using namespace halo;

namespace {

// y = (x0 + 2 x1 - 1, x0 - x1)
data::regression plane(std::size_t rows) {
  data::regression d = data::make_regression(rows, 2, 2);
  generator g(seed{4});
  for (std::size_t i = 0; i < rows; ++i) {
    float const a = g.normal();
    float const b = g.normal();
    d.x(i, 0) = a;
    d.x(i, 1) = b;
    d.y(i, 0) = a + 2 * b - 1;
    d.y(i, 1) = a - b;
  }
  return d;
}

}  // namespace

TEST_CASE("regression: rows keep their targets through select, split, transposed, concatenate") {
  data::regression const d = plane(40);
  CHECK(d.targets() == 2);
  auto const same = [](data::regression const& r) {
    for (std::size_t i = 0; i < r.rows(); ++i) {
      CHECK(r.y(i, 0) == r.x(i, 0) + 2 * r.x(i, 1) - 1);
      CHECK(r.y(i, 1) == r.x(i, 0) - r.x(i, 1));
    }
  };
  data::row_numbers const some = {7, 7, 0, 39};
  auto const few = data::select(d, some);
  CHECK(few.rows() == 4);
  CHECK(few.x(3, 0) == d.x(39, 0));
  same(few);
  auto const sides = data::random_split(d, 0.25, seed{1});
  CHECK(sides.test.rows() == 10);
  same(sides.train);
  same(sides.test);
  auto const joined = data::concatenate(sides.train, sides.test);
  CHECK(joined.rows() == 40);
  same(joined);
  CHECK(data::transposed(d, 1, 2).y == d.y);
  data::batches stream(d, 16, seed{2});
  std::size_t rows = 0;
  for (auto [x, y] : stream) {
    for (std::size_t i = 0; i < x.shape()[0]; ++i) {
      CHECK(y[2 * i] == x(i, 0) + 2 * x(i, 1) - 1);
      CHECK(y[2 * i + 1] == x(i, 0) - x(i, 1));
    }
    rows += x.shape()[0];
  }
  CHECK(rows == 40);
}

TEST_CASE("regression: adapt::run learns numbers from a stream") {
  using network = nn::sequential<nn::linear<2, 2>>;
  std::printf("seeds 4, 1, 7\n");
  auto sides = data::random_split(plane(400), 0.25, seed{1});
  data::standardizer const scale = data::standardize(sides);
  CHECK(scale.features() == 2);
  static adapt::adapter<network, nn::mean_square, optim::adam, 32> device(optim::adam{3e-2F},
                                                                          seed{7});
  data::batches stream(sides.train, 32, seed{7});
  auto const before = device.evaluate(sides.test.x, sides.test.y).loss;
  adapt::run(device, stream, {.iterations = 600});
  auto const after = device.evaluate(sides.test.x, sides.test.y).loss;
  CHECK(before > 1.0);
  CHECK(after < 1e-4);
}

}  // namespace data_regression_test
