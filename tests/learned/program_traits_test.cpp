// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/program_traits.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <halo/core/record.hpp>
#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/tensor_rnn.hpp>

namespace learned_program_traits_test {

namespace {

using namespace halo;
using learned::program_traits;
using attentive = learned::hierarchical_program<learned::hierarchical_options{.attention = true}>;

static_assert(program_traits<learned::tensor_program<>>::settles);
static_assert(program_traits<learned::tensor_program<>>::observes_constants);
static_assert(!program_traits<learned::hierarchical_program<>>::settles);
static_assert(!program_traits<learned::hierarchical_program<>>::observes_constants);
static_assert(!program_traits<learned::hierarchical_program<>>::attends);
static_assert(program_traits<attentive>::attends);
static_assert(program_traits<learned::coordinate_lstm_program<>>::operations_per_tensor == 0);
static_assert(program_traits<learned::hierarchical_program<>>::operations_per_step > 1000);

}  // namespace

TEST_CASE("program_traits: a program in constants names its options") {
  std::vector<std::string> names;
  walk_type<program_traits<learned::tensor_program<>>>(
      [&names](field_path const& path, auto const& field) {
        CHECK_FALSE(field.is_state());
        names.emplace_back();
        path.each([&](std::string_view name) { names.back().append(".").append(name); });
      });
  CHECK(names.front() == ".name");
  CHECK(names[6] == ".options.span_decay");
  CHECK(names.back() == ".number_of_weights");
}

}  // namespace learned_program_traits_test
