// SPDX-License-Identifier: BSD-3-Clause
// Every wrapper around every optimizer, and around every other wrapper: one contract. A new one of
// either is added to its list.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <halo/learned.hpp>
#include <halo/optim.hpp>

namespace contract_wrapper_test {

using namespace halo;

namespace {

template <class Inner>
using cosine_scheduled = optim::scheduled<Inner, optim::cosine>;

void none_is(char const* broken, char const* name) {
  INFO(name);
  CHECK(std::string(broken == nullptr ? "" : broken).empty());
}
template <class O>
void keeps(O const& rule) {
  none_is(optim::broken_promise(rule), O::name);
}

/// Wrapper by wrapper around one optimizer; names say what they are.
template <class Inner>
void in_every_wrapper(Inner const& inner) {
  keeps(optim::clipped<Inner>(inner, {.norm = 100}));
  keeps(optim::averaged<Inner>(inner));
  keeps(cosine_scheduled<Inner>(inner, {.steps = 10, .final = 0.5}));
  keeps(optim::pruned<Inner>(inner));
  keeps(optim::pulled<Inner>(inner, {.pull = 0.2F}));
  keeps(optim::slimming<Inner>(inner));
  keeps(optim::guarded<Inner>(inner));
  std::string const name = Inner::name;
  CHECK(optim::clipped<Inner>::name == "clipped(" + name + ')');
  CHECK(optim::pruned<optim::averaged<Inner>>::name == "pruned(averaged(" + name + "))");
}

/// Wrapper in wrapper, all of them, around one optimizer: a second to compile, where one by one
/// they take ten.
template <class Inner>
void in_all_wrappers(Inner const& inner) {
  optim::pulled<Inner> const pulled(inner, {.pull = 0.2F});
  optim::slimming const slimming(pulled);
  optim::pruned const pruned(slimming);
  cosine_scheduled<std::remove_const_t<decltype(pruned)>> const scheduled(
      pruned, {.steps = 10, .final = 0.5});
  optim::averaged const averaged(scheduled);
  optim::clipped const clipped(averaged, {.norm = 100});
  keeps(optim::guarded(clipped));
  keeps(optim::in_parts(averaged));
}

}  // namespace

TEST_CASE("every wrapper keeps the contract: around hand-written optimizers") {
  in_every_wrapper(optim::sgd{});
  in_every_wrapper(optim::adam{});
  in_all_wrappers(optim::momentum{{.nesterov = true}});
  in_all_wrappers(optim::adagrad{});
  in_all_wrappers(optim::rmsprop{});
  in_all_wrappers(optim::adamw());
}

TEST_CASE("every wrapper keeps the contract: around every wrapper") {
  optim::adam const adam{};
  in_every_wrapper(optim::clipped(adam, {.norm = 100}));
  in_every_wrapper(optim::averaged(adam));
  in_every_wrapper(cosine_scheduled<optim::adam>(adam, {.steps = 10, .final = 0.5}));
  in_every_wrapper(optim::pruned(adam));
  in_every_wrapper(optim::slimming(adam));
  in_every_wrapper(optim::pulled(adam));
  keeps(optim::scheduled(optim::pulled(adam), optim::by_horizon{}));
  in_every_wrapper(optim::guarded(adam));
}

TEST_CASE("every wrapper keeps the contract: around learned optimizers") {
  in_every_wrapper(learned::halo_rule{});
  in_all_wrappers(learned::tensor_rnn<>{});
  in_all_wrappers(learned::coordinate_lstm<>{});
  in_all_wrappers(learned::rnnprop<>{});
  std::vector<float> weights = [] {
    learned::hierarchical_rnn<> const drawn{seed{}};
    return std::vector<float>(drawn.values().begin(), drawn.values().end());
  }();
  in_all_wrappers(learned::hierarchical_rnn<>(weights));
}

}  // namespace contract_wrapper_test
