// SPDX-License-Identifier: BSD-3-Clause
// Products of matrices, checked by a product with a random vector: C r = A (B r) [Freivalds 1977].
#include <halo/autodiff/planar_gemm.hpp>
#include <halo/kernel/reused_operand.hpp>

#include "geometry/fuzz.hpp"

namespace geometry_gemm_test {

using namespace halo;
using kernel::operand;
using kernel::start;
using support::fuzz::draw;
using support::fuzz::exact;
using doubles = std::vector<double>;

namespace {

struct positive {
  template <class V>
  V operator()(V x) const noexcept {
    return max(x, V(0));
  }
};

/// A matrix of rows by columns numbers, perhaps stored transposed, perhaps with gaps.
struct layout {
  std::size_t rows, columns, stride;
  bool transposed;

  layout(draw& d, std::size_t m, std::size_t n, bool may_turn)
      : rows(m), columns(n), stride(0), transposed(may_turn && d.once_in(2)) {
    stride = (transposed ? rows : columns) + (d.once_in(3) ? d.size(9) : 0);
  }
  [[nodiscard]] std::size_t size() const {
    if (rows == 0 || columns == 0) return 0;
    return ((transposed ? columns : rows) - 1) * stride + (transposed ? rows : columns);
  }
  [[nodiscard]] std::size_t at(std::size_t i, std::size_t j) const {
    return transposed ? j * stride + i : i * stride + j;
  }
  /// sums_i += Σ_j a_ij r_j
  template <class T>
  void add(T const* a, doubles const& r, doubles& sums) const {
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < columns; ++j) sums[i] += static_cast<double>(a[at(i, j)]) * r[j];
  }
};

struct product {
  layout a, b, c;
  start from;
  doubles r;

  explicit product(draw& d, std::size_t most)
      : a(d, 0, 0, false), b(a), c(a), from(static_cast<start>(d.below(3))) {
    std::size_t m = d.size(most), n = d.size(most), k = d.once_in(20) ? 0 : d.size(2 * most);
    while (m * n * k > 20000000) n = n / 2 + 1, k = k / 2 + 1;
    a = layout(d, m, k, true), b = layout(d, k, n, true), c = layout(d, m, n, false);
    auto const factors = d.integers<float>(n);
    r.assign(factors.begin(), factors.end());
  }
  template <class T>
  void add(T const* x, T const* y, doubles& sums) const {
    doubles inner(a.columns);
    b.add(y, r, inner);
    a.add(x, inner, sums);
  }
  template <class T>
  [[nodiscard]] doubles begin(T const* before, T const* bias) const {
    doubles sums(c.rows);
    if (from == start::target) c.add(before, r, sums);
    if (from == start::bias)
      for (double& s : sums) s = support::fuzz::contracted(bias, r.data(), c.columns);
    return sums;
  }
  template <class T>
  [[nodiscard]] doubles result(T const* to) const {
    doubles sums(c.rows);
    c.add(to, r, sums);
    return sums;
  }
  /// Whether what lies between the rows of C is what it was.
  template <class T>
  [[nodiscard]] bool gaps_kept(exact<T> const& before, exact<T> const& after) const {
    for (std::size_t e = 0; e < after.size(); ++e)
      if (e % c.stride >= c.columns && before[e] != after[e]) return false;
    return after.kept_inside();
  }
  [[nodiscard]] std::string text() const {
    std::string all;
    for (std::size_t const v : {c.rows, c.columns, a.columns, a.stride, b.stride, c.stride,
                                std::size_t(a.transposed), std::size_t(b.transposed)})
      all += std::to_string(v) + ' ';
    return all;
  }
};

template <class T>
exact<T> copy_of(exact<T> const& x) {
  exact<T> y(x.size(), 1);
  std::copy(x.begin(), x.end(), y.begin());
  return y;
}

}  // namespace

TEST_CASE_TEMPLATE("geometry: gemm", M, HALO_FUZZ_MACHINES) {
  using T = typename M::value;
  using A = typename M::arch;
  support::fuzz::for_each_case("gemm", 150, [](draw& d) {
    product const p(d, d.once_in(3) ? 400 : 70);
    std::string const sizes = p.text();
    CAPTURE(sizes);
    CAPTURE(static_cast<int>(p.from));
    auto const a = d.integers<T>(p.a.size()), b = d.integers<T>(p.b.size());
    auto const bias = d.integers<T>(p.c.columns), before = d.integers<T>(p.c.size());
    operand<T const*> const left{a.data(), p.a.stride, p.a.transposed};
    operand<T const*> const right{b.data(), p.b.stride, p.b.transposed};
    auto c = copy_of(before), positive_part = copy_of(before), reused = copy_of(before);
    auto room = d.room(std::max(kernel::gemm_room<T, A>(p.c.columns, p.a.columns, p.b.transposed),
                                kernel::reused_room<T, A>(p.c.columns, p.a.columns, true)));
    kernel::gemm<A>(p.c.rows, p.c.columns, p.a.columns, left, right, c.data(), p.c.stride, p.from,
                    bias.data(), kernel::no_activation{}, room);
    doubles sums = p.begin(before.data(), bias.data());
    p.add(a.data(), b.data(), sums);
    CHECK((p.result(c.data()) == sums));
    CHECK(p.gaps_kept(before, c));
    kernel::gemm<A>(p.c.rows, p.c.columns, p.a.columns, left, right, positive_part.data(),
                    p.c.stride, p.from, bias.data(), positive{});
    bool same = true;
    for (std::size_t e = 0; e < c.size(); ++e)
      if (e % p.c.stride < p.c.columns) same = same && positive_part[e] == std::max(c[e], T(0));
    CHECK(same);
    CHECK(p.gaps_kept(before, positive_part));
    if (p.a.columns == 0) return;
    kernel::reused_operand<T*, A> const once(p.c.columns, p.a.columns, right, room);
    once.multiply(p.c.rows, left, reused.data(), p.c.stride, p.from, bias.data());
    CHECK((p.result(reused.data()) == sums));
    CHECK(p.gaps_kept(before, reused));
    CHECK(room.kept_inside());
  });
}

TEST_CASE_TEMPLATE("geometry: gemm on planes of duals", M,
                   support::machine<float, simd::default_arch>) {
  using T = typename M::value;
  using A = typename M::arch;
  using planes = support::fuzz::plane_pair<T>;
  support::fuzz::for_each_case("gemm on planes", 100, [](draw& d) {
    product const p(d, 120);
    std::string const sizes = p.text();
    CAPTURE(sizes);
    auto const pair = [&](std::size_t n) {
      return planes{d.integers<T>(n), d.integers<T>(n), d.once_in(4)};
    };
    auto const a = pair(p.a.size()), b = pair(p.b.size()), bias = pair(p.c.columns);
    auto const before = pair(p.c.size());
    planes c{copy_of(before.value), copy_of(before.tangent)};
    doubles sums = p.begin(before.value.data(), bias.value.data());
    std::vector<T> const none(p.c.columns);
    doubles tangents =
        p.begin(before.tangent.data(), bias.constant ? none.data() : bias.tangent.data());
    using autodiff::gemm;
    gemm<A>(p.c.rows, p.c.columns, p.a.columns,
            operand<autodiff::planar<T const>>{a.read(), p.a.stride, p.a.transposed},
            operand<autodiff::planar<T const>>{b.read(), p.b.stride, p.b.transposed}, c.write(),
            p.c.stride, p.from, bias.read());
    p.add(a.value.data(), b.value.data(), sums);
    if (!a.constant) p.add(a.tangent.data(), b.value.data(), tangents);
    if (!b.constant) p.add(a.value.data(), b.tangent.data(), tangents);
    CHECK((p.result(c.value.data()) == sums));
    CHECK((p.result(c.tangent.data()) == tangents));
    CHECK(p.gaps_kept(before.value, c.value));
    CHECK(p.gaps_kept(before.tangent, c.tangent));
  });
}

}  // namespace geometry_gemm_test
