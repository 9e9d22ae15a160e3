// SPDX-License-Identifier: BSD-3-Clause
// Recurrent layers against plain loops there and back.
#include <halo/kernel/gru.hpp>
#include <halo/kernel/lstm.hpp>

#include "geometry/fuzz.hpp"

namespace geometry_recurrent_test {

using namespace halo;
using kernel::recurrent_geometry;
using support::fuzz::draw;
using support::fuzz::exact;
using doubles = std::vector<double>;

namespace {

double squash(double x) { return 1 / (1 + std::exp(-x)); }

/// A cell as loops over one example: `width` numbers a state, of which h is the first `units`, and
/// `kept` numbers of a step that the way back wants.
struct plain_lstm {
  static constexpr std::size_t states = 2, kept = 5;
  recurrent_geometry g;
  [[nodiscard]] std::size_t parameters() const { return (g.inputs + g.units + 1) * 4 * g.units; }
  [[nodiscard]] std::size_t weight(std::size_t i, std::size_t j) const {
    return i * 4 * g.units + j;
  }
  void forward(double const* theta, double const* x, double const* s, double* next,
               double* keep) const {
    std::size_t const u = g.units, b = g.inputs + u;
    for (std::size_t j = 0; j < 4 * u; ++j) {
      double sum = theta[weight(b, j)];
      for (std::size_t i = 0; i < g.inputs; ++i) sum += x[i] * theta[weight(i, j)];
      for (std::size_t i = 0; i < u; ++i) sum += s[i] * theta[weight(g.inputs + i, j)];
      keep[j] = j / u == 2 ? std::tanh(sum) : squash(sum);
    }
    for (std::size_t k = 0; k < u; ++k) {
      next[u + k] = keep[u + k] * s[u + k] + keep[k] * keep[2 * u + k];
      keep[4 * u + k] = std::tanh(next[u + k]);
      next[k] = keep[3 * u + k] * keep[4 * u + k];
    }
  }
  /// ds: dL/d(next state), becomes dL/d(state).
  void back(double const* theta, double const* x, double const* s, double const* keep, double* ds,
            double* dx, double* gradient) const {
    std::size_t const u = g.units, b = g.inputs + u;
    doubles dz(4 * u), dh(u);
    for (std::size_t k = 0; k < u; ++k) {
      double const i = keep[k], f = keep[u + k], fresh = keep[2 * u + k], o = keep[3 * u + k];
      double const t = keep[4 * u + k], dc = ds[u + k] + ds[k] * o * (1 - t * t);
      dz[k] = dc * fresh * i * (1 - i);
      dz[u + k] = dc * s[u + k] * f * (1 - f);
      dz[2 * u + k] = dc * i * (1 - fresh * fresh);
      dz[3 * u + k] = ds[k] * t * o * (1 - o);
      ds[u + k] = dc * f;
    }
    for (std::size_t j = 0; j < 4 * u; ++j) {
      for (std::size_t i = 0; i < g.inputs; ++i) {
        dx[i] += dz[j] * theta[weight(i, j)];
        gradient[weight(i, j)] += dz[j] * x[i];
      }
      for (std::size_t i = 0; i < u; ++i) {
        dh[i] += dz[j] * theta[weight(g.inputs + i, j)];
        gradient[weight(g.inputs + i, j)] += dz[j] * s[i];
      }
      gradient[weight(b, j)] += dz[j];
    }
    std::copy(dh.begin(), dh.end(), ds);
  }
  template <class A, class T>
  static void run(std::size_t rows, recurrent_geometry const& g, T const* x, T const* theta, T* y,
                  T* memory, kernel::room room) {
    kernel::lstm_forward<A>(rows, g, x, theta, y, memory, room);
  }
  template <class A, class T>
  static void run_back(std::size_t rows, recurrent_geometry const& g, T const* theta,
                       T const* memory, T const* dy, T* dx, T* gradient, T* scratch,
                       kernel::room room) {
    kernel::lstm_backward<A>(rows, g, theta, memory, dy, dx, gradient, scratch, room);
  }
  [[nodiscard]] std::size_t memory() const { return kernel::lstm_memory::size(g); }
  [[nodiscard]] std::size_t scratch() const { return kernel::lstm_scratch(g); }
  template <class T, class A>
  [[nodiscard]] std::size_t room() const {
    return kernel::lstm_room<T, A>(g);
  }
};

struct plain_gru {
  static constexpr std::size_t states = 1, kept = 4;
  recurrent_geometry g;
  [[nodiscard]] std::size_t parameters() const {
    return (g.inputs + g.units + 1) * 3 * g.units + g.units;
  }
  [[nodiscard]] std::size_t weight(std::size_t i, std::size_t j) const {
    return i * 3 * g.units + j;
  }
  void forward(double const* theta, double const* x, double const* s, double* next,
               double* keep) const {
    std::size_t const u = g.units, b = g.inputs + u;
    doubles from_x(3 * u), from_h(3 * u);
    for (std::size_t j = 0; j < 3 * u; ++j) {
      from_x[j] = theta[weight(b, j)];
      for (std::size_t i = 0; i < g.inputs; ++i) from_x[j] += x[i] * theta[weight(i, j)];
      for (std::size_t i = 0; i < u; ++i) from_h[j] += s[i] * theta[weight(g.inputs + i, j)];
    }
    for (std::size_t k = 0; k < u; ++k) {
      double const r = squash(from_x[k] + from_h[k]), z = squash(from_x[u + k] + from_h[u + k]);
      double const inner = from_h[2 * u + k] + theta[weight(b + 1, k)];
      double const n = std::tanh(from_x[2 * u + k] + r * inner);
      keep[k] = r, keep[u + k] = z, keep[2 * u + k] = n, keep[3 * u + k] = inner;
      next[k] = (1 - z) * n + z * s[k];
    }
  }
  void back(double const* theta, double const* x, double const* s, double const* keep, double* ds,
            double* dx, double* gradient) const {
    std::size_t const u = g.units, b = g.inputs + u;
    doubles dp(3 * u), dq(3 * u), dh(u);  // of what comes from x, and from h
    for (std::size_t k = 0; k < u; ++k) {
      double const r = keep[k], z = keep[u + k], n = keep[2 * u + k], inner = keep[3 * u + k];
      double const dn = ds[k] * (1 - z) * (1 - n * n);
      dp[k] = dq[k] = dn * inner * r * (1 - r);
      dp[u + k] = dq[u + k] = ds[k] * (s[k] - n) * z * (1 - z);
      dp[2 * u + k] = dn;
      dq[2 * u + k] = dn * r;
      dh[k] = ds[k] * z;
      gradient[weight(b + 1, k)] += dq[2 * u + k];
    }
    for (std::size_t j = 0; j < 3 * u; ++j) {
      for (std::size_t i = 0; i < g.inputs; ++i) {
        dx[i] += dp[j] * theta[weight(i, j)];
        gradient[weight(i, j)] += dp[j] * x[i];
      }
      for (std::size_t i = 0; i < u; ++i) {
        dh[i] += dq[j] * theta[weight(g.inputs + i, j)];
        gradient[weight(g.inputs + i, j)] += dq[j] * s[i];
      }
      gradient[weight(b, j)] += dp[j];
    }
    std::copy(dh.begin(), dh.end(), ds);
  }
  template <class A, class T>
  static void run(std::size_t rows, recurrent_geometry const& g, T const* x, T const* theta, T* y,
                  T* memory, kernel::room room) {
    kernel::gru_forward<A>(rows, g, x, theta, y, memory, room);
  }
  template <class A, class T>
  static void run_back(std::size_t rows, recurrent_geometry const& g, T const* theta,
                       T const* memory, T const* dy, T* dx, T* gradient, T* scratch,
                       kernel::room room) {
    kernel::gru_backward<A>(rows, g, theta, memory, dy, dx, gradient, scratch, room);
  }
  [[nodiscard]] std::size_t memory() const { return kernel::gru_memory::size(g); }
  [[nodiscard]] std::size_t scratch() const { return kernel::gru_scratch(g); }
  template <class T, class A>
  [[nodiscard]] std::size_t room() const {
    return kernel::gru_room<T, A>(g);
  }
};

/// Both ways through one example's sequence; adds to gradient.
template <class Cell>
void example(Cell const& cell, double const* theta, double const* x, double const* dy, double* y,
             double* dx, double* gradient) {
  recurrent_geometry const& g = cell.g;
  std::size_t const u = g.units, width = Cell::states * u, kept = Cell::kept * u;
  doubles s((g.steps + 1) * width), keep(g.steps * kept), ds(width);
  for (std::size_t t = 0; t < g.steps; ++t) {
    double* const next = s.data() + (t + 1) * width;
    cell.forward(theta, x + t * g.inputs, s.data() + t * width, next, keep.data() + t * kept);
    if (g.all || t + 1 == g.steps) std::copy_n(next, u, y + (g.all ? t * u : 0));
  }
  for (std::size_t t = g.steps; t-- > 0;) {
    if (g.all || t + 1 == g.steps)
      for (std::size_t k = 0; k < u; ++k) ds[k] += dy[(g.all ? t * u : 0) + k];
    cell.back(theta, x + t * g.inputs, s.data() + t * width, keep.data() + t * kept, ds.data(),
              dx + t * g.inputs, gradient);
    if (g.truncation != 0 && (g.steps - t) % g.truncation == 0)
      std::fill(ds.begin(), ds.end(), 0.0);
  }
}

/// The largest error in units of the largest number.
template <class T>
double off(exact<T> const& got, doubles const& right) {
  double most = 1, error = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    most = std::max(most, std::abs(right[i]));
    double const e = std::abs(static_cast<double>(got[i]) - right[i]);
    error = e <= error ? error : e;  // NaN is an error
  }
  return error / most;
}

template <class Cell, class M>
void check() {
  using T = typename M::value;
  using A = typename M::arch;
  static constexpr double allowed = std::is_same_v<T, float> ? 5e-5 : 1e-12;
  support::fuzz::for_each_case("recurrent", 12, [](draw& d) {
    recurrent_geometry g{d.size(24), d.size(130), d.size(130), d.once_in(2), 0};
    if (d.once_in(3)) g.truncation = d.size(12);
    std::size_t rows = d.size(24);
    auto const work = [&] { return rows * g.steps * g.units * (g.inputs + g.units); };
    while (work() > 400000 && rows > 1) rows /= 2;
    while (work() > 400000) g.inputs = g.inputs / 2 + 1, g.units = g.units / 2 + 1;
    CAPTURE(g.steps);
    CAPTURE(g.inputs);
    CAPTURE(g.units);
    CAPTURE(g.all);
    CAPTURE(g.truncation);
    CAPTURE(rows);
    Cell const cell{g};
    auto const theta =
        d.numbers<T>(cell.parameters(), 1 / std::sqrt(static_cast<double>(g.inputs + g.units)));
    auto const x = d.numbers<T>(rows * g.steps * g.inputs);
    auto const dy = d.numbers<T>(rows * g.outputs());
    exact<T> y(dy.size()), memory(rows * cell.memory()), scratch(rows * cell.scratch());
    exact<T> dx(x.size()), gradient(theta.size());
    bool const with_x = !d.once_in(4), with_gradient = !d.once_in(4);
    auto room = d.room(cell.template room<T, A>());
    Cell::template run<A>(rows, g, x.data(), theta.data(), y.data(), memory.data(), room);
    Cell::template run_back<A>(rows, g, theta.data(), std::as_const(memory).data(), dy.data(),
                               with_x ? dx.data() : static_cast<T*>(nullptr),
                               with_gradient ? gradient.data() : static_cast<T*>(nullptr),
                               scratch.data(), room);
    CHECK(room.kept_inside());
    doubles const w(theta.begin(), theta.end()), in(x.begin(), x.end()), d_y(dy.begin(), dy.end());
    doubles right_y(y.size()), right_dx(x.size()), right(theta.size());
    for (std::size_t i = 0; i < rows; ++i) {
      std::size_t const at = i * g.steps * g.inputs, to = i * g.outputs();
      example(cell, w.data(), in.data() + at, d_y.data() + to, right_y.data() + to,
              right_dx.data() + at, right.data());
    }
    CHECK(off(y, right_y) < allowed);
    if (with_x) CHECK(off(dx, right_dx) < allowed);
    if (with_gradient) CHECK(off(gradient, right) < allowed);
    for (auto const* a : {&y, &memory, &scratch, &dx, &gradient}) CHECK(a->kept_inside());
  });
}

}  // namespace

TEST_CASE_TEMPLATE("geometry: lstm", M, HALO_FUZZ_MACHINES) { check<plain_lstm, M>(); }
TEST_CASE_TEMPLATE("geometry: gru", M, HALO_FUZZ_MACHINES) { check<plain_gru, M>(); }

}  // namespace geometry_recurrent_test
