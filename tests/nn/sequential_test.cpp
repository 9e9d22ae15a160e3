// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/sequential.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../support/network_cases.hpp"

namespace nn_sequential_test {

using namespace halo;
using support::draw;

namespace {

constexpr std::size_t capacity = 67;
constexpr double poison = std::numeric_limits<double>::quiet_NaN();

/// The largest difference, relative to the largest element.
template <class A, class B>
double distance(std::vector<A> const& a, std::vector<B> const& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0, size = 1e-30;
  for (std::size_t i = 0; i < a.size(); ++i) {
    worst = std::fmax(worst, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    if (!std::isfinite(static_cast<double>(a[i]))) return poison;
    size = std::fmax(size, std::abs(static_cast<double>(b[i])));
  }
  return worst / size;
}

template <class T>
bool same_bits(T const* a, T const* b, std::size_t n) {
  return std::memcmp(a, b, n * sizeof(T)) == 0;
}

/// Adds what no layer may have: a count of its backward runs.
struct counting : nn::stateless_layer {
  using input = shape<3>;
  static constexpr char const* kind = "counting";
  template <class X>
  static constexpr bool accepts = nn::linear<3, 3>::accepts<X>;
  template <class X>
  using output = shape<3>;
  template <class X>
  static constexpr std::array<nn::tensor_spec, 2> tensors = nn::linear<3, 3>::tensors<X>;
  template <class X>
  static constexpr std::size_t operations = 9;
  static constexpr bool elementwise = false, needs_input = true, needs_output = false;
  static inline std::size_t forwards = 0, backwards = 0, weight_gradients = 0, input_gradients = 0;
  template <class X, class C, class P>
  static void forward(nn::pass const& p, C theta, C x, P y, P memory) noexcept {
    ++forwards;
    nn::linear<3, 3>::forward<X>(p, theta, x, y, memory);
  }
  template <class X, class P>
  static void backward(nn::pass const& p, nn::backward_arguments<P> const& a) noexcept {
    ++backwards;
    weight_gradients += a.gradient ? 1U : 0U;
    input_gradients += a.dx ? 1U : 0U;
    nn::linear<3, 3>::backward<X>(p, a);
  }
};

}  // namespace

TEST_CASE("sequential: sizes, order and names of the parameters") {
  using network = support::mixed_case::network;
  using layout = network::layout;
  static_assert(parameter_layout<layout>);
  static_assert(network::inputs == 6 && network::outputs == 1 && network::all_layers == 11);
  static_assert(std::is_same_v<network::input, shape<6>>);
  static_assert(std::is_same_v<network::output, shape<1>>);
  static_assert(network::layers == 5 && layout::layers == 5 && layout::tensors == 10);
  static_assert(network::parameters == 35 + 42 + 32 + 15 + 4);
  static_assert(layout::size == network::parameters);
  static_assert(network::forward_operations == 30 + 35 + 28 + 12 + 3);

  std::size_t offset = 0;
  std::vector<std::string> const names{"0.weight", "0.bias",   "2.weight", "2.bias",    "5.weight",
                                       "5.bias",   "8.weight", "8.bias",   "10.weight", "10.bias"};
  std::vector<std::size_t> const counts{30, 5, 35, 7, 28, 4, 12, 3, 3, 1};
  for (std::size_t t = 0; t < layout::tensors; ++t) {
    parameter_info const& info = layout::table[t];
    CAPTURE(t);
    CHECK(info.name() == names[t]);
    CHECK(info.offset == offset);
    CHECK(info.count == counts[t]);
    CHECK(info.layer == t / 2);
    CHECK(info.rank == (t % 2 == 0 ? 2 : 1));
    CHECK(info.extents[0] * (t % 2 == 0 ? info.extents[1] : 1) == info.count);
    CHECK(info.role == (t % 2 == 0 ? parameter_role::weight : parameter_role::bias));
    offset += info.count;
  }
  CHECK(offset == network::parameters);
}

TEST_CASE("sequential: the workspace is what the layers need and no more") {
  // relu lies on its linear: outputs 33, 17, 5 and two gradients of the widest inner layer
  static_assert(support::wide_case::network::memory_per_row == 33 + 17 + 5 + 2 * 33);
  // gelu needs its input, so it has a place of its own
  using keeping = nn::sequential<nn::linear<2, 9>, nn::gelu, nn::linear<9, 1>>;
  static_assert(keeping::memory_per_row == 9 + 9 + 1 + 2 * 9);
  static_assert(nn::sequential<nn::linear<4, 2>>::memory_per_row == 2);
}

TEST_CASE_TEMPLATE("sequential: forward and backward are those of plain loops", Case,
                   support::small_case, support::wide_case, support::mixed_case, support::odd_case,
                   support::norm_case) {
  using network = typename Case::network;
  auto const theta = draw(network::parameters, 1, 0.5);
  auto plain = Case::plain();
  support::runner<Case, double, capacity> exact;
  support::runner<Case, float, capacity> fast;
  plain.noise = exact.pass.noise;
  plain.step = exact.pass.step;
  std::vector<float> const theta_float(theta.begin(), theta.end());
  for (bool const training : {true, false}) {
    for (std::size_t const rows : {1U, 2U, 7U, 64U, 67U}) {
      CAPTURE(training);
      CAPTURE(rows);
      plain.training = exact.pass.training = fast.pass.training = training;
      auto const x = draw(rows * network::inputs, 2);
      auto const dy = draw(rows * network::outputs, 3);
      auto const values = plain.forward(rows, theta, x);
      auto const expected = plain.backward(rows, theta, values, dy);

      CHECK(distance(exact.forward(theta, x), values.back()) < 1e-14);
      std::vector<double> gradient(network::parameters, poison);
      exact.backward(theta, x, dy, gradient);
      CHECK(distance(gradient, expected) < 1e-13);

      std::vector<float> const x_float(x.begin(), x.end()), dy_float(dy.begin(), dy.end());
      CHECK(distance(fast.forward(theta_float, x_float), values.back()) < 1e-5);
      std::vector<float> gradient_float(network::parameters);
      fast.backward(theta_float, x_float, dy_float, gradient_float);
      CHECK(distance(gradient_float, expected) < 2e-5);
    }
  }
}

TEST_CASE_TEMPLATE("sequential: a mask changes what is computed, never a bit of it", Case,
                   support::small_case, support::wide_case, support::mixed_case, support::odd_case,
                   support::norm_case) {
  using network = typename Case::network;
  using layout = typename network::layout;
  auto const theta = draw<float>(network::parameters, 4, 0.5);
  support::runner<Case, float, capacity> run;
  for (std::size_t const rows : {1U, 7U, 64U}) {
    auto const x = draw<float>(rows * network::inputs, 5);
    auto const dy = draw<float>(rows * network::outputs, 6);
    auto const y = run.forward(theta, x);
    std::vector<float> dense(network::parameters, std::nanf(""));
    run.backward(theta, x, dy, dense);
    for (std::uint64_t bits = 0; bits < std::uint64_t{1} << network::layers; ++bits) {
      layer_mask const mask(bits);
      CAPTURE(rows);
      CAPTURE(bits);
      std::vector<float> poisoned = theta;
      CHECK(same_bits(run.forward(theta, x).data(), y.data(), y.size()));
      // Nothing at or below the lowest selected layer needs its weights any more.
      for (parameter_info const& info : layout::table) {
        if (info.layer > mask.lowest()) continue;
        for (std::size_t i = 0; i < info.count; ++i) poisoned[info.offset + i] = std::nanf("");
      }
      std::vector<float> gradient(network::parameters, -77.0F);
      run.backward(poisoned, x, dy, gradient, mask);
      for (parameter_info const& info : layout::table) {
        CAPTURE(info.name());
        float const* const g = gradient.data() + info.offset;
        if (mask[info.layer]) {
          CHECK(same_bits(g, dense.data() + info.offset, info.count));
        } else {
          CHECK(std::vector<float>(g, g + info.count) == std::vector<float>(info.count, -77.0F));
        }
      }
    }
  }
}

TEST_CASE("sequential: an empty mask reads and writes nothing") {
  using network = support::small_case::network;
  float* const nowhere = nullptr;
  network::backward<float*>({.rows = 3, .capacity = 4, .layers = {}}, nowhere, nowhere, nowhere,
                            nowhere, nowhere);
  // layers the network does not have select nothing
  network::backward<float*>({.rows = 3, .capacity = 4, .layers = layer_mask::only(2)}, nowhere,
                            nowhere, nowhere, nowhere, nowhere);
  static_assert(network::operations(layer_mask(), 64) == 0);
  static_assert(network::operations(layer_mask::only(2), 64) == 0);
  static_assert(network::selected_parameters(layer_mask::only(2)) == 0);
}

TEST_CASE("sequential: what is skipped does not run, and operations() counts what does") {
  using network = nn::sequential<counting, nn::tanh, counting, nn::gelu, counting, counting>;
  std::size_t const layers = network::layers, size = 9;  // multiply-adds of one layer
  auto const theta = draw<float>(network::parameters, 7, 0.5);
  for (std::size_t const rows : {1U, 5U}) {
    auto const x = draw<float>(rows * 3, 8);
    auto dy = draw<float>(rows * 3, 9);
    std::vector<float> arena(network::arena_size(rows)), gradient(network::parameters);
    for (std::uint64_t bits = 0; bits < std::uint64_t{1} << layers; ++bits) {
      layer_mask const mask(bits);
      CAPTURE(bits);
      counting::forwards = counting::backwards = 0;
      counting::weight_gradients = counting::input_gradients = 0;
      nn::pass const p{.rows = rows, .capacity = rows, .layers = mask};
      if (!mask.empty()) network::forward<float*>(p, theta.data(), x.data(), arena.data());
      network::backward<float*>(p, theta.data(), x.data(), arena.data(), dy.data(),
                                gradient.data());
      CHECK(counting::forwards == (mask.empty() ? 0 : layers));
      CHECK(counting::backwards == (mask.empty() ? 0 : layers - mask.lowest()));
      CHECK(counting::weight_gradients == mask.count());
      CHECK(counting::input_gradients == (mask.empty() ? 0 : layers - 1 - mask.lowest()));
      std::size_t const run =
          counting::forwards + counting::weight_gradients + counting::input_gradients;
      CHECK(network::operations(mask, rows) == run * size * rows);
      CHECK(network::selected_parameters(mask) == mask.count() * 12);
    }
  }
}

TEST_CASE("sequential: operations of unlike layers, by hand") {
  using network = support::wide_case::network;  // 37-33-17-5
  std::size_t const a = 37 * 33, b = 33 * 17, c = 17 * 5, forward = a + b + c;
  CHECK(network::operations(layer_mask(0b100), 1) == forward + c);
  CHECK(network::operations(layer_mask(0b010), 1) == forward + b + c);
  CHECK(network::operations(layer_mask(0b001), 1) == forward + a + b + c);
  CHECK(network::operations(layer_mask(0b101), 1) == forward + (a + c) + (b + c));
  CHECK(network::operations(layer_mask::all(), 64) == 64 * (forward + (a + b + c) + (b + c)));
}

TEST_CASE_TEMPLATE("sequential: the capacity of the workspace does not matter", Case,
                   support::wide_case, support::mixed_case, support::odd_case, support::norm_case) {
  using network = typename Case::network;
  auto const theta = draw<float>(network::parameters, 10, 0.5);
  auto const x = draw<float>(7 * network::inputs, 11);
  auto const dy = draw<float>(7 * network::outputs, 12);
  support::runner<Case, float, 7> tight;
  support::runner<Case, float, 100> roomy;
  auto const y = tight.forward(theta, x);
  CHECK(y == roomy.forward(theta, x));
  std::vector<float> a(network::parameters), b(network::parameters);
  tight.backward(theta, x, dy, a);
  roomy.backward(theta, x, dy, b);
  CHECK(a == b);
}

TEST_CASE("sequential: no rows give no output and a zero gradient") {
  using network = support::wide_case::network;
  support::runner<support::wide_case, float, 4> run;
  auto const theta = draw<float>(network::parameters, 13);
  CHECK(run.forward(theta, {}).empty());
  std::vector<float> gradient(network::parameters, 1.0F);
  run.backward(theta, {}, {}, gradient);
  CHECK(gradient == std::vector<float>(network::parameters, 0.0F));
}

TEST_CASE("sequential: an example's output does not depend on its neighbours") {
  using network = support::mixed_case::network;
  support::runner<support::mixed_case, double, 64> run;
  run.pass.training = false;
  auto const theta = draw(network::parameters, 14, 0.5);
  auto const x = draw(64 * network::inputs, 15);
  auto const all = run.forward(theta, x);
  for (std::size_t i = 0; i < 64; ++i) {
    auto const first = x.begin() + static_cast<std::ptrdiff_t>(i * network::inputs);
    auto const alone =
        run.forward(theta, {first, first + static_cast<std::ptrdiff_t>(network::inputs)});
    CHECK(alone[0] == doctest::Approx(all[i]).epsilon(1e-14));
  }
}

TEST_CASE("sequential: a gradient with a NaN in it is never bounded, whichever layer's it is") {
  // An infinite input of the upper layer meets dy = 0: NaN there, zeros below.
  using network = nn::sequential<nn::linear<2, 64>, nn::relu, nn::linear<64, 64>>;
  std::vector<float> theta(network::parameters, 0.0F);
  theta[2 * 64] = std::numeric_limits<float>::infinity();  // a bias of the lower layer
  std::vector<float> arena(network::arena_size(1)), gradient(network::parameters), dy(64);
  std::vector<float> const x(2, 1.0F);
  nn::pass const p{.rows = 1, .capacity = 1};
  network::forward<float*>(p, theta.data(), x.data(), arena.data());
  float const bound = network::backward<float*>(p, theta.data(), x.data(), arena.data(), dy.data(),
                                                gradient.data());
  CHECK(std::isnan(gradient[network::layout::table[2].offset]));
  CHECK_FALSE(bound <= std::numeric_limits<float>::max());
}

namespace {

/// The gradient by backward on some rows of a forward pass on all of them.
template <class Case, class T>
std::vector<T> on_some_rows(std::vector<T> const& theta, std::vector<T> const& x, std::vector<T> dy,
                            std::vector<std::uint32_t> const& rows, layer_mask mask) {
  using network = typename Case::network;
  support::runner<Case, T, capacity> r;
  r.forward(theta, x);
  nn::pass p = r.pass;
  p.rows = x.size() / network::inputs;
  p.capacity = capacity;
  network::keep_rows(p, rows.data(), rows.size(), r.work.arena.data());
  p.rows = rows.size();
  p.source = rows.data();
  p.layers = mask;
  std::vector<T> some_x, gradient(network::parameters, T(7));
  for (std::uint32_t i : rows) {
    auto const begin = x.begin() + static_cast<std::ptrdiff_t>(i * network::inputs);
    some_x.insert(some_x.end(), begin, begin + network::inputs);
  }
  network::template backward<T*>(p, theta.data(), some_x.data(), r.work.arena.data(), dy.data(),
                                 gradient.data());
  return gradient;
}

}  // namespace

TEST_CASE_TEMPLATE("sequential: backward on kept rows is that of the rows alone, bit by bit", Case,
                   support::small_case, support::wide_case, support::norm_case) {
  using network = typename Case::network;
  auto const theta = draw<float>(network::parameters, 1, 0.5);
  auto const x = draw<float>(32 * network::inputs, 2);
  std::vector<std::vector<std::uint32_t>> const choices{
      {0}, {31}, {3, 4, 9, 17, 18, 19, 30, 31}, {0, 1, 2, 3, 4, 5, 6, 7}, {0, 2, 5}, {1, 31}};
  for (auto const& rows : choices) {
    CAPTURE(rows.size());
    std::vector<float> some_x;
    for (std::uint32_t i : rows) {
      for (std::size_t j = 0; j < network::inputs; ++j) {
        some_x.push_back(x[i * network::inputs + j]);
      }
    }
    auto const dy = draw<float>(rows.size() * network::outputs, 3);
    for (std::uint64_t bits = 1; bits < std::uint64_t{1} << network::layers; ++bits) {
      CAPTURE(bits);
      support::runner<Case, float, capacity> alone;
      std::vector<float> expected(network::parameters, 7.0F);
      alone.forward(theta, some_x);
      alone.backward(theta, some_x, dy, expected, layer_mask(bits));
      CHECK(on_some_rows<Case>(theta, x, dy, rows, layer_mask(bits)) == expected);
    }
  }
}

TEST_CASE_TEMPLATE("sequential: backward on kept rows drops what forward dropped of them", Case,
                   support::mixed_case, support::odd_case, support::norm_case) {
  using network = typename Case::network;
  auto const theta = draw(network::parameters, 1, 0.5);
  auto const x = draw(32 * network::inputs, 2);
  std::vector<std::uint32_t> const rows{3, 4, 9, 17, 18, 19, 30, 31};
  auto const dy = draw(rows.size() * network::outputs, 3);
  std::vector<double> all_dy(32 * network::outputs);  // nobody asks the other rows
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < network::outputs; ++j) {
      all_dy[rows[i] * network::outputs + j] = dy[i * network::outputs + j];
    }
  }
  support::runner<Case, double, capacity> all;
  std::vector<double> expected(network::parameters);
  all.forward(theta, x);
  all.backward(theta, x, all_dy, expected);
  CHECK(distance(on_some_rows<Case>(theta, x, dy, rows, layer_mask::all()), expected) < 1e-13);
}

TEST_CASE("sequential: more layers than a word has bits, and a mask of the seventieth") {
  using network = decltype([]<std::size_t... I>(std::index_sequence<I...>) {
    return nn::sequential<nn::linear<1, 1 + 0 * I>...>{};
  }(std::make_index_sequence<72>{}));
  static_assert(network::layers == 72);
  static_assert(network::operations(layer_mask::only(70), 1) == 72 + 1 + 1);
  std::vector<double> theta(network::parameters), gradient(network::parameters, 7);
  for (std::size_t l = 0; l < 72; ++l) theta[2 * l] = l == 69 ? 3 : l == 71 ? 5 : 1;
  std::vector<double> arena(network::arena_size(1));
  double const x = 2, dy = 1;
  nn::pass const p{.rows = 1, .capacity = 1, .layers = layer_mask::only(70)};
  CHECK(*network::forward<double*>(p, theta.data(), &x, arena.data()) == 30);
  network::backward<double*>(p, theta.data(), &x, arena.data(), &dy, gradient.data());
  for (std::size_t i = 0; i < gradient.size(); ++i)
    CHECK(gradient[i] == (i == 140 ? 30 : i == 141 ? 5 : 7));
}

}  // namespace nn_sequential_test
