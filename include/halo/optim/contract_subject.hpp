// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

#include <halo/optim/forget.hpp>
#include <halo/optim/optimizer.hpp>

// What a contract is tried on: a layout, and any optimizer with a state behind one interface.

namespace halo::optim {

/// Three layers that a contract is tried on: ranges that start anywhere, a tensor of one element, a
/// gain, registers and tails.
struct contract_layout {
  static constexpr std::size_t size = 58, tensors = 5, layers = 3;
  static constexpr std::array<parameter_info, tensors> table = [] {
    std::array<parameter_info, tensors> t{};
    std::size_t const counts[] = {5, 3, 16, 33, 1}, layer[] = {0, 0, 1, 2, 2};
    parameter_role const roles[] = {parameter_role::weight, parameter_role::bias,
                                    parameter_role::gain, parameter_role::weight,
                                    parameter_role::bias};
    std::size_t offset = 0;
    for (std::size_t i = 0; i < tensors; ++i) {
      t[i].text[0] = static_cast<char>('a' + i);
      t[i].rank = 1;
      t[i].extents[0] = t[i].count = counts[i];
      t[i].offset = offset;
      t[i].layer = layer[i];
      t[i].role = roles[i];
      offset += counts[i];
    }
    return t;
  }();
};

namespace detail {

/// An optimizer with a state of its own, whatever its type: the contract is compiled once.
template <floating T>
struct tried_optimizer {
  using bytes = std::vector<unsigned char>;
  virtual ~tried_optimizer() = default;
  virtual void restart() = 0;
  virtual status step(T* theta, T const* gradient, step_context<T> const& context) = 0;
  virtual bytes save() = 0;                      ///< all that record names of the state
  virtual void restore(bytes const& saved) = 0;  ///< ... written back
  virtual bool count_from(std::uint64_t n) = 0;  ///< all counters; false: one is too narrow
  virtual void forget(layer_mask layers, T const* theta) = 0;
  virtual bytes save_arrays() = 0;  ///< of save(), what is there for parameters and tensors
};

/// Writes down what a state's record names; as visitors of their own types would, every record
/// would be compiled once more for each optimizer that goes around it.
struct state_saver {
  std::vector<unsigned char>& all;
  bool arrays;  ///< those alone
  template <class U>
  void operator()(field_path const&, recorded_field<U> const& field) const {
    bool const array =
        field.kind == field_kind::per_parameter || field.kind == field_kind::per_tensor;
    if (!field.is_state() || (arrays && !array) || field.values.empty()) return;
    std::size_t const begin = all.size(), n = field.values.size_bytes();
    all.resize(begin + n);
    std::memcpy(all.data() + begin, field.values.data(), n);
  }
};
/// Changes a state: back to what was saved, or, where that is null, its counters.
struct state_changer {
  unsigned char const* saved;
  std::uint64_t count;
  bool wide = true;  ///< all counters have 64 bits
  template <class U>
  void operator()(field_path const&, recorded_field<U> const& field) {
    if constexpr (!std::is_const_v<U>) {
      if (saved != nullptr) {
        if (!field.is_state()) return;
        std::memcpy(field.values.data(), saved, field.values.size_bytes());
        saved += field.values.size_bytes();
      } else if constexpr (std::is_integral_v<U>) {
        if (field.kind != field_kind::number && field.kind != field_kind::per_tensor) return;
        wide = wide && sizeof(U) >= sizeof(count);
        if constexpr (sizeof(U) >= sizeof(count))
          for (U& x : field.values) x = static_cast<U>(count);
      }
    }
  }
};

template <class O, class Layout, floating T>
struct tried final : tried_optimizer<T> {
  using state_type = typename O::template state<Layout, T>;
  using bytes = typename tried_optimizer<T>::bytes;
  O const* rule;
  std::unique_ptr<state_type> state;

  explicit tried(O const& r) : rule(&r) { restart(); }
  void restart() override {
    state = std::make_unique<state_type>(rule->template init<Layout, T>());
  }
  status step(T* theta, T const* gradient, step_context<T> const& context) override {
    return rule->step(theta, gradient, *state, context);
  }
  bytes save() override { return saved(false); }
  bytes save_arrays() override { return saved(true); }
  void forget(layer_mask layers, T const* theta) override {
    optim::forget(*rule, *state, layers, theta);
  }
  [[nodiscard]] bytes saved(bool arrays) {
    bytes all;
    walk(*state, state_saver{all, arrays});
    return all;
  }
  void restore(bytes const& saved) override { walk(*state, state_changer{saved.data(), 0}); }
  bool count_from(std::uint64_t n) override {
    state_changer change{nullptr, n};
    walk(*state, change);
    return change.wide;
  }
};

}  // namespace detail
}  // namespace halo::optim
