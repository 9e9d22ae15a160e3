// SPDX-License-Identifier: BSD-3-Clause
// A normalisation looks at differences: what all its inputs have in common costs no digits, however
// large it is beside their deviations.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/nn.hpp>

namespace contract_large_means_test {

using namespace halo;

namespace {

constexpr std::size_t rows = 24;

/// Outputs, dL/dθ and dL/dx of a layer on numbers around a mean, one after another.
template <class L, class X, class T>
std::vector<T> pass(double mean, double deviation) {
  generator g(seed{7});
  auto const draw = [&g](std::size_t n, double from, double times) {
    std::vector<T> x(n);
    for (T& e : x) e = static_cast<T>(static_cast<float>(from + times * g.normal()));
    return x;
  };
  auto const theta = draw(nn::parameter_count<L, X>(), 1, 0.2);
  auto const x = draw(rows * X::size, mean, deviation), dy = draw(rows * X::size, 0, 1);
  std::vector<T> y(rows * X::size), dx(y), gradient(theta);
  std::vector<T> memory(rows * L::template memory<X> + 1),
      scratch(rows * nn::detail::scratch_of<L, X>() + 1);
  nn::pass const p{.rows = rows, .capacity = rows, .training = true};
  L::template forward<X>(p, theta.data(), x.data(), y.data(), memory.data());
  L::template backward<X>(
      p, nn::backward_arguments<T*>{theta.data(), x.data(), y.data(), memory.data(), dy.data(),
                                    dx.data(), gradient.data(), scratch.data()});
  y.insert(y.end(), gradient.begin(), gradient.end());
  y.insert(y.end(), dx.begin(), dx.end());
  return y;
}

template <class L, class X>
void keeps_digits() {
  for (auto const& [mean, deviation] :
       {std::pair{0.0, 1.0}, {10.0, 1.0}, {1e3, 1.0}, {1e3, 0.01}, {-1e4, 0.01}, {1e6, 1.0}}) {
    INFO(std::string(L::kind));
    CAPTURE(mean);
    CAPTURE(deviation);
    auto const found = pass<L, X, float>(mean, deviation);
    auto const expected = pass<L, X, double>(mean, deviation);
    std::size_t const outputs = rows * X::size, inputs = expected.size() - rows * X::size;
    for (auto const& [begin, end] : {std::pair{std::size_t{0}, outputs}, std::pair{outputs, inputs},
                                     std::pair{inputs, expected.size()}}) {
      double off = 0, most = 0;
      for (std::size_t i = begin; i < end; ++i) {
        off = std::max(off, std::abs(static_cast<double>(found[i]) - expected[i]));
        most = std::max(most, std::abs(expected[i]));
      }
      CHECK(off < 3e-6 * most);
    }
  }
}

}  // namespace

TEST_CASE("large means: cost no normalisation any digits") {
  keeps_digits<nn::batch_norm, shape<7>>();
  keeps_digits<nn::batch_norm, shape<3, 3, 20>>();
  keeps_digits<nn::group_norm<2>, shape<4, 4, 6>>();
  keeps_digits<nn::group_norm<1>, shape<30>>();
  keeps_digits<nn::layer_norm, shape<30>>();
}

}  // namespace contract_large_means_test
