// SPDX-License-Identifier: BSD-3-Clause
// Pooling against plain loops; tangents are those of the numbers chosen.
#include <halo/kernel/pool.hpp>

#include "geometry/fuzz.hpp"

namespace geometry_pool_test {

using namespace halo;
using support::fuzz::draw;
using support::fuzz::exact;
using doubles = std::vector<double>;

namespace {

kernel::pool_geometry draw_geometry(draw& d) {
  kernel::pool_geometry g{};
  do {
    g = {d.axis(64, 9), d.axis(64, 9), d.size(130)};
    if (d.once_in(6)) g.y = {};
    for (auto* a : {&g.y, &g.x}) {  // every window sees a pixel
      bool seen = true;
      for (std::size_t o = 0; o < a->out; ++o) {
        bool any = false;
        for (std::size_t k = 0; k < a->kernel; ++k)
          any = any || o * a->stride + k * a->dilation - a->low < a->in;  // wraps below 0
        seen = seen && any;
      }
      if (!seen) *a = kernel::window_axis::valid(a->in, 1, a->stride);
    }
  } while (g.output_size() * g.y.kernel * g.x.kernel > 1000000);
  return g;
}

/// Calls f(output element, its window's input elements) for each.
template <class F>
void for_each_window(std::size_t images, kernel::pool_geometry const& g, F const& f) {
  std::vector<std::size_t> window;
  std::size_t to = 0;
  for (std::size_t n = 0; n < images; ++n)
    for (std::size_t o = 0; o < g.y.out; ++o)
      for (std::size_t q = 0; q < g.x.out; ++q)
        for (std::size_t c = 0; c < g.channels; ++c, ++to) {
          window.clear();
          for (std::size_t k = 0; k < g.y.kernel; ++k)
            for (std::size_t l = 0; l < g.x.kernel; ++l) {
              std::size_t const row = o * g.y.stride + k * g.y.dilation - g.y.low;
              std::size_t const column = q * g.x.stride + l * g.x.dilation - g.x.low;
              if (row < g.y.in && column < g.x.in)
                window.push_back(((n * g.y.in + row) * g.x.in + column) * g.channels + c);
            }
          f(to, window);
        }
}

template <class T>
std::size_t largest(exact<T> const& x, std::vector<std::size_t> const& window) {
  return *std::max_element(window.begin(), window.end(),
                           [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
}

}  // namespace

TEST_CASE_TEMPLATE("geometry: pooling", M, HALO_FUZZ_MACHINES) {
  using T = typename M::value;
  using A = typename M::arch;
  support::fuzz::for_each_case("pool", 40, [](draw& d) {
    auto const g = draw_geometry(d);
    std::size_t const images = d.between(1, 2);
    auto const x = d.integers<T>(images * g.input_size());
    auto const dy = d.integers<T>(images * g.output_size());
    exact<T> most(dy.size()), mean(dy.size()), to_most(x.size()), to_mean(x.size());
    kernel::max_pool_forward<A>(images, g, x.data(), most.data());
    kernel::average_pool_forward<A>(images, g, x.data(), mean.data());
    kernel::max_pool_backward<A>(images, g, x.data(), dy.data(), to_most.data());
    kernel::average_pool_backward<A>(images, g, dy.data(), to_mean.data());
    doubles means(dy.size()), slopes(x.size()), shares(x.size());
    bool same = true;
    for_each_window(images, g, [&](std::size_t to, std::vector<std::size_t> const& window) {
      same = same && most[to] == x[largest(x, window)];
      slopes[largest(x, window)] += static_cast<double>(dy[to]);
      auto const count = static_cast<double>(window.size());
      for (std::size_t const at : window) {
        means[to] += static_cast<double>(x[at]) / count;
        shares[at] += static_cast<double>(dy[to]) / count;
      }
    });
    CHECK(same);
    CHECK((doubles(to_most.begin(), to_most.end()) == slopes));
    CHECK(support::distance(std::vector<T>(mean.begin(), mean.end()), means) <
          support::tolerance<T>);
    CHECK(support::distance(std::vector<T>(to_mean.begin(), to_mean.end()), shares) <
          support::tolerance<T>);
    for (auto const* a : {&most, &mean, &to_most, &to_mean}) CHECK(a->kept_inside());
  });
}

TEST_CASE("geometry: pooling of planes of duals") {
  using planes = support::fuzz::plane_pair<float>;
  using P = autodiff::planar<float>;
  support::fuzz::for_each_case("pool on planes", 20, [](draw& d) {
    auto const g = draw_geometry(d);
    std::size_t const inputs = g.input_size(), outputs = g.output_size();
    planes const x{d.integers<float>(inputs), d.integers<float>(inputs)};
    planes const dy{d.integers<float>(outputs), d.integers<float>(outputs)};
    planes y{exact<float>(outputs), exact<float>(outputs)};
    planes dx{exact<float>(inputs), exact<float>(inputs)};
    using A = simd::default_arch;
    kernel::max_pool_forward<A, P>(1, g, x.read(), y.write());
    kernel::max_pool_backward<A, P>(1, g, x.read(), dy.read(), dx.write());
    doubles slopes(inputs), tangents(inputs);
    bool same = true;
    for_each_window(1, g, [&](std::size_t to, std::vector<std::size_t> const& window) {
      std::size_t const at = largest(x.value, window);
      same = same && y.value[to] == x.value[at] && y.tangent[to] == x.tangent[at];
      slopes[at] += static_cast<double>(dy.value[to]);
      tangents[at] += static_cast<double>(dy.tangent[to]);
    });
    CHECK(same);
    CHECK((doubles(dx.value.begin(), dx.value.end()) == slopes));
    CHECK((doubles(dx.tangent.begin(), dx.tangent.end()) == tangents));
    kernel::average_pool_forward<A, P>(1, g, x.read(), y.write());
    kernel::average_pool_backward<A, P>(1, g, dy.read(), dx.write());
    exact<float> mean(outputs), share(inputs);
    kernel::average_pool_forward<A>(1, g, x.tangent.data(), mean.data());
    kernel::average_pool_backward<A>(1, g, dy.tangent.data(), share.data());
    CHECK(std::equal(mean.begin(), mean.end(), y.tangent.begin()));
    CHECK(std::equal(share.begin(), share.end(), dx.tangent.begin()));
    CHECK((y.kept_inside() && dx.kept_inside()));
  });
}

}  // namespace geometry_pool_test
