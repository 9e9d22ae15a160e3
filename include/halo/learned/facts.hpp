// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/core/layer_mask.hpp>

namespace halo::learned {

/// What a program is told about a tensor and a step beside its own numbers; never differentiated.
/// A loss beyond ±1e30 is told as that, a run longer than 1e9 steps as one of 1e9: their logarithms
/// and squares stay what a float can hold.
template <class T>
struct facts {
  T elements = 0;          ///< of this tensor
  T inputs = 1;            ///< numbers that each of its outputs sums up: fan-in; 1 with one axis
  T parameters = 0;        ///< of all tensors
  T tensors = 0;           ///< how many there are
  T step = 1;              ///< of the optimizer, this one included
  T own_step = 1;          ///< of this tensor, this one included
  T loss = 0;              ///< of the mini-batch
  T rows = 0;              ///< examples in the training set, 0 where nobody said
  bool bias = false;       ///< this tensor has one axis
  T horizon = 0;           ///< steps of this run, 0 where nobody said
  T elapsed = 0;           ///< how many of them are over
  T baseline = 0;          ///< loss of the best answer that looks at no example, 0: not known
  bool head = false;       ///< this tensor belongs to the last layer
  bool anew = false;       ///< its layer began the run with drawn parameters
  layer_mask drawn{};      ///< the layers that did
  bool all_drawn = false;  ///< every layer did
  bool labels = true;      ///< targets are class numbers, not measured ones
};

/// The same in double, for the arithmetic of decisions.
template <class T>
[[nodiscard]] facts<double> widened(facts<T> const& f) noexcept {
  auto const wide = [](T x) { return static_cast<double>(x); };
  facts<double> w;
  w.elements = wide(f.elements);
  w.inputs = wide(f.inputs);
  w.parameters = wide(f.parameters);
  w.tensors = wide(f.tensors);
  w.step = wide(f.step);
  w.own_step = wide(f.own_step);
  w.loss = wide(f.loss);
  w.rows = wide(f.rows);
  w.horizon = wide(f.horizon);
  w.elapsed = wide(f.elapsed);
  w.baseline = wide(f.baseline);
  w.bias = f.bias;
  w.head = f.head;
  w.anew = f.anew;
  w.drawn = f.drawn;
  w.all_drawn = f.all_drawn;
  w.labels = f.labels;
  return w;
}

}  // namespace halo::learned
