// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/buffer_options.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/options.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/loss.hpp>

namespace halo::adapt {

/// Labelled rows that a device keeps to learn from: in static memory, one at a time, and a stream
/// of mini-batches.
///
///     static adapt::buffer<network, 256> memory({.keeping = adapt::keeping::balanced});
///     memory.add(x, label);                               // whenever a row comes
///     adapt::run(device, memory, {.iterations = 20});     // steps on what it holds
///
/// Replay, a mini-batch of new rows and old ones:
///
///     auto const [bx, by] = memory.mixed(x, labels, 12);  // these, and 12 that it holds
///     device.step(bx, by);
///     memory.add(x, labels);
///
/// The order of the rows it holds means nothing and changes with every mini-batch: these are rows
/// side by side in its own memory, no copies. Describes itself (core/record.hpp): saved beside a
/// device it goes on with the bits it would have had. Allocates nothing.
///
/// @tparam Capacity  most rows that it keeps
/// @tparam Loss      says what targets are: labels or numbers
/// @tparam Fresh     most new rows of mixed(), which have room behind the others
template <class Network, std::size_t Capacity, class Loss = nn::cross_entropy,
          std::size_t Fresh = 16>
class buffer {
  static_assert(Capacity > 0, "halo: buffer: the capacity is at least one row");

 public:
  using target = typename Loss::target;
  static constexpr std::size_t capacity = Capacity;
  static constexpr std::size_t features = Network::inputs;                 ///< numbers of a row
  static constexpr std::size_t targets = Loss::targets(Network::outputs);  ///< of a row
  /// Rows side by side, [rows, features], and their targets; valid until the next call.
  struct batch {
    std::span<float const> x;   ///< examples
    std::span<target const> y;  ///< their targets
  };

  /// An empty one.
  /// @throws halo::error for an option out of its range
  explicit buffer(buffer_options const& options = {}) : options_(options) {
    check_options(options, "buffer");
  }

  /// Offers rows, spans or tensors of any number from one on, or a row and its label; which of them
  /// stay, and what goes for them, is the option's choice.
  /// @throws halo::error where numbers of elements do not fit, for a label outside the outputs and
  ///         an x that is not finite; nothing was added then
  template <class X, class Y>
  void add(X const& x, Y const& t) {
    throw_if(try_add(x, t), "buffer");
  }
  /// The same, but says what did not fit.
  template <class X, class Y>
  [[nodiscard]] refusal try_add(X const& x, Y const& t) noexcept {
    rows_of const e(x, t, std::numeric_limits<std::size_t>::max());
    if (auto const no = check(e)) return no;
    for (std::size_t i = 0; i < e.rows(); ++i)
      add_row(e.x.data() + i * features, e.t.data() + i * targets);
    return {};
  }

  /// Rows that it holds.
  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(size_); }
  /// The same, as streams say it: adapt::run tells the optimizer.
  [[nodiscard]] std::size_t rows() const noexcept { return size(); }
  /// Rows that were offered in all.
  [[nodiscard]] std::uint64_t offered() const noexcept { return offered_; }
  /// All that it holds.
  [[nodiscard]] batch all() const noexcept { return part(0, size()); }
  /// Whether it holds an example of these very numbers.
  [[nodiscard]] bool holds(std::span<float const> x) const noexcept {
    for (std::size_t i = 0; i < size(); ++i)
      if (std::equal(x.begin(), x.end(), x_.data() + i * features)) return true;
    return false;
  }
  /// Forgets all rows, and that there were any.
  void clear() noexcept {
    size_ = offered_ = 0;
    came_ = {};
  }

  /// A mini-batch drawn from what it holds, each row once at most; none where it is empty.
  batch next() noexcept { return next(options_.rows); }
  /// The same of another size, or of all where these are fewer.
  batch next(std::size_t rows) noexcept {
    rows = std::min(rows, size());
    draw_to_end(rows);
    return part(size() - rows, rows);
  }

  /// New rows and so many drawn from what it holds as one mini-batch; the new ones are not added.
  /// @throws halo::error as add, and for more than Fresh new rows
  template <class X, class Y>
  batch mixed(X const& x, Y const& t, std::size_t held) {
    batch b;
    throw_if(try_mixed(x, t, held, b), "buffer");
    return b;
  }
  /// The same into b, but says what did not fit.
  template <class X, class Y>
  [[nodiscard]] refusal try_mixed(X const& x, Y const& t, std::size_t held, batch& b) noexcept {
    rows_of const e(x, t, Fresh);
    if (auto const no = check(e)) return no;
    held = std::min(held, size());
    draw_to_end(held);
    std::copy(e.x.begin(), e.x.end(), x_.data() + size() * features);
    std::copy(e.t.begin(), e.t.end(), y_.data() + size() * targets);
    b = part(size() - held, held + e.rows());
    return {};
  }

  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "buffer");
    f.constant("capacity", Capacity);
    f.part("", self.options_);
    f.per_problem("x", self.x_.span().first(Capacity * features));
    f.per_problem("y", std::span(self.y_).first(Capacity * targets), range);
    f.per_problem("age", std::span(self.age_));
    f.per_problem("came", std::span(self.came_));
    f.number("size", self.size_, allowed::between(0, static_cast<double>(Capacity)));
    f.number("offered", self.offered_);
    f.number("drawn", self.drawn_);
  }

 private:
  using rows_of = detail::examples<Network, Loss>;
  static constexpr bool labels = std::integral<target> && targets == 1;
  static constexpr allowed told = nn::target_range_of<Loss>(Network::outputs);
  static constexpr allowed range = told == nn::any_target ? allowed::finite() : told;
  /// Labels that there may be, nn::no_label among them where the loss takes it.
  static constexpr std::size_t classes =
      labels ? static_cast<std::size_t>(range.high - range.low) + 1 : 1;

  [[nodiscard]] static refusal check(rows_of const& e) noexcept {
    if (e.no) return e.no;
    if constexpr (std::floating_point<target>)
      if (auto const no = detail::check_values(e.t, e.t.size(), "targets")) return no;
    return detail::check_values(e.x, e.x.size(), "x");
  }
  [[nodiscard]] batch part(std::size_t first, std::size_t rows) const noexcept {
    return {{x_.data() + first * features, rows * features},
            {y_.data() + first * targets, rows * targets}};
  }
  [[nodiscard]] generator draw() noexcept {
    generator g(options_.seed, 0x62756666);  // "buff"
    g.seek(drawn_++);
    return g;
  }
  [[nodiscard]] std::size_t below(std::size_t n) noexcept {
    return draw().below(static_cast<std::uint32_t>(n));
  }

  /// The class by which a row is counted: all rows are one where classes do not matter.
  [[nodiscard]] std::size_t class_of(target const* t) const noexcept {
    if constexpr (labels)
      if (options_.keeping == keeping::balanced)
        return static_cast<std::size_t>(*t - static_cast<target>(range.low));
    return 0;
  }
  [[nodiscard]] std::size_t held_of(std::size_t c) const noexcept {
    std::size_t n = 0;
    for (std::size_t i = 0; i < size(); ++i) n += class_of(y_.data() + i * targets) == c ? 1U : 0U;
    return n;
  }
  /// The place of a random row of a class of which n are held.
  [[nodiscard]] std::size_t any_of(std::size_t c, std::size_t n) noexcept {
    std::size_t skip = below(n), i = 0;
    for (;; ++i) {
      if (class_of(y_.data() + i * targets) != c) continue;
      if (skip-- == 0) return i;
    }
  }

  void add_row(float const* x, target const* t) noexcept {
    std::size_t const place = place_for(t);
    ++offered_;
    if (place == Capacity) return;
    std::copy_n(x, features, x_.data() + place * features);
    std::copy_n(t, targets, y_.data() + place * targets);
    age_[place] = offered_;
  }
  /// Where a row goes; Capacity: nowhere.
  [[nodiscard]] std::size_t place_for(target const* t) noexcept {
    std::size_t const c = class_of(t);
    ++came_[c];
    if (size_ < Capacity) return static_cast<std::size_t>(size_++);
    if (options_.keeping == keeping::newest)
      return static_cast<std::size_t>(std::min_element(age_.begin(), age_.end()) - age_.begin());
    std::size_t largest = c, most = held_of(c);
    for (std::size_t k = 0; k < classes; ++k)
      if (std::size_t const n = held_of(k); n > most) largest = k, most = n;
    if (largest != c) return any_of(largest, most);
    // one of the classes with most rows: each row of it that came stays with the same probability
    double const share = static_cast<double>(most) / static_cast<double>(came_[c]);
    return draw().bernoulli(share) ? any_of(c, most) : Capacity;
  }

  /// Brings rows drawn without repetition to the end of those held.
  void draw_to_end(std::size_t rows) noexcept {
    for (std::size_t k = 0; k < rows; ++k) {
      std::size_t const last = size() - 1 - k;
      swap_rows(below(last + 1), last);
    }
  }
  void swap_rows(std::size_t a, std::size_t b) noexcept {
    if (a == b) return;
    std::swap_ranges(x_.data() + a * features, x_.data() + (a + 1) * features,
                     x_.data() + b * features);
    std::swap_ranges(y_.data() + a * targets, y_.data() + (a + 1) * targets,
                     y_.data() + b * targets);
    std::swap(age_[a], age_[b]);
  }

  buffer_options options_;
  aligned_array<float, (Capacity + Fresh) * features> x_;
  std::array<target, (Capacity + Fresh) * targets> y_{};
  std::array<std::uint64_t, Capacity> age_{};  ///< its number among all that were offered
  std::array<std::uint64_t, classes> came_{};  ///< rows of each class that were offered
  std::uint64_t size_ = 0, offered_ = 0, drawn_ = 0;
};

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
