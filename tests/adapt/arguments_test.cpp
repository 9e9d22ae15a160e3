// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/arguments.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/tensor/view.hpp>

#include "../support/data.hpp"

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<4, 3>>;

template <class X>
std::string message(X const& x, std::size_t size) {
  return tests::message_of<error>(
      [&] { static_cast<void>(adapt::detail::flat<float>(x, "x", size)); });
}

template <class Loss>
std::string message_of_rows(std::vector<float> const& x,
                            std::vector<typename Loss::target> const& t, std::size_t most = 8) {
  return tests::message_of<error>(
      [&] { static_cast<void>(adapt::detail::checked_rows<network, Loss>(x, t, most)); });
}

}  // namespace

TEST_CASE("arguments: tensors whose examples have the right size, where they lie") {
  tensor::array<float, 2> const rows{{1, 2, 3, 4}, {5, 6, 7, 8}};
  CHECK(adapt::detail::flat<float>(rows, "x", 4).data() == rows.data());
  CHECK(adapt::detail::flat<float>(rows, "x", 4).size() == 8);
  tensor::array<float, 3> const images{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}};
  CHECK(adapt::detail::flat<float>(images, "x", 4).size() == 8);
  CHECK(adapt::detail::flat<float>(images, "x", 8).size() == 8);  // one example
  tensor::array<float, 1> const one{1, 2, 3, 4};
  CHECK(adapt::detail::flat<float>(one, "x", 4).size() == 4);
  CHECK(adapt::detail::flat<float>(one, "x", 1).size() == 4);  // four of one number
  auto const view = tensor::view(rows);
  CHECK(adapt::detail::flat<float>(view, "x", 4).data() == rows.data());
  std::vector<float> const plain{1, 2, 3};
  CHECK(adapt::detail::flat<float>(plain, "x", 4).data() == plain.data());
}

TEST_CASE("arguments: a transposed tensor is refused though the number of elements fits") {
  tensor::array<float, 2> const wrong{{1, 2}, {3, 4}, {5, 6}, {7, 8}};
  CHECK(message(wrong, 4) == "adapter: x: expected examples of 4 numbers, found [4, 2]");
  CHECK(message(wrong, 2) == "no error");
  CHECK(message(tensor::array<float, 1>{1, 2, 3}, 4) ==
        "adapter: x: expected examples of 4 numbers, found [3]");
}

TEST_CASE("arguments: views with other strides are refused, rows of a tensor are not") {
  tensor::array<float, 2> const all{{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}};
  auto const columns = xt::view(all, xt::all(), xt::range(1, 3));
  CHECK(message(columns, 2) ==
        "adapter: x: expected elements one after the other, found a view with other strides");
  auto const rows = xt::view(all, xt::range(1, 3), xt::all());
  auto const found = adapt::detail::flat<float>(rows, "x", 4);
  CHECK(std::vector<float>(found.begin(), found.end()) ==
        std::vector<float>{5, 6, 7, 8, 9, 10, 11, 12});
  xt::xtensor<float, 2, xt::layout_type::column_major> const other = all;
  CHECK(message(other, 4) ==
        "adapter: x: expected elements one after the other, found a view with other strides");
}

TEST_CASE("arguments: numbers of examples, targets and labels") {
  std::vector<float> const two(8, 1.0F);
  using adapt::detail::checked_rows;
  CHECK(checked_rows<network, nn::cross_entropy>(two, std::vector<std::int32_t>{0, 2}, 2) == 2);
  CHECK(checked_rows<network, nn::mean_square>(two, std::vector<float>(6, 0.0F), 2) == 2);
  auto const of_labels = message_of_rows<nn::cross_entropy>;
  CHECK(of_labels(two, {0, 3}, 8) == "adapter: label of example 1: expected 0 to 2, found 3");
  CHECK(of_labels(two, {-1, 0}, 8) == "adapter: label of example 0: expected 0 to 2, found -1");
  CHECK(of_labels(two, {0}, 8) == "adapter: targets: expected 2 for 2 examples, found 1");
  CHECK(of_labels(two, {0, 0, 0}, 8) == "adapter: targets: expected 2 for 2 examples, found 3");
  CHECK(of_labels(two, {0, 0}, 1) == "adapter: x: expected at most 1 examples, found 2");
  CHECK(of_labels({}, {}, 8) == "adapter: x: expected examples of 4 numbers, found 0 numbers");
  CHECK(of_labels({1, 2, 3}, {0}, 8) ==
        "adapter: x: expected examples of 4 numbers, found 3 numbers");
  CHECK(of_labels({1, 2, 3, 4, 5}, {0}, 8) ==
        "adapter: x: expected examples of 4 numbers, found 5 numbers");
  CHECK(message_of_rows<nn::mean_square>(two, {1, 2, 3}) ==
        "adapter: targets: expected 6 for 2 examples, found 3");
}

TEST_CASE("arguments: parameters that are too few or not finite") {
  std::vector<float> theta{1, 2, 3};
  auto const says = [&] {
    return tests::message_of<error>([&] { adapt::detail::check_parameters(theta, 3); });
  };
  CHECK(says() == "no error");
  theta[1] = std::numeric_limits<float>::infinity();
  CHECK(says() == "adapter: parameter 1: expected a finite number, found inf");
  theta.resize(2);
  CHECK(says() == "adapter: parameters: expected 3 of this network, found 2");
}
