// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/contract.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>

#include <halo/core/aligned.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/sgd.hpp>
#include <halo/optim/transact.hpp>

namespace optim_contract_test {

using namespace halo;

namespace {

/// What may be wrong with an optimizer.
enum class fault {
  none,
  forgets_an_array,
  narrow_counter,
  ignores_masks,
  ignores_the_rate,
  ignores_the_scale,
  ignores_the_limit,
  moves_before_it_looks,
  remembers_elsewhere,
  bad_option,
  wraps,
};

/// Momentum, by hand, with one fault.
template <fault F>
struct faulty {
  float rate = F == fault::bad_option ? -1.0F : 0.1F;
  static constexpr char const* name = "faulty";
  static constexpr std::size_t operations_per_parameter = 4;
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", name);
    f.option("rate", self.rate, allowed::positive());
  }
  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    using counter = std::conditional_t<F == fault::narrow_counter, std::uint32_t, std::uint64_t>;
    aligned_array<T, Layout::size> m;
    counter steps = 0;
    static constexpr void record(auto& self, auto&& f) {
      if constexpr (F != fault::forgets_an_array) f.per_parameter("m", self.m.span());
      f.number("steps", self.steps);
    }
  };
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    return {};
  }
  template <class Layout, class T>
  optim::status step(T* theta, T const* gradient, state<Layout, T>& s,
                     optim::step_context<T> context = {}) const noexcept {
    static int calls = 0;
    if (F == fault::ignores_masks && !context.mask.empty())
      context.mask = layer_mask::all(Layout::layers);
    if (F == fault::ignores_the_rate) context.rate = 1;
    if (F == fault::ignores_the_scale) context.scale = 1;
    if (F == fault::ignores_the_limit) context.limit = std::numeric_limits<T>::max();
    if (F == fault::moves_before_it_looks && context.mask[0]) s.m[0] += T(1);
    T pace = static_cast<T>(static_cast<double>(rate) * context.rate);
    if (F == fault::remembers_elsewhere) pace *= static_cast<T>(1 + ++calls % 7);
    if (F == fault::wraps)
      pace /= T(1) - std::pow(T(0.5), T(static_cast<std::uint32_t>(s.steps) + 1));
    return optim::transact<Layout>(
        context, theta, gradient, [](std::size_t) { return 0; },
        [=](std::size_t) {
          return [=](auto& x, auto g, auto& m) {
            using V = std::remove_reference_t<decltype(x)>;
            m = fma(V(T(0.9)), m, g);
            x = fnma(V(pace), m, x);
          };
        },
        [](T) { return false; }, [&](T) { ++s.steps; }, s.m.data());
  }
};

template <fault F>
std::string broken() {
  char const* const sentence = optim::broken_promise(faulty<F>{});
  return sentence == nullptr ? "" : sentence;
}

}  // namespace

TEST_CASE("contract: kept by the optimizers of the room, in float and double") {
  CHECK(optim::broken_promise(optim::sgd{}) == nullptr);
  CHECK(optim::broken_promise(optim::adam{}) == nullptr);
  CHECK(optim::broken_promise<optim::adam, double>(optim::adam{}) == nullptr);
  CHECK(broken<fault::none>().empty());
}

TEST_CASE("contract: every fault is found and named") {
  CHECK(broken<fault::forgets_an_array>().find("record names all") == 0);
  CHECK(broken<fault::narrow_counter>().find("counters have 64 bits") == 0);
  CHECK(broken<fault::ignores_masks>().find("a step reads the gradient of selected") == 0);
  CHECK(broken<fault::ignores_the_rate>().find("a step at context.rate") == 0);
  CHECK(broken<fault::ignores_the_scale>().find("a step takes context.scale") == 0);
  CHECK(broken<fault::ignores_the_limit>().find("a step cuts the gradient") == 0);
  CHECK(broken<fault::moves_before_it_looks>().find("a step that is not finite leaves") == 0);
  CHECK(broken<fault::remembers_elsewhere>().find("a step is a function of") == 0);
  CHECK(broken<fault::bad_option>().find("options are within") == 0);
  CHECK(broken<fault::wraps>().find("steps go on at any count") == 0);
}

}  // namespace optim_contract_test
