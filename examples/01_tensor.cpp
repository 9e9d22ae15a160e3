// SPDX-License-Identifier: BSD-3-Clause
// Lesson 1: numbers in bulk. Containers and views are xtensor's; halo gives them aligned memory,
// shapes that the compiler knows, and random numbers with the same bits everywhere.
#include <array>
#include <cstdio>

#include <halo/core/random.hpp>
#include <halo/tensor.hpp>

using namespace halo;

namespace {

int failures = 0;
void claim(char const* what, bool holds) {
  std::printf("  %-62s %s\n", what, holds ? "yes" : "NO");
  failures += holds ? 0 : 1;
}

}  // namespace

int main() {
  // A container owns its memory. Arithmetic is xtensor's; assigning to a container computes it.
  tensor::array<float, 2> const celsius{{20.0F, 21.5F, 19.0F}, {30.0F, 31.0F, 29.5F}};
  tensor::array<float, 2> const kelvin = celsius + 273.15F;
  std::printf("two rooms, three sensors, in kelvin\n");
  for (std::size_t room = 0; room < 2; ++room) {
    for (float const t : tensor::row(kelvin, room)) std::printf("  %7.2f", static_cast<double>(t));
    std::printf("\n");
  }
  claim("rows lie one after the other, the last index runs fastest",
        tensor::row(kelvin, 1).data() == kelvin.data() + 3);

  // A view borrows memory that somebody else owns: a driver's buffer, say. Nothing is copied.
  std::array<float, 6> buffer{1, 2, 3, 4, 5, 6};
  auto window = tensor::view(std::span(buffer), shape<3, 2>{});  // three readings of two channels
  window(2, 1) = 60;
  claim("writing through a view writes the buffer", buffer[5] == 60.0F);

  // A shape is a type. Kernels and networks take theirs from the compiler, not from a run.
  using image = shape<1, 28, 28>;
  static_assert(image::size == 784 && image::rank == 3);
  auto const blank = tensor::zeros<float>(image{});
  claim("a container made from a shape<...> has that shape", blank.shape()[2] == 28);

  // A factory draws once. Seed, stream and position decide a number, and nothing else does.
  generator noise(seed{2020});
  auto const a = tensor::normal<float>({100, 100}, noise);
  claim("two looks at one element see one number", a(3, 4) == a(3, 4));
  generator again(seed{2020});
  again.seek(304);  // the generator of element (3, 4), without drawing the 304 before it
  claim("any element can be drawn alone", again.normal() == a(3, 4));
  generator other(seed{2020}, 1);
  claim("another stream of the seed gives other numbers", other.normal() != a(0, 0));

  double mean = 0, square = 0;
  for (float const x : tensor::elements(a)) {
    mean += static_cast<double>(x) / static_cast<double>(a.size());
    square += static_cast<double>(x) * static_cast<double>(x) / static_cast<double>(a.size());
  }
  std::printf("10,000 normal numbers: mean %.4f, mean square %.4f\n", mean, square);
  claim("within five standard errors of 0 and 1",
        mean * mean < 25e-4 && (square - 1) * (square - 1) < 50e-4);
  return failures == 0 ? 0 : 1;
}
