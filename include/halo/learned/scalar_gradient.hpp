// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include <halo/autodiff/tape.hpp>
#include <halo/autodiff/variable.hpp>
#include <halo/learned/pass.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/taped_reader.hpp>

namespace halo::learned {

/// N numbers as variables, and their adjoints on the way back.
template <class T, std::size_t N>
struct taped_numbers {
  at_least_one<autodiff::variable<T>, N> value;  ///< on the tape

  taped_numbers() { value.fill(autodiff::variable<T>(T(0))); }
  /// N inputs of a tape with these values.
  taped_numbers(autodiff::tape<T>& on, T const* from) : taped_numbers() {
    for (std::size_t k = 0; k < N; ++k) value[k] = autodiff::variable<T>(on, from[k]);
  }
  [[nodiscard]] autodiff::variable<T>* data() noexcept { return value.data(); }
  [[nodiscard]] autodiff::variable<T> const* data() const noexcept { return value.data(); }

  /// Sets their adjoints, which backward begins from.
  void seed(autodiff::tape<T>& on, T const* adjoints) const noexcept {
    for (std::size_t k = 0; k < N; ++k) on.seed(value[k].node(), adjoints[k]);
  }
  /// to ← to + their adjoints.
  void add_adjoints(T* to) const noexcept {
    for (std::size_t k = 0; k < N; ++k) to[k] += value[k].adjoint();
  }
  /// to ← their adjoints.
  void write_adjoints(T* to) const noexcept {
    for (std::size_t k = 0; k < N; ++k) to[k] = value[k].adjoint();
  }
};

/// The backward passes of a program's parts that run once a tensor or once a step: each is run
/// again on a tape, seeded, swept. Adjoints of weights are added to `weights`.
template <program P, floating T>
class scalar_gradient {
  using numbers_of_tensor = taped_numbers<T, P::tensor_state>;
  using numbers_of_problem = taped_numbers<T, P::global_state>;
  using facts_type = facts<T>;

 public:
  std::vector<T> weights = std::vector<T>(P::table.size, T(0));  ///< dJ/d weight so far

  /// global: dJ/d(new) → dJ/d(old). total and last are written.
  void conclude(T const* phi, facts_type const& f, T const* total, T const* last, T const* old,
                T* global, T* total_adjoint, T* last_adjoint) {
    auto const reader = begin(phi);
    numbers_of_tensor const all(tape_, total), final(tape_, last);
    numbers_of_problem const before(tape_, old);
    numbers_of_problem after = before;
    P::conclude(reader, f, all.data(), final.data(), after.data());
    after.seed(tape_, global);
    finish(reader);
    before.write_adjoints(global);
    all.write_adjoints(total_adjoint);
    final.write_adjoints(last_adjoint);
  }

  /// tensor: dJ/d(new) → dJ/d(old); mean is written, global added to.
  void decide(T const* phi, facts_type const& f, T const* mean, T const* old, T const* problem,
              T const* decision_adjoint, T* tensor, T* mean_adjoint, T* global) {
    auto const reader = begin(phi);
    taped_numbers<T, P::sums> const means(tape_, mean);
    numbers_of_tensor const before(tape_, old);
    numbers_of_problem const q(tape_, problem);
    numbers_of_tensor after = before;
    taped_numbers<T, P::decision> decision;
    P::decide(reader, f, means.data(), after.data(), q.data(), decision.data());
    decision.seed(tape_, decision_adjoint);
    after.seed(tape_, tensor);
    finish(reader);
    before.write_adjoints(tensor);
    means.write_adjoints(mean_adjoint);
    q.add_adjoints(global);
  }

  /// From the adjoints of what settle() decided; those of tensor and problem are added to.
  void settle(T const* phi, facts_type const& f, T const* now, T const* problem,
              T const* decision_adjoint, T* tensor, T* global) {
    auto const reader = begin(phi);
    numbers_of_tensor const t(tape_, now);
    numbers_of_problem const q(tape_, problem);
    taped_numbers<T, P::decision> decision;
    P::settle(reader, f, t.data(), q.data(), decision.data());
    decision.seed(tape_, decision_adjoint);
    finish(reader);
    t.add_adjoints(tensor);
    q.add_adjoints(global);
  }

  /// All adjoints are added to.
  void prepare(T const* phi, facts_type const& f, T const* old, T const* problem, T const* overview,
               T const* context_adjoint, T* tensor, T* global, T* overview_adjoint) {
    auto const reader = begin(phi);
    numbers_of_tensor const before(tape_, old);
    numbers_of_problem const q(tape_, problem);
    taped_numbers<T, P::overview> const seen(tape_, overview);
    taped_numbers<T, P::context> context;
    P::prepare(reader, f, before.data(), q.data(), seen.data(), context.data());
    context.seed(tape_, context_adjoint);
    finish(reader);
    before.add_adjoints(tensor);
    q.add_adjoints(global);
    seen.add_adjoints(overview_adjoint);
  }

  /// total is written, global added to.
  void survey(T const* phi, facts_type const& f, T const* total, T const* problem,
              T const* overview_adjoint, T* total_adjoint, T* global) {
    auto const reader = begin(phi);
    numbers_of_tensor const all(tape_, total);
    numbers_of_problem const q(tape_, problem);
    taped_numbers<T, P::overview> overview;
    P::survey(reader, f, all.data(), q.data(), overview.data());
    overview.seed(tape_, overview_adjoint);
    finish(reader);
    all.write_adjoints(total_adjoint);
    q.add_adjoints(global);
  }

  /// From the adjoints of a run's first state: those of a tensor's coordinates (summed), of the
  /// tensor, and of the problem (for one tensor only; zero for the others).
  void initial(T const* phi, facts_type const& f, T const* coordinate, T const* tensor,
               T const* global) {
    auto const reader = begin(phi);
    taped_numbers<T, P::state> c;
    numbers_of_tensor t;
    numbers_of_problem q;
    P::initial(reader, f, c.data(), t.data(), q.data());
    c.seed(tape_, coordinate);
    t.seed(tape_, tensor);
    q.seed(tape_, global);
    finish(reader);
  }

 private:
  taped_reader<T> begin(T const* phi) {
    tape_.clear();
    return {tape_, phi, weights.data(), nullptr, nullptr};
  }
  void finish(taped_reader<T> const& reader) {
    tape_.sweep();
    reader.collect();
  }

  autodiff::tape<T> tape_;
};

}  // namespace halo::learned
