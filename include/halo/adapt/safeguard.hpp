// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/buffer.hpp>
#include <halo/adapt/judged.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/adapt/snapshot.hpp>
#include <halo/adapt/verdict.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/bit_cast.hpp>
#include <halo/core/fingerprint.hpp>
#include <halo/core/options.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/loss.hpp>

namespace halo::adapt {

/// How careful a safeguard is.
struct safeguard_options {
  double share = 0.25;    ///< of the rows that it is asked about: held out
  double margin = 0.01;   ///< points of accuracy that may be lost, as a share; without one, how
                          ///< much larger the loss may be, as a share of it
  double confidence = 3;  ///< how sure an improvement must be, in standard deviations
  halo::seed seed{};      ///< which rows are held out

  static constexpr void record(auto& self, auto&& f) {
    f.option("share", self.share, allowed::share());
    f.option("margin", self.margin, allowed::share());
    f.option("confidence", self.confidence, allowed::non_negative());
    f.option("seed", self.seed.value, allowed::finite());
  }
};

/// Keeps what an adaptation learned only where rows that it never saw say that it is better, and
/// else goes back to the best or to the start: an adaptation to bad labels, to one class or to
/// copies of a few rows leaves a network as good as it was.
///
///     static adapt::safeguard<network, 64> careful;
///     if (!careful.takes(x, label)) memory.add(x, label);   // each row: held out, or learned from
///     auto const end = adapt::run(device, memory, {.iterations = 300}, careful);
///     std::puts(text(end.verdict));
///
/// It holds rows of two kinds. Fresh ones, a share of those that the device adapts to, say whether
/// it got better; known ones, of what it must not forget, whether that still holds. A look (every
/// budget::evaluate_every steps, and at the end) compares them one by one with what they were at
/// the start. What the network is then is kept where
///   * fresh rows: their losses are lower, and they are answered better than by the best single
///     answer to all of them, each by `confidence` standard deviations (detail::evidence);
///   * fresh and known rows: where there is an accuracy, it is at most `margin` lower than at the
///     start; else the mean loss is at most (1 + margin) of it;
/// and the fresh loss is lower than that of what was kept before. So `confidence`² fresh rows are
/// the least that can prove anything, and 64 will not prove a gain of a few points.
///
/// A row is fresh by its numbers, not by chance: the same row again is held out again, copies are
/// held once, and a stream that repeats itself may be asked about each time. Held-out rows stay the
/// same while an adaptation is open. Works with every network, loss, optimizer and policy; memory
/// is one copy of the parameters and statistics, and its rows. Describes itself, so that a run that
/// is saved halfway goes on. Allocates nothing.
///
/// optim::guard refuses single steps by their size; this refuses what many steps led to.
///
/// @tparam Rows   most fresh rows, balanced by class
/// @tparam Known  most known rows, the same
template <class Network, std::size_t Rows, class Loss = nn::cross_entropy, std::size_t Known = 0>
class safeguard {
 public:
  using target = typename Loss::target;

  /// Without rows.
  /// @throws halo::error for an option out of its range
  explicit safeguard(safeguard_options const& options = {}) : options_(options) {
    check_options(options, "safeguard");
  }

  /// Whether a row is held out, so that nothing may learn from it; between two adaptations it is
  /// kept then. False for one without a label, and for one that does not fit, of which whoever
  /// learns from it is told.
  template <class X, class Y>
  [[nodiscard]] bool takes(X const& x, Y const& t) noexcept {
    detail::examples<Network, Loss> const e(x, t, 1);
    if (e.no || e.rows() != 1) return false;
    if (fresh_.holds(e.x)) return true;
    if (!decltype(fresh_)::says(e.t) || !(place_of(e.x) < options_.share)) return false;
    return open() || !fresh_.try_add(e.x, e.t);
  }
  /// Holds out rows that the program has chosen, any number; nothing may learn from them.
  /// @throws halo::error where they do not fit; some may have been added then
  template <class X, class Y>
  void hold_out(X const& x, Y const& t) {
    throw_if(try_hold_out(x, t), "safeguard");
  }
  /// The same, but says what did not fit.
  template <class X, class Y>
  [[nodiscard]] refusal try_hold_out(X const& x, Y const& t) noexcept {
    HALO_EXPECTS(!open(), "safeguard: rows stay the same while an adaptation is open");
    return fresh_.try_add(x, t);
  }
  /// Rows of what the network must not forget.
  /// @throws halo::error where they do not fit; some may have been added then
  template <class X, class Y>
  void remember(X const& x, Y const& t) {
    throw_if(try_remember(x, t), "safeguard");
  }
  /// The same, but says what did not fit.
  template <class X, class Y>
  [[nodiscard]] refusal try_remember(X const& x, Y const& t) noexcept {
    static_assert(Known > 0, "halo: safeguard: the fourth argument says how many known rows");
    HALO_EXPECTS(!open(), "safeguard: rows stay the same while an adaptation is open");
    return known_.try_add(x, t);
  }
  /// How many fresh rows it holds.
  [[nodiscard]] std::size_t rows() const noexcept { return fresh_.size(); }
  /// How many known rows it holds.
  [[nodiscard]] std::size_t known_rows() const noexcept { return known_.size(); }

  /// Opens an adaptation: what the device is now is the start. Does nothing where one is open, so
  /// that one may have several runs. adapt::run calls it.
  /// @return why not, where there is no fresh row to judge by
  template <class Device>
  [[nodiscard]] refusal begin(Device const& device) noexcept {
    static_assert(std::same_as<typename Device::network, Network> &&
                      std::same_as<typename Device::loss, Loss>,
                  "halo: safeguard: its network and loss are those of the device");
    if (open()) return {};
    if (rows() == 0) return detail::check_count("held-out rows", 1, 0);
    fresh_.begin(device);
    known_.begin(device);
    best_.take(device);
    start_ = last_ = kept_ = fresh_.start();
    looked_at_ = device.totals().iterations;
    verdict_ = verdict::none;
    open_ = stands_ = 1;
    return {};
  }
  /// Looks at the held-out rows, and takes a copy of what is better than all before. adapt::run
  /// calls it.
  /// @return loss and accuracy of fresh rows
  /// @pre open
  template <class Device>
  evaluation look(Device const& device) noexcept {
    HALO_EXPECTS(open(), "safeguard: begin comes first");
    if (device.totals().iterations == looked_at_) return last_;
    looked_at_ = device.totals().iterations;
    auto const fresh = fresh_.compare(device), known = known_.compare(device);
    last_ = fresh.now;
    verdict const v = judge(fresh, known);
    bool const first = verdict_ != verdict::kept;
    stands_ = v == verdict::kept && (first || last_.loss < kept_.loss) ? 1 : 0;
    if (first) verdict_ = v;
    if (stands_ == 0) return last_;
    best_.take(device);
    kept_ = last_;
    return last_;
  }
  /// Closes the adaptation after a last look: the device is left as it is where it is at its best,
  /// and else goes back there; where nothing was kept that is the start. adapt::run calls it.
  /// @pre open
  template <class Device>
  verdict end(Device& device) noexcept {
    look(device);
    open_ = 0;
    if (stands_ == 0) static_cast<void>(best_.try_restore(device));
    return verdict_;
  }

  /// Whether an adaptation has begun and not ended.
  [[nodiscard]] bool open() const noexcept { return open_ != 0; }
  /// Loss and accuracy of fresh rows at the start.
  [[nodiscard]] evaluation const& start() const noexcept { return start_; }
  /// The same of what is kept.
  [[nodiscard]] evaluation const& kept() const noexcept { return kept_; }

  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "safeguard");
    f.part("", self.options_);
    f.part("fresh", self.fresh_);
    f.part("known", self.known_);
    f.part("best", self.best_);
    f.number("start.loss", self.start_.loss);
    f.number("last.loss", self.last_.loss);
    f.number("kept.loss", self.kept_.loss);
    if constexpr (nn::has_accuracy<Loss>) {
      f.number("start.accuracy", self.start_.accuracy, allowed::share());
      f.number("last.accuracy", self.last_.accuracy, allowed::share());
      f.number("kept.accuracy", self.kept_.accuracy, allowed::share());
    }
    f.number("looked_at", self.looked_at_);
    f.number("verdict", self.verdict_, allowed::between(0, 4));
    f.number("open", self.open_, allowed::share());
    f.number("stands", self.stands_, allowed::share());
  }

 private:
  [[nodiscard]] verdict judge(detail::comparison const& fresh,
                              detail::comparison const& known) const noexcept {
    if (!fresh.within(options_.margin) || !known.within(options_.margin))
      return verdict::forgetting;
    if (!(fresh.better.surety() >= options_.confidence)) return verdict::no_better;
    if (fresh.knows_constant && !(fresh.than_constant.surety() >= options_.confidence))
      return verdict::constant;
    return verdict::kept;
  }
  /// A number in [0, 1) of a row's numbers; those of rows that differ are as if drawn.
  [[nodiscard]] double place_of(std::span<float const> x) const noexcept {
    fingerprint of;
    for (float const v : x) {
      auto const raw = core::bit_cast<std::array<std::byte, sizeof(float)>>(v + 0.0F);  // no -0
      of.add(std::span<std::byte const>(raw));
    }
    return static_cast<double>(generator(options_.seed, of.value()).words(0)[0]) * 0x1p-32;
  }

  safeguard_options options_;
  detail::judged<Network, Rows, Loss> fresh_;
  detail::judged<Network, Known, Loss> known_;
  snapshot<Network> best_;
  evaluation start_{}, last_{}, kept_{};
  std::uint64_t looked_at_ = 0;  ///< iterations of the device then
  verdict verdict_ = verdict::none;
  std::uint8_t open_ = 0, stands_ = 0;  ///< stands: the device is what best_ is
};

}  // namespace halo::adapt
