// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/layer_check.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/nn.hpp>

namespace nn_layer_check_test {

using namespace halo;

namespace {

using nn::detail::mistake;
template <class L, class X = shape<3>>
constexpr mistake of = nn::detail::mistake_of<L, X>();

/// A layer with everything.
struct whole : nn::stateless_layer {
  static constexpr char const* kind = "whole";
  template <class X>
  static constexpr bool accepts = X::rank == 1;
  template <class X>
  using output = X;
  static constexpr bool elementwise = false, needs_input = true, needs_output = false;
  template <class X, class C, class P>
  static void forward(nn::pass const&, C, C, P, P) noexcept {}
  template <class X, class P>
  static void backward(nn::pass const&, nn::backward_arguments<P> const&) noexcept {}
};
static_assert(of<whole> == mistake::none && of<whole, shape<3, 1>> == mistake::shape);
static_assert(of<int> == mistake::no_layer && of<kernel::relu> == mistake::no_layer);

struct final_layer final : whole {};
static_assert(of<final_layer> == mistake::none);

// each of these hides what `whole` has
struct no_output : nn::stateless_layer {
  template <class>
  static constexpr bool accepts = true;
};
struct int_output : whole {
  template <class>
  using output = int;
};
struct no_tensors : whole {
  void tensors();
};
struct int_tensors : whole {
  template <class X>
  static constexpr int tensors = 3;
};
struct no_memory : whole {
  static constexpr std::size_t memory = 1;
};
struct no_operations : whole {
  void operations();
};
struct no_kind : whole {
  static constexpr int kind = 7;
};
struct no_elementwise : whole {
  void elementwise();
};
struct no_needs_input : whole {
  void needs_input();
};
struct no_needs_output : whole {
  void needs_output();
};
struct no_forward : whole {
  template <class X, class C, class P>
  static void forward(C, P) {}
};
struct no_backward : whole {
  template <class X>
  static void backward(nn::pass const&) {}
};
static_assert(of<no_output> == mistake::output && of<int_output> == mistake::output);
static_assert(of<no_tensors> == mistake::tensors);
static_assert(of<int_tensors> == mistake::tensors && of<no_memory> == mistake::memory);
static_assert(of<no_operations> == mistake::operations && of<no_kind> == mistake::kind);
static_assert(of<no_elementwise> == mistake::elementwise);
static_assert(of<no_needs_input> == mistake::needs_input);
static_assert(of<no_needs_output> == mistake::needs_output);
static_assert(of<no_forward> == mistake::forward && of<no_backward> == mistake::backward);

template <nn::tensor_spec const* Spec>
struct with_tensor : whole {
  template <class X>
  static constexpr std::array<nn::tensor_spec, 1> tensors{*Spec};
};
constexpr nn::tensor_spec good{"a", {2, 3, 0, 0}, 2, parameter_role::weight};
constexpr nn::tensor_spec unnamed{"", {2, 0, 0, 0}, 1, parameter_role::weight};
constexpr nn::tensor_spec no_name{nullptr, {2, 0, 0, 0}, 1, parameter_role::weight};
constexpr nn::tensor_spec long_name{
    "a name that fits no table", {2, 0, 0, 0}, 1, parameter_role::weight};
constexpr nn::tensor_spec nothing{"a", {2, 0, 0, 0}, 2, parameter_role::weight};
constexpr nn::tensor_spec many_axes{"a", {2, 2, 2, 2}, 5, parameter_role::weight};
static_assert(of<with_tensor<&good>> == mistake::none);
static_assert(of<with_tensor<&unnamed>> == mistake::tensor);
static_assert(of<with_tensor<&no_name>> == mistake::tensor);
static_assert(of<with_tensor<&long_name>> == mistake::tensor);
static_assert(of<with_tensor<&nothing>> == mistake::tensor);
static_assert(of<with_tensor<&many_axes>> == mistake::tensor);

// what may be left out, of another type than it has
struct plain_scratch : whole {
  static constexpr std::size_t scratch = 4;
};
struct plain_fixed_scratch : whole {
  static constexpr std::size_t fixed_scratch = 4;
};
struct taking : whole {
  template <class X, class C, class P>
  static void forward(nn::pass const&, C, C, P, P, P) noexcept {}
};
struct taking_its_own : taking {
  template <class X>
  static constexpr std::size_t scratch = 4;
};
struct text_transparent : whole {
  static constexpr std::array<char, 4> transparent{};
};
struct int_statistics : whole {
  template <class X>
  static constexpr int statistics = 2;
};
struct unobserved : whole {
  template <class X>
  static constexpr std::array<nn::tensor_spec, 1> statistics{good};
};
struct observed : unobserved {
  template <class X, class T>
  static bool observe(nn::pass const&, T const*, float*) noexcept {
    return true;
  }
};
struct observed_by_nothing : unobserved {
  template <class X, class T>
  static void observe(nn::pass const&, T const*, float*) noexcept {}
};
struct observing_nothing : whole {
  template <class X, class T>
  static bool observe(nn::pass const&, T const*, float*) noexcept {
    return true;
  }
};
struct other_keep_rows : whole {
  template <class X>
  static void keep_rows(std::size_t) {}
};
struct keeping : whole {
  template <class X, class T>
  static void keep_rows(std::size_t, std::uint32_t const*, std::size_t, T*) noexcept {}
};
struct activated : whole {
  template <class X, class C, class P, class F>
  static void forward_activated(nn::pass const&, C, C, P, F) noexcept {}
};
struct activated_with_memory : activated {
  template <class X>
  static constexpr std::size_t memory = 1;
};
struct activated_back : activated {
  template <class X, class P, class F>
  static P backward_activated(nn::pass const&, nn::backward_arguments<P> const&, F) noexcept;
};
struct activated_back_alone : whole {
  template <class X, class P, class F>
  static P backward_activated(nn::pass const&, nn::backward_arguments<P> const&, F) noexcept;
};
struct describing : whole {
  static constexpr void describe(auto&& f) { f.constant("a", 1); }
};
struct describing_nobody : whole {
  static constexpr void describe() {}
};
static_assert(of<plain_scratch> == mistake::scratch);
static_assert(of<plain_fixed_scratch> == mistake::fixed_scratch);
static_assert(of<taking> == mistake::no_scratch && of<taking_its_own> == mistake::none);
static_assert(of<text_transparent> == mistake::transparent);
static_assert(of<int_statistics> == mistake::statistics && of<unobserved> == mistake::unobserved);
static_assert(of<observed> == mistake::none && of<observed_by_nothing> == mistake::observe);
static_assert(of<observing_nothing> == mistake::observe);
static_assert(of<other_keep_rows> == mistake::keep_rows && of<keeping> == mistake::none);
static_assert(of<activated> == mistake::none && of<activated_back> == mistake::none);
static_assert(of<activated_with_memory> == mistake::activated);
static_assert(of<activated_back_alone> == mistake::activated_back);
static_assert(of<describing> == mistake::none && of<describing_nobody> == mistake::describe);

// almost a name
struct a1 : whole {
  void scratches();
};
struct a2 : whole {
  void fixedscratch();
};
struct a3 : whole {
  void transparant();
};
struct a4 : whole {
  void statistic();
};
struct a5 : whole {
  void observes();
};
struct a6 : whole {
  void keep_row();
};
struct a7 : whole {
  void keeps_rows();
};
struct a8 : whole {
  void forward_activation();
};
struct a9 : whole {
  void backward_activation();
};
struct a10 : whole {
  void describes();
};
template <class... L>
constexpr bool almost = ((of<L> == mistake::name) && ...);
static_assert(almost<a1, a2, a3, a4, a5, a6, a7, a8, a9, a10>);

}  // namespace

TEST_CASE("layer check: halo's own layers are layers") {
  using X = shape<4, 4, 2>;
  static_assert(of<nn::linear<3, 2>> == mistake::none && of<nn::relu> == mistake::none);
  static_assert(of<nn::conv2d<2, 3>, X> == mistake::none &&
                of<nn::max_pool<2>, X> == mistake::none);
  static_assert(of<nn::batch_norm, X> == mistake::none &&
                of<nn::group_norm<2>, X> == mistake::none);
  static_assert(of<nn::layer_norm, X> == mistake::none && of<nn::dropout<>, X> == mistake::none);
  static_assert(of<nn::lstm<2>, shape<4, 2>> == mistake::none);
  static_assert(of<nn::gru<2>, shape<4, 2>> == mistake::none);
  using line = nn::linear<3, 3>;
  static_assert(of<nn::residual<line, nn::batch_norm>> == mistake::none);
  static_assert(of<nn::residual<nn::projection<line>, line>> == mistake::none);
  static_assert(of<nn::checkpointed<line>> == mistake::none);
  static_assert(of<nn::quantised<line>> == mistake::none);
  static_assert(of<nn::integer<nn::quantised<line>>> == mistake::none);
  static_assert(of<nn::flatten, X> == mistake::none && of<nn::reshape<8, 4>, X> == mistake::none);
  CHECK(nn::detail::misspelt<a1>);
  CHECK_FALSE(nn::detail::misspelt<whole>);
}

}  // namespace nn_layer_check_test
