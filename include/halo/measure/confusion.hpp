// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <halo/core/assert.hpp>
#include <halo/measure/measure.hpp>

namespace halo::measure {

/// How often each class was taken for each: the confusion matrix, and what is read off it.
///
/// A row counts for the class of its largest output, the first of equals. A row with a NaN counts
/// for no class, but for its label; one without a class for a label is not counted. Its value is
/// the accuracy. 8 · Classes · (Classes + 1) bytes.
template <std::size_t Classes>
class confusion {
 public:
  static_assert(Classes > 0, "halo: confusion: at least one class");
  static constexpr char const* name = "confusion";
  static constexpr bool lower_is_better = false;
  static constexpr std::size_t classes = Classes;  ///< labels are 0 to this - 1

  /// Counts rows in.
  /// @pre outputs is Classes
  template <class T>
  void add(answers<T, std::int32_t> const& a) noexcept {
    HALO_EXPECTS(a.outputs == Classes, "confusion: as many classes as the network has outputs");
    for (std::size_t i = 0; i < a.rows; ++i) {
      std::int32_t const label = a.t[i * a.targets];
      if (!detail::is_class(label, Classes)) continue;
      ++counts_[static_cast<std::size_t>(label)][detail::largest(Classes, a.y + i * a.outputs)];
    }
  }
  /// Counts in what another counted.
  void merge(confusion const& other) noexcept {
    for (std::size_t i = 0; i < Classes; ++i)
      for (std::size_t j = 0; j <= Classes; ++j) counts_[i][j] += other.counts_[i][j];
  }

  /// Rows with this label that were taken for that class; for Classes: for none, by a NaN.
  [[nodiscard]] std::uint64_t count(std::size_t label, std::size_t taken_for) const noexcept {
    HALO_EXPECTS(label < Classes && taken_for <= Classes, "confusion: has this class");
    return counts_[label][taken_for];
  }
  /// Rows with this label.
  [[nodiscard]] std::uint64_t labelled(std::size_t label) const noexcept {
    std::uint64_t n = 0;
    for (std::size_t j = 0; j <= Classes; ++j) n += count(label, j);
    return n;
  }
  /// Rows that were taken for this class.
  [[nodiscard]] std::uint64_t taken_for(std::size_t c) const noexcept {
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < Classes; ++i) n += count(i, c);
    return n;
  }

  /// Share of right rows among those taken for the class; NaN where there is none.
  [[nodiscard]] double precision(std::size_t c) const noexcept {
    return ratio(count(c, c), taken_for(c));
  }
  /// Share of right rows among those with the label; NaN where there is none.
  [[nodiscard]] double recall(std::size_t c) const noexcept {
    return ratio(count(c, c), labelled(c));
  }
  /// 2 right / (labelled + taken for); NaN for a class that neither a label nor an answer names.
  [[nodiscard]] double f1(std::size_t c) const noexcept {
    return ratio(2 * count(c, c), labelled(c) + taken_for(c));
  }

  /// Share of right rows.
  [[nodiscard]] double value() const noexcept {
    std::uint64_t right = 0, all = 0;
    for (std::size_t c = 0; c < Classes; ++c) right += count(c, c), all += labelled(c);
    return ratio(right, all);
  }

 protected:
  /// The mean over the classes for which a score says something.
  template <class Score>
  [[nodiscard]] double mean(Score const& score) const noexcept {
    double sum = 0, n = 0;
    for (std::size_t c = 0; c < Classes; ++c) {
      double const s = score(c);
      if (s == s) sum += s, n += 1;
    }
    return detail::quotient(sum, n);
  }

 private:
  [[nodiscard]] static double ratio(std::uint64_t part, std::uint64_t whole) noexcept {
    return detail::quotient(static_cast<double>(part), static_cast<double>(whole));
  }
  std::array<std::array<std::uint64_t, Classes + 1>, Classes> counts_{};
};

/// The mean recall of the classes that have rows: what accuracy would be if all had as many
/// (scikit-learn's balanced_accuracy_score).
template <std::size_t Classes>
struct balanced_accuracy : confusion<Classes> {
  static constexpr char const* name = "balanced accuracy";
  [[nodiscard]] double value() const noexcept {
    return this->mean([this](std::size_t c) { return this->recall(c); });
  }
};

/// The mean F1 of the classes that a label or an answer names (scikit-learn's f1_score with
/// average="macro").
template <std::size_t Classes>
struct macro_f1 : confusion<Classes> {
  static constexpr char const* name = "macro F1";
  [[nodiscard]] double value() const noexcept {
    return this->mean([this](std::size_t c) { return this->f1(c); });
  }
};

/// The precision of one class as the value, so that a run may aim at it: of the rows that were
/// taken for the class, the share that are of it. In [0, 1]; NaN while none was.
template <std::size_t Classes, std::size_t Class>
struct precision_of : confusion<Classes> {
  static_assert(Class < Classes, "halo: measure: the class is one of the network's");
  static constexpr char const* name = "precision";
  [[nodiscard]] double value() const noexcept { return this->precision(Class); }
};
/// The recall of one class as the value, so that a run may aim at it: of the rows of the class, the
/// share that were taken for it. In [0, 1]; NaN while there is none.
template <std::size_t Classes, std::size_t Class>
struct recall_of : confusion<Classes> {
  static_assert(Class < Classes, "halo: measure: the class is one of the network's");
  static constexpr char const* name = "recall";
  [[nodiscard]] double value() const noexcept { return this->recall(Class); }
};
/// The F1 of one class as the value, so that a run may aim at it: the harmonic mean of its
/// precision and recall. In [0, 1]; NaN while neither a label nor an answer names the class.
template <std::size_t Classes, std::size_t Class>
struct f1_of : confusion<Classes> {
  static_assert(Class < Classes, "halo: measure: the class is one of the network's");
  static constexpr char const* name = "F1";
  [[nodiscard]] double value() const noexcept { return this->f1(Class); }
};

}  // namespace halo::measure
