// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <halo/adapt/buffer.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/adapt/verdict.hpp>
#include <halo/core/portable.hpp>
#include <halo/core/record.hpp>
#include <halo/nn/loss.hpp>

namespace halo::adapt::detail {

/// Held-out rows now, beside what they were at the start.
struct comparison {
  std::size_t rows = 0;         ///< of these; 0: there is nothing to say
  evaluation start{}, now{};    ///< means over them
  evidence better{};            ///< loss at the start minus loss now
  evidence than_constant{};     ///< than the best answer that is the same for all of them
  bool knows_constant = false;  ///< whether there is such an answer

  /// Whether no more than a share was lost: of the rows, or where none is right or wrong of the
  /// loss.
  [[nodiscard]] bool within(double margin) const noexcept {
    if (rows == 0) return true;
    constexpr double rounding = 1e-9;
    if (start.accuracy == start.accuracy) return now.accuracy >= start.accuracy - margin - rounding;
    return now.loss <= start.loss + margin * std::abs(start.loss);
  }
};

/// Rows that a network is judged by, balanced by class, each once, and how it did on them at the
/// start.
template <class Network, std::size_t Rows, class Loss>
class judged {
 public:
  using target = typename Loss::target;
  using buffer_type = buffer<Network, Rows, Loss, 0>;

  judged() : rows_({.keeping = keeping::balanced}) {}

  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
  [[nodiscard]] bool holds(std::span<float const> x) const noexcept { return rows_.holds(x); }

  /// Whether a target can judge: rows without a label say nothing, whatever their loss.
  [[nodiscard]] static bool says(std::span<target const> t) noexcept {
    if constexpr (labels)
      if (t[0] == nn::no_label) return false;
    return nn::weight_of<Loss>(1, Network::outputs, t.data()) > 0;
  }
  /// Adds rows that it does not have.
  template <class X, class Y>
  [[nodiscard]] refusal try_add(X const& x, Y const& t) noexcept {
    constexpr std::size_t n = Network::inputs, targets = buffer_type::targets;
    examples<Network, Loss> const e(x, t, static_cast<std::size_t>(-1));
    if (e.no) return e.no;
    for (std::size_t i = 0; i < e.rows(); ++i) {
      auto const row = e.x.subspan(i * n, n);
      auto const answer = e.t.subspan(i * targets, targets);
      if (rows_.holds(row) || !says(answer)) continue;
      if (auto const no = rows_.try_add(row, answer)) return no;
    }
    return {};
  }

  /// From here on rows are compared with what they are by this device.
  template <class Device>
  void begin(Device const& device) noexcept {
    each(device, [&](std::size_t i, double loss, double right) {
      losses_[i] = static_cast<float>(bounded(loss));
      rights_[i] = right > 0 ? static_cast<float>(right) : 0.0F;
    });
  }
  [[nodiscard]] evaluation start() const noexcept {
    double loss = 0, right = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      loss += static_cast<double>(losses_[i]);
      right += static_cast<double>(rights_[i]);
    }
    return mean(loss, right);
  }

  template <class Device>
  [[nodiscard]] comparison compare(Device const& device) const noexcept {
    comparison c{.rows = size()};
    if (c.rows == 0) return c;
    target const constant = most_frequent();
    double const baseline = constant_loss();
    c.knows_constant = labels || baseline > 0;
    double all = 0, rights = 0;
    each(device, [&](std::size_t i, double loss, double right) {
      loss = bounded(loss);
      c.better.add(static_cast<double>(losses_[i]) - loss);
      if constexpr (labels && nn::has_accuracy<Loss>)
        c.than_constant.add(right - (rows_.all().y[i] == constant ? 1 : 0));
      else
        c.than_constant.add(baseline - loss);
      all += loss;
      rights += right;
    });
    c.start = start();
    c.now = mean(all, rights);
    return c;
  }

  static constexpr void record(auto& self, auto&& f) {
    f.part("", self.rows_);
    f.per_problem("start_loss", std::span(self.losses_));
    f.per_problem("start_right", std::span(self.rights_), allowed::share());
  }

 private:
  /// Answers are labels: the best single answer is the most frequent one, or their shares.
  static constexpr bool labels = std::integral<target> && buffer_type::targets == 1;

  template <class Device, class Body>
  void each(Device const& device, Body&& body) const noexcept {
    auto const [x, y] = rows_.all();
    if (rows_.size() > 0) static_cast<void>(device.try_each_row(x, y, body));
  }
  /// The largest float in the place of what is not finite.
  [[nodiscard]] static double bounded(double loss) noexcept {
    constexpr auto most = static_cast<double>(std::numeric_limits<float>::max());
    return std::abs(loss) <= most ? loss : most;
  }
  [[nodiscard]] evaluation mean(double loss, double right) const noexcept {
    auto const n = static_cast<double>(size());
    double const none = std::numeric_limits<double>::quiet_NaN();
    return {.loss = loss / n, .accuracy = nn::has_accuracy<Loss> ? right / n : none};
  }
  [[nodiscard]] target most_frequent() const noexcept {
    auto const y = rows_.all().y;
    target best{};
    if constexpr (labels) {
      std::ptrdiff_t most = 0;
      for (target const t : y)
        if (auto const n = std::count(y.begin(), y.end(), t); n > most) most = n, best = t;
    }
    return best;
  }
  /// Loss of the best single answer: what the loss says, or, of labels, the entropy of their shares
  /// where that is less; 0 where nobody knows.
  [[nodiscard]] double constant_loss() const noexcept {
    auto const y = rows_.all().y;
    double const told = nn::baseline_of<Loss>(size(), Network::outputs, y.data());
    if constexpr (labels) {
      double entropy = 0;
      for (target const t : y)
        entropy -= core::portable_log(static_cast<double>(std::count(y.begin(), y.end(), t)) /
                                      static_cast<double>(size())) /
                   static_cast<double>(size());
      return told > 0 ? std::min(told, entropy) : entropy;
    }
    return told;
  }

  buffer_type rows_;
  std::array<float, Rows> losses_{};  ///< of each row at the start
  std::array<float, Rows> rights_{};  ///< accuracy of each; 1: it was right
};

/// No rows, no memory.
template <class Network, class Loss>
class judged<Network, 0, Loss> : public nothing_recorded {
 public:
  [[nodiscard]] static std::size_t size() noexcept { return 0; }
  static void begin(auto const&) noexcept {}
  [[nodiscard]] static comparison compare(auto const&) noexcept { return {}; }
};

}  // namespace halo::adapt::detail

#include <halo/macros_back.hpp>
