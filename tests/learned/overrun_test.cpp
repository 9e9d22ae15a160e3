// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/overrun.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/rnnprop.hpp>
#include <halo/learned/tensor_rnn.hpp>

#include "../support/learned_rate.hpp"
#include "../support/numbers.hpp"
#include "../support/small_program.hpp"

namespace learned_overrun_test {

namespace {

using namespace halo;

template <class P>
std::string left_by() {
  auto const weights = support::numbers<float>(P::table.size, 1);
  char const* const array = learned::overrun_of<P, float>(weights);
  return array == nullptr ? "nothing" : array;
}

using base = support::small_program;
struct few_states : base {
  [[maybe_unused]] static constexpr std::size_t state = 2, held = 0;
  // observe() reads the third, apply() writes it
};
struct little_carry : base {
  static constexpr std::size_t carry = 1;
};
struct one_sum : base {
  static constexpr std::size_t sums = 1;
};
struct small_tensor : base {
  static constexpr std::size_t tensor_state = 1;
};
struct small_problem : base {
  static constexpr std::size_t global_state = 1;
};
struct narrow_view : base {
  static constexpr std::size_t overview = 1;
};
struct narrow_context : base {
  static constexpr std::size_t context = 1;
};
struct half_a_decision : base {
  static constexpr std::size_t decision = 1;
};
struct short_table : base {
  static constexpr learned::weight_table table{
      std::to_array<learned::weight_info>({{"w", 1, 8}, {"matrix", 3, 2}})};
};
/// Hands on a carry that it never wrote.
struct silent : support::learned_rate {
  template <class R, class V>
  static void observe(R const&, V const& g, V const&, V* s, V*, V*) {
    s[0] = g;
  }
};

}  // namespace

TEST_CASE("overrun: halo's own programs stay within what they declare") {
  CHECK(left_by<support::small_program>() == "nothing");
  CHECK(left_by<support::learned_rate>() == "nothing");
  CHECK(left_by<learned::tensor_program<>>() == "nothing");
  CHECK(left_by<learned::tensor_program<learned::without_prior>>() == "nothing");
  CHECK(left_by<learned::hierarchical_program<>>() == "nothing");
  CHECK(left_by<learned::hierarchical_program<learned::hierarchical::paper>>() == "nothing");
  CHECK(left_by<learned::hierarchical_program<learned::hierarchical::leaky>>() == "nothing");
  CHECK(
      left_by<learned::hierarchical_program<learned::hierarchical_options{.attention = true}>>() ==
      "nothing");
  CHECK(left_by<learned::coordinate_lstm_program<>>() == "nothing");
  CHECK(left_by<learned::rnnprop_program<>>() == "nothing");
}

TEST_CASE("overrun: each array that is declared too small is found") {
  CHECK(left_by<few_states>() == "state");
  CHECK(left_by<little_carry>() == "carry");
  CHECK(left_by<one_sum>() == "sums");
  CHECK(left_by<small_tensor>() == "tensor_state");
  CHECK(left_by<small_problem>() == "global_state");
  CHECK(left_by<narrow_view>() == "overview");
  CHECK(left_by<narrow_context>() == "weights, context or decision");
  CHECK(left_by<half_a_decision>() == "weights, context or decision");
  CHECK(left_by<short_table>() == "weights, context or decision");
}

TEST_CASE("overrun: a number that was never written is found") {
  CHECK(left_by<silent>() == "numbers that are not its own or were never written");
}

}  // namespace learned_overrun_test
