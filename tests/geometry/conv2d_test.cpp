// SPDX-License-Identifier: BSD-3-Clause
// Convolutions against six loops, in which the last sum is taken with random factors r: an image,
// Σ_j y_j r_j, says of all outputs at once whether they are right [Freivalds 1977].
#include <halo/autodiff/planar_conv2d.hpp>
#include <halo/kernel/conv2d_room.hpp>

#include "geometry/fuzz.hpp"

namespace geometry_conv2d_test {

using namespace halo;
using kernel::conv2d_geometry;
using kernel::start;
using support::fuzz::draw;
using support::fuzz::exact;
using doubles = std::vector<double>;

namespace {

/// A geometry with at most so many products an image.
conv2d_geometry draw_geometry(draw& d, std::size_t products) {
  conv2d_geometry g{d.axis(128, 7), d.axis(128, 7), d.size(130), d.size(130)};
  if (d.once_in(6)) g.y = {};               // one dimension
  if (d.once_in(6)) g.y = g.x;              // square
  if (d.once_in(5)) g.x = d.axis(128, 33);  // long kernels
  if (d.once_in(4)) {                       // Winograd's
    bool const same = d.once_in(2);
    for (auto* a : {&g.y, &g.x}) {
      std::size_t const n = a->in + 2;
      *a = same ? kernel::window_axis::same(n, 3) : kernel::window_axis::valid(n, 3);
    }
    g.in = d.between(30, 130), g.out = d.between(30, 130);
  }
  if (d.once_in(4)) {
    g.groups = d.size(16);
    g.in = (g.in + g.groups - 1) / g.groups * g.groups;
    g.out = (g.out + g.groups - 1) / g.groups * g.groups;
  }
  for (bool turn = false; g.operations() > products; turn = !turn) {
    kernel::window_axis& a = turn ? g.y : g.x;
    if (a.out > 2) {
      std::size_t const less = a.out / 3;
      a.out -= less;
      a.in -= std::min(less * a.stride, a.in - 1);
    } else if (g.groups == 1) {
      g.in = (g.in + 1) / 2, g.out = (g.out + 1) / 2;
    } else {
      g.in /= g.groups, g.out /= g.groups, g.groups = 1;
    }
  }
  return g;
}

/// Calls f(input pixel, tap, output pixel) for all that meet.
template <class F>
void for_each_meeting(std::size_t images, conv2d_geometry const& g, F const& f) {
  for (std::size_t n = 0; n < images; ++n)
    for (std::size_t o = 0; o < g.y.out; ++o)
      for (std::size_t k = 0; k < g.y.kernel; ++k) {
        std::size_t const row = o * g.y.stride + k * g.y.dilation - g.y.low;  // wraps below 0
        if (row >= g.y.in) continue;
        for (std::size_t q = 0; q < g.x.out; ++q)
          for (std::size_t l = 0; l < g.x.kernel; ++l) {
            std::size_t const column = q * g.x.stride + l * g.x.dilation - g.x.low;
            if (column >= g.x.in) continue;
            f((n * g.y.in + row) * g.x.in + column, k * g.x.kernel + l,
              (n * g.y.out + o) * g.x.out + q);
          }
      }
}

/// Sums over the channels of each group, [pixels, groups], with factors r.
template <class T>
doubles contract(T const* x, std::size_t pixels, std::size_t channels, std::size_t groups,
                 exact<float> const& r) {
  std::size_t const n = channels / groups;
  doubles sums(pixels * groups);
  for (std::size_t p = 0; p < sums.size(); ++p)
    sums[p] = support::fuzz::contracted(x + p * n, r.data() + p % groups * n, n);
  return sums;
}

struct plain {
  std::size_t images;
  conv2d_geometry const& g;
  exact<float> const& r;  // one an input channel or an output channel

  template <class T>
  void forward(T const* x, T const* w, doubles& sums) const {
    doubles const packed = contract(w, g.y.kernel * g.x.kernel * g.group_in(), g.out, g.groups, r);
    for_each_meeting(images, g, [&](std::size_t in, std::size_t tap, std::size_t out) {
      for (std::size_t c = 0; c < g.in; ++c) {
        std::size_t const group = c / g.group_in(), i = c % g.group_in();
        sums[out * g.groups + group] += static_cast<double>(x[in * g.in + c]) *
                                        packed[(tap * g.group_in() + i) * g.groups + group];
      }
    });
  }
  template <class T>
  void data(T const* dy, T const* w, doubles& sums) const {
    doubles packed(g.y.kernel * g.x.kernel * g.out);
    for (std::size_t e = 0; e < g.weights(); ++e) {
      std::size_t const j = e % g.out, i = e / g.out % g.group_in();
      packed[e / g.out / g.group_in() * g.out + j] +=
          static_cast<double>(w[e]) * static_cast<double>(r[j / g.group_out() * g.group_in() + i]);
    }
    for_each_meeting(images, g, [&](std::size_t in, std::size_t tap, std::size_t out) {
      for (std::size_t j = 0; j < g.out; ++j)
        sums[in * g.groups + j / g.group_out()] +=
            static_cast<double>(dy[out * g.out + j]) * packed[tap * g.out + j];
    });
  }
  template <class T>
  void weights(T const* x, T const* dy, doubles& sums) const {
    doubles const packed = contract(dy, images * g.y.out * g.x.out, g.out, g.groups, r);
    for_each_meeting(images, g, [&](std::size_t in, std::size_t tap, std::size_t out) {
      for (std::size_t c = 0; c < g.in; ++c) {
        std::size_t const group = c / g.group_in(), i = c % g.group_in();
        sums[(tap * g.group_in() + i) * g.groups + group] +=
            static_cast<double>(x[in * g.in + c]) * packed[out * g.groups + group];
      }
    });
  }
};

/// One of the three: pixels and channels of its arrays, the kernel and the loops.
struct direction {
  std::size_t a, b, target, rows, channels;
  int which;

  direction(std::size_t images, conv2d_geometry const& g, int w) : which(w) {
    std::size_t const x = images * g.input_size(), y = images * g.output_size();
    std::size_t const weights = g.weights();
    a = w == 1 ? y : x;
    b = w == 2 ? y : weights;
    target = w == 0 ? y : w == 1 ? x : weights;
    channels = w == 1 ? g.in : g.out;
    rows = target / channels;
  }
  template <class Arch, class C, class P>
  void run(std::size_t images, conv2d_geometry const& g, C one, C two, P to, start from, C bias,
           kernel::room room) const {
    using kernel::conv2d_backward_data, kernel::conv2d_backward_weights, kernel::conv2d_forward;
    if (which == 0)
      conv2d_forward<Arch>(images, g, one, two, to, from, bias, kernel::no_activation{}, room);
    if (which == 1) conv2d_backward_data<Arch>(images, g, one, two, to, from, room);
    if (which == 2) conv2d_backward_weights<Arch>(images, g, one, two, to, from, room);
  }
  template <class T>
  void add(plain const& p, T const* one, T const* two, doubles& sums) const {
    if (which == 0) p.forward(one, two, sums);
    if (which == 1) p.data(one, two, sums);
    if (which == 2) p.weights(one, two, sums);
  }
};

/// What a target, [rows, channels], starts from.
template <class T>
doubles begin(direction const& way, std::size_t groups, start from, T const* before, T const* bias,
              exact<float> const& r) {
  doubles sums(way.rows * groups);
  if (from == start::target) sums = contract(before, way.rows, way.channels, groups, r);
  if (from == start::bias)
    for (std::size_t p = 0; p < way.rows; ++p) {
      doubles const one = contract(bias, 1, way.channels, groups, r);
      std::copy(one.begin(), one.end(), sums.begin() + static_cast<std::ptrdiff_t>(p * groups));
    }
  return sums;
}

void capture(conv2d_geometry const& g, std::string& text) {
  for (auto const& a : {g.y, g.x})
    for (std::size_t const v : {a.in, a.out, a.kernel, a.stride, a.dilation, a.low})
      text += std::to_string(v) + ' ';
  for (std::size_t const v : {g.in, g.out, g.groups}) text += std::to_string(v) + ' ';
}

template <class M>
void check_numbers(int which) {
  using T = typename M::value;
  support::fuzz::for_each_case("conv2d", 25, [&](draw& d) {
    conv2d_geometry const g =
        draw_geometry(d, std::is_same_v<typename M::arch, simd::scalar> ? 5000000 : 30000000);
    std::size_t const images = g.operations() < 3000000 ? d.between(1, 3) : 1;
    auto const from = static_cast<start>(d.below(which == 0 ? 3 : 2));
    std::string sizes;
    capture(g, sizes);
    CAPTURE(sizes);
    CAPTURE(images);
    CAPTURE(static_cast<int>(from));
    direction const way(images, g, which);
    auto const one = d.integers<T>(way.a), two = d.integers<T>(way.b), bias = d.integers<T>(g.out);
    auto to = d.integers<T>(way.target);
    auto const r = d.integers<float>(way.channels);
    doubles sums = begin(way, g.groups, from, to.data(), bias.data(), r);
    auto room = d.room(kernel::conv2d_room<T, typename M::arch>(g));
    way.run<typename M::arch, T const*, T*>(images, g, one.data(), two.data(), to.data(), from,
                                            bias.data(), room);
    CHECK(room.kept_inside());
    way.add(plain{images, g, r}, one.data(), two.data(), sums);
    CHECK(to.kept_inside());
    CHECK((contract(to.data(), way.rows, way.channels, g.groups, r) == sums));
  });
}

/// Values as for numbers, tangents a.t ∗ b + a ∗ b.t.
template <class M>
void check_planes(int which) {
  using T = typename M::value;
  support::fuzz::for_each_case("conv2d on planes", 8, [&](draw& d) {
    conv2d_geometry const g = draw_geometry(d, 3000000);
    std::size_t const images = d.between(1, 2);
    auto const from = static_cast<start>(d.below(which == 0 ? 3 : 2));
    std::string sizes;
    capture(g, sizes);
    CAPTURE(sizes);
    CAPTURE(static_cast<int>(from));
    direction const way(images, g, which);
    auto const pair = [&](std::size_t n) {
      return support::fuzz::plane_pair<T>{d.integers<T>(n), d.integers<T>(n), d.once_in(4)};
    };
    auto const one = pair(way.a), two = pair(way.b), bias = pair(g.out);
    auto to = pair(way.target);
    auto const r = d.integers<float>(way.channels);
    doubles sums = begin(way, g.groups, from, to.value.data(), bias.value.data(), r);
    exact<T> none(bias.value.size());
    std::fill(none.begin(), none.end(), T(0));
    doubles tangents = begin(way, g.groups, from, to.tangent.data(),
                             bias.constant ? none.data() : bias.tangent.data(), r);
    auto room = d.room(kernel::conv2d_room<T, typename M::arch>(g));
    way.run<typename M::arch, autodiff::planar<T const>, autodiff::planar<T>>(
        images, g, one.read(), two.read(), to.write(), from, bias.read(), room);
    plain const p{images, g, r};
    way.add(p, one.value.data(), two.value.data(), sums);
    if (!one.constant) way.add(p, one.tangent.data(), two.value.data(), tangents);
    if (!two.constant) way.add(p, one.value.data(), two.tangent.data(), tangents);
    CHECK(to.kept_inside());
    CHECK((contract(to.value.data(), way.rows, way.channels, g.groups, r) == sums));
    CHECK((contract(to.tangent.data(), way.rows, way.channels, g.groups, r) == tangents));
  });
}

}  // namespace

TEST_CASE_TEMPLATE("geometry: conv2d forward", M, HALO_FUZZ_MACHINES) { check_numbers<M>(0); }
TEST_CASE_TEMPLATE("geometry: conv2d back to data", M, HALO_FUZZ_MACHINES) { check_numbers<M>(1); }
TEST_CASE_TEMPLATE("geometry: conv2d to weights", M, HALO_FUZZ_MACHINES) { check_numbers<M>(2); }

TEST_CASE("geometry: conv2d on planes of duals") {
  for (int const which : {0, 1, 2})
    check_planes<support::machine<float, simd::default_arch>>(which);
}

}  // namespace geometry_conv2d_test
