// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/turned.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace io_turned_test {

using namespace halo;
using io::extents;
using io::detail::turned;

namespace {

parameter_info info(std::array<std::size_t, 4> shape, std::size_t rank, parameter_role role) {
  std::size_t count = 1;
  for (std::size_t i = 0; i < rank; ++i) count *= shape[i];
  return {.extents = shape, .rank = rank, .count = count, .role = role};
}

/// 0, 1, 2 ... in PyTorch's order, in halo's.
std::vector<float> places(turned const& how, std::size_t count) {
  std::vector<float> from(count), to(count);
  std::iota(from.begin(), from.end(), 0.0F);
  how.put(0, from, to);
  std::vector<float> back(count), pieces(count);
  how.get(to, back);
  CHECK(back == from);  // there and back
  for (std::size_t i = 0; i < how.slices(); ++i)
    how.put(i, std::span(from).subspan(i * how.slice(), how.slice()), pieces);
  CHECK(pieces == to);
  return to;
}

}  // namespace

TEST_CASE("turned: weights of linear layers, also behind an image") {
  turned const plain(info({2, 3}, 2, parameter_role::weight), {{2}}, true);
  CHECK(plain.shape() == extents{3, 2});
  CHECK(places(plain, 6) == std::vector<float>{0, 2, 4, 1, 3, 5});
  // 2 pixels of 3 channels, one output: PyTorch has (c0 p0), (c0 p1), (c1 p0) ...
  turned const flat(info({6, 1}, 2, parameter_role::weight), {{6}, true, {1, 2, 3}}, true);
  CHECK(flat.shape() == extents{1, 6});
  CHECK(places(flat, 6) == std::vector<float>{0, 2, 4, 1, 3, 5});
  turned const bias(info({6}, 1, parameter_role::bias), {{6}, true, {1, 2, 3}}, true);
  CHECK(places(bias, 6) == std::vector<float>{0, 1, 2, 3, 4, 5});
  turned const gain(info({6}, 1, parameter_role::gain), {{6}, true, {1, 2, 3}}, false);
  CHECK(gain.shape() == extents{6});
  CHECK(places(gain, 6) == std::vector<float>{0, 2, 4, 1, 3, 5});
}

TEST_CASE("turned: kernels and gains over images") {
  turned const kernel(info({2, 1, 3, 2}, 4, parameter_role::weight), {{5, 5, 3}}, true);
  CHECK(kernel.shape() == extents{2, 3, 2, 1});
  CHECK(places(kernel, 12) == std::vector<float>{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11});
  turned const line(info({2, 1, 3}, 3, parameter_role::weight), {{5, 1}}, true);
  CHECK(line.shape() == extents{3, 1, 2});
  CHECK(places(line, 6) == std::vector<float>{0, 2, 4, 1, 3, 5});
  turned const image(info({2, 3}, 2, parameter_role::gain), {{2, 3}}, false);
  CHECK(image.shape() == extents{3, 2});
  turned const states(info({2, 3}, 2, parameter_role::gain), {{2, 3}, false}, false);
  CHECK(states.shape() == extents{2, 3});
}

TEST_CASE("turned: many slices and long ones, against the definition") {
  constexpr std::size_t h = 3, w = 5, in = 7, out = 37;
  turned const how(info({h, w, in, out}, 4, parameter_role::weight), {{9, 9, in}}, true);
  auto const found = places(how, h * w * in * out);
  std::size_t at = 0;
  for (std::size_t o = 0; o < out; ++o)
    for (std::size_t i = 0; i < in; ++i)
      for (std::size_t y = 0; y < h; ++y)
        for (std::size_t x = 0; x < w; ++x)
          CHECK(found[((y * w + x) * in + i) * out + o] == static_cast<float>(at++));
}

}  // namespace io_turned_test
