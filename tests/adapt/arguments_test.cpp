// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/arguments.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <halo/nn/batch_norm.hpp>
#include <halo/nn/binary_cross_entropy.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/partly_labelled.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/tensor/view.hpp>

#include "../support/data.hpp"

namespace adapt_arguments_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<4, 3>>;

/// What is said of a tensor whose examples are to have `size` numbers.
template <class X>
std::string message(X const& x, std::size_t size) {
  adapt::refusal const no = adapt::detail::flat<float>(x, "x", size).no;
  return no ? to_string(no) : "no error";
}

template <class Loss>
adapt::detail::examples<network, Loss> examples_of(std::vector<float> const& x,
                                                   std::vector<typename Loss::target> const& t,
                                                   std::size_t most = 8) {
  return {x, t, most};
}

template <class Loss>
std::string message_of_rows(std::vector<float> const& x,
                            std::vector<typename Loss::target> const& t, std::size_t most = 8) {
  adapt::refusal const no = examples_of<Loss>(x, t, most).no;
  return no ? to_string(no) : "no error";
}

}  // namespace

TEST_CASE("arguments: tensors whose examples have the right size, where they lie") {
  tensor::array<float, 2> const rows{{1, 2, 3, 4}, {5, 6, 7, 8}};
  CHECK(adapt::detail::flat<float>(rows, "x", 4).values.data() == rows.data());
  CHECK(adapt::detail::flat<float>(rows, "x", 4).values.size() == 8);
  tensor::array<float, 3> const images{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}};
  CHECK(adapt::detail::flat<float>(images, "x", 4).values.size() == 8);
  CHECK(adapt::detail::flat<float>(images, "x", 8).values.size() == 8);  // one example
  tensor::array<float, 1> const one{1, 2, 3, 4};
  CHECK(adapt::detail::flat<float>(one, "x", 4).values.size() == 4);
  CHECK(adapt::detail::flat<float>(one, "x", 1).values.size() == 4);  // four of one number
  auto const view = tensor::view(rows);
  CHECK(adapt::detail::flat<float>(view, "x", 4).values.data() == rows.data());
  std::vector<float> const plain{1, 2, 3};
  CHECK(adapt::detail::flat<float>(plain, "x", 4).values.data() == plain.data());
}

TEST_CASE("arguments: a transposed tensor is refused though the number of elements fits") {
  tensor::array<float, 2> const wrong{{1, 2}, {3, 4}, {5, 6}, {7, 8}};
  CHECK(message(wrong, 4) == "x: expected examples of 4 numbers, found 8 numbers in 4 rows");
  CHECK(message(wrong, 2) == "no error");
  CHECK(message(tensor::array<float, 1>{1, 2, 3}, 4) ==
        "x: expected examples of 4 numbers, found 3 numbers in 3 rows");
}

TEST_CASE("arguments: views with other strides are refused, rows of a tensor are not") {
  tensor::array<float, 2> const all{{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}};
  auto const columns = xt::view(all, xt::all(), xt::range(1, 3));
  CHECK(message(columns, 2) ==
        "x: expected elements one after the other, found a view with other strides");
  auto const rows = xt::view(all, xt::range(1, 3), xt::all());
  auto const found = adapt::detail::flat<float>(rows, "x", 4).values;
  CHECK(std::vector<float>(found.begin(), found.end()) ==
        std::vector<float>{5, 6, 7, 8, 9, 10, 11, 12});
  xt::xtensor<float, 2, xt::layout_type::column_major> const other = all;
  CHECK(message(other, 4) ==
        "x: expected elements one after the other, found a view with other strides");
}

TEST_CASE("arguments: numbers of examples, targets and labels") {
  std::vector<float> const two(8, 1.0F);
  CHECK(examples_of<nn::cross_entropy>(two, {0, 2}, 2).rows() == 2);
  CHECK(message_of_rows<nn::cross_entropy>(two, {0, 2}, 2) == "no error");
  CHECK(message_of_rows<nn::mean_square>(two, std::vector<float>(6, 0.0F), 2) == "no error");
  auto const of_labels = message_of_rows<nn::cross_entropy>;
  CHECK(of_labels(two, {0, 3}, 8) == "label of example 1: expected 0 to 2, found 3");
  CHECK(of_labels(two, {-1, 0}, 8) == "label of example 0: expected 0 to 2, found -1");
  CHECK(of_labels(two, {0}, 8) == "targets: expected 2, found 1");
  CHECK(of_labels(two, {0, 0, 0}, 8) == "targets: expected 2, found 3");
  CHECK(of_labels(two, {0, 0}, 1) == "x: expected at most 1 examples, found 2");
  CHECK(of_labels({}, {}, 8) ==
        "x: expected at least one example of 4 numbers, found none, as of an empty buffer");
  CHECK(of_labels({1, 2, 3}, {0}, 8) == "x: expected examples of 4 numbers, found 3 numbers");
  CHECK(of_labels({1, 2, 3, 4, 5}, {0}, 8) == "x: expected examples of 4 numbers, found 5 numbers");
  auto const of_some = message_of_rows<nn::partly_labelled<nn::cross_entropy>>;
  CHECK(of_some(two, {nn::no_label, 2}, 8) == "no error");
  CHECK(of_some(two, {-2, 2}, 8) == "label of example 0: expected -1 to 2, found -2");
  CHECK(of_some(two, {0, 3}, 8) == "label of example 1: expected -1 to 2, found 3");
  auto const of_flags = message_of_rows<nn::binary_cross_entropy>;
  CHECK(of_flags(two, {0, 1, 0.5F, 1, 1, 0}, 8) == "no error");
  CHECK(of_flags(two, {0, 1, 0, 1, 2, 0}, 8) == "targets: number 4: expected 0 to 1, found 2");
  CHECK(of_flags(two, {0, std::nanf(""), 0, 1, 1, 0}, 8) ==
        "targets: number 1: expected 0 to 1, found nan");
  CHECK(message_of_rows<nn::mean_square>(two, {1, 2, 3}) == "targets: expected 6, found 3");
}

TEST_CASE("arguments: parameters and statistics that are too few, not finite or no variances") {
  using normed = nn::sequential<nn::linear<1, 2>, nn::batch_norm>;
  std::vector<float> theta{1, 2, 3, 4, 1, 1, 0, 0}, statistics{5, 6, 7, 8};
  auto const says = [&] {
    adapt::refusal const no = adapt::detail::check_parameters<normed>(theta, statistics);
    return no ? to_string(no) : "no error";
  };
  CHECK(says() == "no error");
  theta[1] = std::numeric_limits<float>::infinity();
  CHECK(says() == "parameters: number 1: expected a finite number, found inf");
  theta.pop_back();
  CHECK(says() == "parameters: expected 8, found 7");
  theta.assign(8, 1.0F);
  statistics[0] = -5;  // a mean
  CHECK(says() == "no error");
  statistics[3] = -1e-9F;
  CHECK(says() == "statistics: number 3: expected a variance of at least 0, found -9.99999972e-10");
  statistics[0] = std::nanf("");
  CHECK(says() == "statistics: number 0: expected a finite number, found nan");
  statistics.clear();
  CHECK(says() == "statistics: expected 4, found 0");
}

TEST_CASE("arguments: statistics may follow the parameters in one span") {
  using normed = nn::sequential<nn::linear<1, 2>, nn::batch_norm>;
  std::vector<float> const all(12, 1.0F);
  std::span<float const> theta = all, statistics;
  adapt::detail::split_parameters<normed>(theta, statistics);
  CHECK(theta.size() == 8);
  CHECK(statistics.data() == all.data() + 8);
  std::span<float const> alone = theta, none;
  adapt::detail::split_parameters<normed>(alone, none);
  CHECK(alone.size() == 8);
  CHECK(none.empty());
}

}  // namespace adapt_arguments_test
