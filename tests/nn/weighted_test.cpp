// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/weighted.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ratio>
#include <string_view>
#include <vector>

#include <halo/nn/loss.hpp>
#include <halo/nn/with_entropy.hpp>

#include "../support/network.hpp"

namespace nn_weighted_test {

using namespace halo;

namespace {

struct rare_fault {
  static constexpr char const* name = "rare fault";
  static float weight(std::int32_t label) noexcept { return label == 1 ? 20.0F : 1.0F; }
};
struct only_zero {
  static constexpr char const* name = "only zero";
  static float weight(std::int32_t label) noexcept { return label == 0 ? 1.0F : 0.0F; }
};
struct by_table {
  static constexpr char const* name = "by table";
  static float weight(std::int32_t label) noexcept {
    constexpr std::array<float, 3> table{1, 9, 4};
    REQUIRE(label >= 0);
    return table[static_cast<std::size_t>(label)];
  }
};
using loss = nn::weighted<nn::cross_entropy, rare_fault>;

}  // namespace

TEST_CASE("weighted: a row that weighs twenty is like twenty rows") {
  std::vector<double> const three = support::draw(9, 1);
  std::int32_t const t[] = {0, 1, 2};
  std::vector<double> often(three.begin(), three.begin() + 3), dy(9);
  std::vector<std::int32_t> labels{0};
  for (int i = 0; i < 20; ++i) {
    often.insert(often.end(), three.begin() + 3, three.begin() + 6);
    labels.push_back(1);
  }
  often.insert(often.end(), three.begin() + 6, three.end());
  labels.push_back(2);
  std::vector<double> of_often(often.size());
  CHECK(loss::value_and_gradient(3, 3, three.data(), t, dy.data()) ==
        doctest::Approx(nn::cross_entropy::value_and_gradient(22, 3, often.data(), labels.data(),
                                                              of_often.data())));
  for (std::size_t j = 0; j < 3; ++j) {
    CHECK(dy[j] == doctest::Approx(of_often[j]));
    CHECK(dy[3 + j] == doctest::Approx(20 * of_often[3 + j]));
  }
  CHECK(loss::weight(3, 3, t) == 22);
}

TEST_CASE("weighted: its name, its range and its baseline are those of the inner loss, and more") {
  CHECK(loss::name == std::string_view("weighted(cross entropy)"));
  CHECK(loss::target_range(3) == allowed::between(0, 2));
  CHECK(loss::baseline(2, 4, nullptr) == nn::cross_entropy::baseline(2, 4, nullptr));
  CHECK(loss::targets(9) == 1);
}

TEST_CASE("weighted: where no row counts, there is neither loss nor gradient") {
  using nothing = nn::weighted<nn::cross_entropy, only_zero>;
  float const y[] = {1, 2, 3, 4};
  std::int32_t const t[] = {1, 1};
  float dy[] = {7, 7, 7, 7}, losses[2];
  CHECK(nothing::value_and_gradient(2, 2, y, t, dy) == 0);
  for (float const g : dy) CHECK(g == 0);
  CHECK(nothing::value_and_losses(2, 2, y, t, losses) == 0);
  CHECK(losses[0] == 0);
  CHECK(nothing::weight(2, 2, t) == 0);
}

TEST_CASE("weighted: no weight is asked of a row without a label that the inner loss counts") {
  using all = std::ratio<1>;
  using outside = nn::weighted<nn::with_entropy<nn::cross_entropy, all>, by_table>;
  using inside = nn::with_entropy<nn::weighted<nn::cross_entropy, by_table>, all>;
  std::vector<double> const y = support::draw(12, 1);
  std::int32_t const t[] = {2, -1, 1, -1};
  std::vector<double> a(12), b(12), losses(4), same(4);
  CHECK(outside::value_and_gradient(4, 3, y.data(), t, a.data()) ==
        doctest::Approx(inside::value_and_gradient(4, 3, y.data(), t, b.data())));
  for (std::size_t j = 0; j < 12; ++j) CHECK(a[j] == doctest::Approx(b[j]));
  outside::value_and_losses(4, 3, y.data(), t, losses.data());
  inside::value_and_losses(4, 3, y.data(), t, same.data());
  for (std::size_t i = 0; i < 4; ++i) CHECK(losses[i] == doctest::Approx(same[i]));
  CHECK(outside::weight(4, 3, t) == 15);
}

}  // namespace nn_weighted_test
