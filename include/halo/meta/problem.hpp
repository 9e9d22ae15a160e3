// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/optimizer.hpp>

namespace halo::meta {

/// How a run begins: with the head that the network has, with one drawn anew, or with nothing.
enum class origin : unsigned char { kept_head, new_head, nothing };
inline constexpr std::size_t origins = 3;

[[nodiscard]] constexpr char const* text(origin o) noexcept {
  return o == origin::kept_head ? "kept head" : o == origin::new_head ? "new head" : "nothing";
}

/// One adaptation, as it is set up.
struct episode {
  std::uint64_t horizon = 100;  ///< steps
  bool told = true;             ///< whether the optimizer knows the horizon
  std::size_t rows = 100;       ///< to learn from, at most those there are
  std::size_t batch = 32;       ///< examples of a mini-batch
  bool head_alone = false;      ///< the last layer learns, the others stay
  halo::seed draws{};           ///< rows, mini-batches, what begins drawn
};

/// Where an adaptation stands after so many steps, on rows held out: at the parameters themselves
/// and at the average of their path.
struct standing {
  double error = 1, raw_error = 1;  ///< share of wrong answers, or of the variance that is left
  double loss = 0;                  ///< at the average
};

/// Something to adapt to, whatever network it takes, for a choice of optimizers.
///
/// @tparam Rules  types of optimizers that it can be asked to run
template <class... Rules>
class problem {
 public:
  using any_rule = std::variant<Rules...>;  ///< an optimizer of one of the types

  /// One of a family, whose runs begin in this way.
  problem(std::string family, meta::origin begins) : family_(std::move(family)), begins_(begins) {}
  virtual ~problem() = default;
  problem(problem const&) = delete;
  problem& operator=(problem const&) = delete;

  /// Problems of one family are alike: means are taken over them.
  [[nodiscard]] std::string const& family() const noexcept { return family_; }
  /// How a run begins.
  [[nodiscard]] meta::origin begins() const noexcept { return begins_; }
  /// Rows there are to learn from.
  [[nodiscard]] virtual std::size_t available() const = 0;
  /// A run looked at after so many steps, ascending; 0 is the start. Any number of threads may ask
  /// together; the same episode gives the same bits.
  [[nodiscard]] virtual std::vector<standing> run(any_rule const& optimizer, episode const& e,
                                                  std::span<std::uint64_t const> at) const = 0;

 private:
  std::string family_;
  meta::origin begins_;
};

namespace detail {

/// What an error counts as: where it is not finite, as nothing learned.
[[nodiscard]] inline double counted(double error) noexcept {
  return std::isfinite(error) ? error : 1;
}

/// Refuses problems of one family whose runs begin in different ways.
template <class... Rules>
void expect_alike(std::vector<std::shared_ptr<problem<Rules...> const>> const& problems) {
  std::map<std::string, origin> begins;
  for (auto const& p : problems)
    if (origin const o = begins.emplace(p->family(), p->begins()).first->second; o != p->begins())
      fail("compare", "family " + p->family(), text(o), text(p->begins()));
}

/// An optimizer for a run of so many steps: a schedule that has a length gets it, a tenth of it to
/// warm up.
template <class O>
[[nodiscard]] O for_length(O rule, std::uint64_t steps) {
  if constexpr (requires { rule.schedule.warm_up; }) {
    rule.schedule.warm_up = steps / 10;
    rule.schedule.steps = std::max<std::uint64_t>(1, steps - rule.schedule.warm_up);
  }
  return rule;
}

template <class O>
[[nodiscard]] auto with_average(O const& rule) {
  using state = typename O::template state<flat_layout<1>, float>;
  if constexpr (optim::keeps_average<state>)
    return rule;
  else
    return optim::averaged<O>{rule};
}

}  // namespace detail

/// A task (task::few_rows) as a problem.
template <class Task, class... Rules>
class problem_of final : public problem<Rules...> {
  using base = problem<Rules...>;
  using layout = typename Task::layout;

 public:
  /// One of a family; the task says how runs begin.
  problem_of(std::string family, Task task)
      : base(std::move(family), origin_of(task)), task_(std::move(task)) {}

  [[nodiscard]] std::size_t available() const override { return task_.available(); }

  /// A run of the task, as problem says.
  [[nodiscard]] std::vector<standing> run(typename base::any_rule const& optimizer,
                                          episode const& e,
                                          std::span<std::uint64_t const> at) const override {
    return std::visit(
        [&](auto const& chosen) {
          return go(detail::with_average(detail::for_length(chosen, e.horizon)), e, at);
        },
        optimizer);
  }

 private:
  [[nodiscard]] static origin origin_of(Task const& task) {
    std::size_t const anew = task.anew().count();
    return anew == 0                ? origin::kept_head
           : anew == layout::layers ? origin::nothing
                                    : origin::new_head;
  }

  template <class O>
  [[nodiscard]] std::vector<standing> go(O const& rule, episode const& e,
                                         std::span<std::uint64_t const> at) const {
    using state_type = typename O::template state<layout, float>;
    Task task = task_;
    task.set_rows(e.rows, e.batch);
    std::vector<float> theta(layout::size), gradient(layout::size);
    task.start(e.draws, theta.data());
    std::unique_ptr<state_type> const s(new state_type(rule.template init<layout, float>()));
    optim::step_context<float> context;
    context.rows = task.rows();
    context.horizon = e.told ? e.horizon : 0;
    context.anew = task.anew();
    context.labels = Task::labelled;
    if (e.head_alone) context.mask = layer_mask::top(1, layout::layers);
    std::vector<standing> seen;
    std::uint64_t t = 0;
    for (std::uint64_t const checkpoint : at) {
      for (; t < checkpoint; ++t) {
        auto const answer = task.step(theta.data(), gradient.data());
        context.loss = answer.loss;
        context.baseline = answer.baseline;
        context.elapsed = t;
        (void)rule.step(theta.data(), static_cast<float const*>(gradient.data()), *s, context);
      }
      auto const raw = task.judge(theta.data());
      bool const averaged = optim::average_steps(*s) > 0;
      auto const mean = averaged ? task.judge(optim::average(*s).data()) : raw;
      seen.push_back({mean.error, raw.error, mean.loss});
    }
    return seen;
  }

  Task task_;
};

/// A problem to be shared.
template <class... Rules, class Task>
[[nodiscard]] std::shared_ptr<problem<Rules...> const> make_problem(std::string family,
                                                                    Task const& task) {
  return std::make_shared<problem_of<Task, Rules...>>(std::move(family), task);
}

}  // namespace halo::meta

#include <halo/macros_back.hpp>
