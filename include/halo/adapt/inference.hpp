// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/adapt/evaluate.hpp>
#include <halo/adapt/features.hpp>
#include <halo/adapt/pseudo_labels.hpp>
#include <halo/adapt/report.hpp>
#include <halo/nn/loss.hpp>

namespace halo::adapt {

namespace detail {

/// Means to be a measure.
template <class M>
concept has_value = requires(M const& m) { m.value(); };

}  // namespace detail

/// What is asked of a network that learns no more, or not right now: the part that adapter and
/// predictor share. All of it leaves the network as it is.
///
/// Each question has a plain form, which runs in the object's own workspace: of one object one call
/// at a time, its steps included. And a form that is handed a workspace, which any number of
/// threads may call together on one object, each with its own. x, t and y are spans or tensors with
/// any number of examples. Nothing allocates.
///
/// @tparam Self  has view(weights), the numbers of its network, and `preferred` weights
template <class Self, class Network, class Loss, class Workspace>
class inference {
 public:
  /// Outputs of the network, y ← [rows, outputs].
  /// @throws halo::error where the numbers of elements do not fit
  template <class X>
  void predict(X const& x, std::span<float> y, weights at = Self::preferred) const {
    throw_if(try_predict(x, y, at));
  }
  /// Says what is missing.
  template <class X>
  std::span<float const> predict(X const&) const {
    static_assert(
        !sizeof(X*),
        "halo: predict: the answers go into memory of yours, as many numbers as rows times "
        "network::outputs: predict(x, y); measure::class_of says which class a row of y "
        "is");
    return {};
  }
  /// The same in a workspace of the caller's: calls with different ones may run at once.
  template <class X, forward_memory Work>
  void predict(X const& x, std::span<float> y, Work& work, weights at = Self::preferred) const {
    throw_if(try_predict(x, y, work, at));
  }
  /// The same, but says what did not fit.
  template <class X>
  [[nodiscard]] refusal try_predict(X const& x, std::span<float> y,
                                    weights at = Self::preferred) const noexcept {
    return try_predict(x, y, work_, at);
  }
  /// The same in a workspace of the caller's.
  template <class X, forward_memory Work>
  [[nodiscard]] refusal try_predict(X const& x, std::span<float> y, Work& work,
                                    weights at = Self::preferred) const noexcept {
    return adapt::try_predict<Network>(self().view(at), x, y, work);
  }

  /// Mean loss, and accuracy where the loss has one, over at least one example.
  /// @throws halo::error where x and t do not fit network, loss or each other
  template <class X, class Y>
  [[nodiscard]] evaluation evaluate(X const& x, Y const& t, weights at = Self::preferred) const {
    return evaluate(x, t, work_, at);
  }
  /// The same in a workspace of the caller's.
  template <class X, class Y, forward_memory Work>
  [[nodiscard]] evaluation evaluate(X const& x, Y const& t, Work& work,
                                    weights at = Self::preferred) const {
    return adapt::evaluate<Network, Loss>(self().view(at), x, t, work);
  }
  /// The same, and each measure counts the examples in.
  ///
  ///     measure::roc_auc<> auc;
  ///     device.evaluate(x, t, auc);  // auc.value()
  template <class X, class Y, class... M>
    requires(sizeof...(M) > 0 && (detail::has_value<M> && ...))
  evaluation evaluate(X const& x, Y const& t, M&... more) const {
    return adapt::evaluate<Network, Loss>(self().view(), x, t, work_, more...);
  }
  /// Says what is wrong with a measure that nobody could ask afterwards.
  template <class X, class Y, class... M>
    requires(sizeof...(M) > 0 && (detail::has_value<M> && ...))
  evaluation evaluate(X const&, Y const&, M const&&...) const {
    static_assert(!sizeof(X*),
                  "halo: evaluate: the measure is a variable, so that value() can be asked "
                  "afterwards: measure::roc_auc<> auc; device.evaluate(x, t, auc)");
    return {};
  }
  /// The same, but says in evaluation::refused what did not fit; then nothing was counted.
  template <class X, class Y, class... M>
    requires(sizeof...(M) > 0 && (detail::has_value<M> && ...))
  evaluation try_evaluate(X const& x, Y const& t, M&... more) const noexcept {
    return adapt::try_evaluate<Network, Loss>(self().view(), x, t, work_, more...);
  }

  /// The same, but says in evaluation::refused what did not fit.
  template <class X, class Y>
  [[nodiscard]] evaluation try_evaluate(X const& x, Y const& t,
                                        weights at = Self::preferred) const noexcept {
    return try_evaluate(x, t, work_, at);
  }
  /// The same in a workspace of the caller's.
  template <class X, class Y, forward_memory Work>
  [[nodiscard]] evaluation try_evaluate(X const& x, Y const& t, Work& work,
                                        weights at = Self::preferred) const noexcept {
    return adapt::try_evaluate<Network, Loss>(self().view(at), x, t, work);
  }

  /// Calls body(row, loss, right) for each example: its own loss, and its accuracy, 1 or 0 where it
  /// is right or wrong as a whole, NaN where the loss has none; or says what did not fit.
  template <class X, class Y, class Body>
  [[nodiscard]] refusal try_each_row(X const& x, Y const& t, Body&& body,
                                     weights at = Self::preferred) const noexcept {
    return adapt::try_each_row<Network, Loss>(self().view(at), x, t, work_, body);
  }

  /// Share of right answers, in [0, 1].
  /// @throws halo::error as evaluate
  template <class X, class Y>
  [[nodiscard]] double accuracy(X const& x, Y const& t, weights at = Self::preferred) const {
    return accuracy(x, t, work_, at);
  }
  /// The same in a workspace of the caller's.
  template <class X, class Y, forward_memory Work>
  [[nodiscard]] double accuracy(X const& x, Y const& t, Work& work,
                                weights at = Self::preferred) const {
    static_assert(nn::has_accuracy<Loss>,
                  "halo: accuracy: no answer is right or wrong under this loss; evaluate() gives "
                  "its mean");
    return evaluate(x, t, work, at).accuracy;
  }

  /// Gives rows the labels of the network's own answers where these have a probability of at least
  /// `least`, nn::no_label elsewhere (adapt/pseudo_labels.hpp); how many got one.
  ///
  ///     device.pseudo_labels(x, labels, 0.9);  // then steps under nn::partly_labelled<...>
  /// @throws halo::error where the numbers of elements do not fit, or for no share
  template <class X>
  std::size_t pseudo_labels(X const& x, std::span<std::int32_t> labels, double least,
                            weights at = Self::preferred) const {
    self_labelled const done = try_pseudo_labels(x, labels, least, at);
    throw_if(done.refused);
    return done.rows;
  }
  /// The same, but says what did not fit.
  template <class X>
  [[nodiscard]] self_labelled try_pseudo_labels(X const& x, std::span<std::int32_t> labels,
                                                double least,
                                                weights at = Self::preferred) const noexcept {
    static_assert(
        std::integral<typename Loss::target>,
        "halo: pseudo_labels: labels are of classes; the targets of this loss are numbers");
    return adapt::try_pseudo_labels<Network>(self().view(at), x, labels, least, work_);
  }

  /// What the body of the network makes of examples (nn::head), h ← [rows, features], by the raw
  /// weights unless told.
  /// @throws halo::error where the numbers of elements do not fit
  template <class X>
  void features(X const& x, std::span<float> h, weights at = weights::raw) const {
    throw_if(try_features(x, h, at));
  }
  /// The same, but says what did not fit.
  template <class X>
  [[nodiscard]] refusal try_features(X const& x, std::span<float> h,
                                     weights at = weights::raw) const noexcept {
    return adapt::try_features<Network>(self().view(at), x, h, work_);
  }
  /// Counts the features of labelled rows into a nearest_mean or a discriminant.
  /// @throws halo::error where the numbers of elements do not fit, for a label that is none of the
  ///         sums' classes and an x that is not finite; nothing was counted then
  template <class X, class Y, class Sums>
  void count_in(X const& x, Y const& labels, Sums& sums, weights at = weights::raw) const {
    throw_if(try_count_in(x, labels, sums, at), "count_in");
  }
  /// The same, but says what did not fit.
  template <class X, class Y, class Sums>
  [[nodiscard]] refusal try_count_in(X const& x, Y const& labels, Sums& sums,
                                     weights at = weights::raw) const noexcept {
    return adapt::try_count_in<Network>(self().view(at), x, labels, sums, work_);
  }

 protected:
  inference() = default;
  mutable Workspace work_;  ///< holds nothing between two calls

 private:
  [[nodiscard]] Self const& self() const noexcept { return static_cast<Self const&>(*this); }
};

}  // namespace halo::adapt
