// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/update.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <vector>

#include "support/numbers.hpp"

namespace kernel_update_test {

namespace kernel = halo::kernel;
namespace simd = halo::simd;
using support::numbers;

namespace {

/// Two states that mix with parameter and gradient; exact on small integers.
struct mixing {
  template <class V>
  void operator()(V& theta, V g, V& a, V& b) const {
    a += g;
    b = a - theta;
    theta = theta * V(2) + b;
  }
};

struct dividing {
  template <class V>
  void operator()(V& theta, V g, V& state) const {
    theta = theta - g / state;
  }
};

template <class T>
std::vector<T> integers(std::size_t n, std::uint64_t stream) {
  std::vector<T> x = numbers<T>(n, stream, 50);
  for (T& e : x) e = static_cast<T>(static_cast<int>(e));
  return x;
}

}  // namespace

TEST_CASE_TEMPLATE("an update applies its rule once to every parameter", M, HALO_MACHINES) {
  using T = typename M::value;
  for (std::size_t const n : support::sizes) {
    std::vector<T> theta = integers<T>(n, 1), a = integers<T>(n, 3), b = integers<T>(n, 4);
    std::vector<T> const g = integers<T>(n, 2), theta_before = theta, a_before = a;
    CHECK(kernel::update_is_finite<typename M::arch>(
        n, static_cast<T const*>(theta.data()), g.data(), mixing{}, static_cast<T const*>(a.data()),
        static_cast<T const*>(b.data())));
    CHECK(theta == theta_before);
    kernel::update<typename M::arch>(n, theta.data(), g.data(), mixing{}, a.data(), b.data());
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(a[i] == a_before[i] + g[i]);
      CHECK(b[i] == a[i] - theta_before[i]);
      CHECK(theta[i] == theta_before[i] * T(2) + b[i]);
    }
  }
}

TEST_CASE_TEMPLATE("a parameter's update does not depend on its position", M, HALO_MACHINES) {
  using T = typename M::value;
  std::vector<T> const theta = numbers<T>(70, 1), g = numbers<T>(70, 2);
  std::vector<T> const s = numbers<T>(70, 3);
  std::vector<T> whole = theta, state = s;
  kernel::update<typename M::arch>(70, whole.data(), g.data(), dividing{}, state.data());
  for (std::size_t i = 0; i < 70; ++i) {
    T alone = theta[i], own = s[i];
    kernel::update<typename M::arch>(1, &alone, &g[i], dividing{}, &own);
    CHECK(alone == whole[i]);
  }
}

TEST_CASE_TEMPLATE("a trial finds whatever would not be finite", M, HALO_MACHINES) {
  using T = typename M::value;
  using limits = std::numeric_limits<T>;
  for (std::size_t const n : support::sizes) {
    std::vector<T> theta(n, T(1)), g(n, T(1)), state(n, T(2));
    auto const finite = [&] {
      return kernel::update_is_finite<typename M::arch>(n, static_cast<T const*>(theta.data()),
                                                        static_cast<T const*>(g.data()), dividing{},
                                                        static_cast<T const*>(state.data()));
    };
    CHECK(finite());  // 0 / 0 in lanes behind the last parameter is nobody's business
    for (std::size_t i = 0; i < n; ++i) {
      CAPTURE(n);
      CAPTURE(i);
      for (auto* const array : {&theta, &g, &state}) {
        T const kept = (*array)[i];
        (*array)[i] = limits::quiet_NaN();
        CHECK_FALSE(finite());
        (*array)[i] = kept;
      }
      state[i] = T(0);
      CHECK_FALSE(finite());
      state[i] = limits::infinity();  // theta stays finite, the state is not
      CHECK_FALSE(finite());
      state[i] = T(2);
    }
  }
}

}  // namespace kernel_update_test
