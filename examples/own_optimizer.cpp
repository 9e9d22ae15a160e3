// SPDX-License-Identifier: BSD-3-Clause
//
// A hand-written optimizer of your own: Lion [Chen et al. 2023, "Symbolic discovery of optimization
// algorithms"]. Its rule is five lines on registers; optim::transact makes of them a step under
// masks that is done or undone whole. It then goes into every wrapper and every adapter, and
// optim::broken_promise tests it.

#include <halo/adapt.hpp>
#include <halo/core/options.hpp>
#include <halo/nn.hpp>
#include <halo/optim.hpp>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

using namespace halo;

/// c = β1·m + (1-β1)·g,  θ ← θ - rate·(sign(c) + decay·θ),  m ← β2·m + (1-β2)·g.
struct lion {
  float rate = 1e-3F;
  float beta1 = 0.9F;
  float beta2 = 0.99F;
  float weight_decay = 0;

  static constexpr char const* name = "lion";
  static constexpr std::size_t operations_per_parameter = 6;

  /// What identifies a run, and from which range it may be chosen.
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", name);
    f.option("rate", self.rate, allowed::positive());
    f.option("beta1", self.beta1, allowed::below_one());
    f.option("beta2", self.beta2, allowed::below_one());
    f.option("weight_decay", self.weight_decay, allowed::non_negative());
  }

  /// What a run changes: forget an array in record, and broken_promise says so.
  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    aligned_array<T, Layout::size> m;
    static constexpr void record(auto& self, auto&& f) { f.per_parameter("m", self.m.span()); }
  };
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    HALO_EXPECTS(!first_bad_option(*this), "lion: an option is out of its range");
    return {};
  }

  template <class Layout, class T>
  optim::status step(T* theta, T const* gradient, state<Layout, T>& s,
                     optim::step_context<T> const& context = {}) const noexcept {
    T const pace = static_cast<T>(static_cast<double>(rate) * context.rate);  // schedules
    T const keep = T(1) - pace * static_cast<T>(weight_decay);
    T const b1 = static_cast<T>(beta1), b2 = static_cast<T>(beta2);
    return optim::transact<Layout>(
        context, theta, gradient, [](std::size_t) { return 0; },  // one rule for all tensors
        [=](std::size_t) {
          return [=](auto& x, auto g, auto& m) {
            using V = std::remove_reference_t<decltype(x)>;
            V const c = fma(V(b1), m - g, g);
            V const sign = select(c > V(T(0)), V(T(1)), select(c < V(T(0)), V(T(-1)), V(T(0))));
            x = fnma(V(pace), sign, V(keep) * x);
            m = optim::without_denormals(fma(V(b2), m - g, g));
          };
        },
        // |m| never grows beyond the largest gradient, and θ moves by the rate alone
        [=](T most) { return most <= optim::safe<T> && pace <= optim::safe<T> && keep >= T(0); },
        [](T) {}, s.m.data());
  }
};
static_assert(optim::optimizer<lion>);

using network = nn::sequential<nn::linear<6, 24>, nn::relu, nn::linear<24, 3>>;

/// Mini-batches of a task: the class is where the largest of the first three numbers is.
struct examples {
  std::vector<float> x;
  std::vector<std::int32_t> t;
  examples(std::size_t rows, std::uint64_t stream) {
    generator g(seed{7}, stream);
    for (std::size_t r = 0; r < rows; ++r) {
      float row[6];
      for (float& v : row) x.push_back(v = g.normal());
      t.push_back(row[0] >= row[1] && row[0] >= row[2] ? 0 : row[1] >= row[2] ? 1 : 2);
    }
  }
};

/// Right answers after 1500 steps on 32 examples each.
template <class Optimizer>
double learn(Optimizer const& rule, optim::selection const& layers) {
  using device = adapt::adapter<network, nn::cross_entropy, Optimizer, 32, optim::selection>;
  auto const d = std::make_unique<device>(rule, seed{1}, layers);
  for (std::uint64_t i = 0; i < 1500; ++i) {
    examples const e(32, i);
    d->step(e.x, e.t);
  }
  examples const test(2000, 1'000'000);
  return 100 * d->accuracy(test.x, test.t);
}

int main() {
  if (char const* const broken = optim::broken_promise(lion{})) {
    std::printf("lion does not keep this: %s\n", broken);
    return 1;
  }
  lion const rule{.rate = 1e-3F};
  optim::cosine const down{.steps = 1500, .warm_up = 50};
  auto const all = optim::selection::dense();
  std::printf("lion keeps what every optimizer promises\n");
  std::printf("alone                                     %.1f %%\n", learn(rule, all));
  std::printf("half of the layers in a step              %.1f %%\n",
              learn(rule, optim::selection::uniform(0.5)));
  std::printf("%-40s  %.1f %%\n", optim::averaged<lion>::name, learn(optim::averaged(rule), all));
  auto const clipped = optim::clipped(optim::averaged(rule), {.norm = 1});
  auto const scheduled = optim::scheduled(clipped, down);
  std::printf("%-40s  %.1f %%\n", decltype(scheduled)::name, learn(scheduled, all));
}
