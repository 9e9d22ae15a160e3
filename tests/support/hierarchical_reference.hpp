// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <halo/learned/hierarchical_options.hpp>
#include <halo/learned/weight_table.hpp>

// The hierarchical RNN in plain loops and double, with every flag of the released code, to compare
// with: all tensors move in every step.

namespace support {

template <class Table>
struct hierarchical_reference {
  using row = std::vector<double>;
  struct coordinate {
    row h, g, v;
    double d = 0, decay = 0, l = 0, truth = 0;  // truth: θ* with attention
  };
  struct tensor {
    std::vector<coordinate> all;
    row t;
  };

  Table const& table;
  std::vector<double> const& phi;
  halo::learned::hierarchical_options o;
  std::vector<tensor> tensors;
  row q;

  double const* weight(std::string_view name) const {
    for (auto const& w : table.entries)
      if (w.name == name) return phi.data() + w.offset;
    REQUIRE(false);
    return phi.data();
  }
  row initial(std::string_view name, std::size_t n) const {
    return row(weight(name), weight(name) + n);
  }
  void begin(std::vector<std::size_t> const& counts) {
    tensors.clear();
    for (std::size_t const n : counts) {
      coordinate c{initial("parameter.initial", o.units), row(o.scales), row(o.scales)};
      c.d = o.learned_input_decay ? 0 : 0.89;
      c.l = *weight("initial_log_rate");
      tensors.push_back({std::vector<coordinate>(n, c), initial("tensor.initial", o.tensor_units)});
    }
    q = initial("global.initial", o.global_units);
  }

  static double squash(double x) { return 1 / (1 + std::exp(-x)); }
  /// y = x·W + b.
  row dense(row const& x, std::string_view w, std::string_view b, std::size_t n) const {
    row y = initial(b, n);
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t i = 0; i < x.size(); ++i) y[j] += x[i] * weight(w)[i * n + j];
    return y;
  }
  double head(row const& x, std::string_view w) const {
    double y = 0;
    for (std::size_t i = 0; i < x.size(); ++i) y += x[i] * weight(w)[i];
    return y;
  }
  row gru(std::string level, row const& x, row const& h, row const& injected) const {
    std::size_t const n = h.size();
    row xh = x, gated = x, next(n);
    xh.insert(xh.end(), h.begin(), h.end());
    row gates = dense(xh, level + ".gates", level + ".gates_bias", 2 * n);
    for (std::size_t k = 0; k < 2 * n; ++k) gates[k] = squash(gates[k] + injected[k]);
    for (std::size_t k = 0; k < n; ++k) gated.push_back(gates[k] * h[k]);
    row const c = dense(gated, level + ".candidate", level + ".candidate_bias", n);
    for (std::size_t k = 0; k < n; ++k) {
      double const z = gates[n + k];
      next[k] = z * h[k] + (1 - z) * std::tanh(c[k] + injected[2 * n + k]);
    }
    return next;
  }

  /// What a coordinate's units see; moves its averages.
  row see(coordinate& c, double gradient, double mean_rate, bool first) const {
    row m(o.scales), logs(o.scales), x;
    double log_mean = 0;
    for (std::size_t s = 0; s < o.scales; ++s) {
      double const power = std::pow(2.0, -static_cast<double>(s));
      double const d = std::pow(c.d, power);
      double const v = first ? 0 : o.every_scale_decays ? std::pow(c.decay, power) : c.decay;
      c.g[s] = d * c.g[s] + (1 - d) * gradient;
      c.v[s] = v * c.v[s] + (1 - v) * (c.g[s] * c.g[s] + 1e-12);
      m[s] = std::asinh(c.g[s] / std::sqrt(c.v[s] + 1e-16));
      logs[s] = std::log(c.v[s] + 1e-16);
      log_mean += logs[s] / static_cast<double>(o.scales);
    }
    x = m;
    if (o.products)
      for (std::size_t s = 0; s + 1 < o.scales; ++s) x.push_back(m[s] * m[s + 1]);
    if (o.log_means)
      for (double const y : logs) x.push_back(y - log_mean);
    if (o.relative_rate) x.push_back(c.l - mean_rate);
    if (o.extreme_rate)
      x.push_back(std::fmax(c.l - std::log(1.0), 0) - std::fmax(std::log(1e-6) - c.l, 0));
    if (o.absolute_rate) x.push_back(c.l - std::log(1e-3));
    return x;
  }

  void step(std::vector<double>& theta, std::vector<double> const& gradient, bool first) {
    double all_rates = 0, count = 0;
    for (auto const& t : tensors)
      for (auto const& c : t.all) all_rates += c.l, count += 1;
    std::size_t at = 0;
    for (auto& t : tensors) {
      row injected = dense(t.t, "tensor_to_parameter", "tensor_to_parameter_bias", 3 * o.units);
      row const from_q = dense(q, "global_to_parameter", "global_to_parameter_bias", 3 * o.units);
      for (std::size_t k = 0; k < 3 * o.units; ++k) injected[k] += from_q[k];
      double own_rates = 0, squares = 0, const_n = static_cast<double>(t.all.size());
      for (auto const& c : t.all) own_rates += c.l;
      double const mean_rate = o.problem_mean ? all_rates / count : own_rates / const_n;
      row seen(o.units + o.features()), directions, ahead;
      double ahead_squares = 0;
      for (std::size_t i = 0; i < t.all.size(); ++i) {
        coordinate& c = t.all[i];
        row const x = see(c, gradient[at + i], mean_rate, first);
        c.h = gru("parameter", x, c.h, injected);
        for (std::size_t k = 0; k < o.units; ++k) seen[k] += c.h[k] / const_n;
        for (std::size_t k = 0; k < x.size(); ++k) seen[o.units + k] += x[k] / const_n;
        row const m(x.begin(), x.begin() + static_cast<long>(o.scales));
        directions.push_back(head(c.h, "update") + (o.shortcut ? head(m, "shortcut") : 0));
        squares += directions.back() * directions.back() / const_n;
        if (!o.attention) continue;
        ahead.push_back(head(c.h, "attention") + (o.shortcut ? head(m, "attention_shortcut") : 0));
        ahead_squares += ahead.back() * ahead.back() / const_n;
      }
      for (std::size_t i = 0; i < t.all.size(); ++i) {
        coordinate& c = t.all[i];
        bool const scaled = o.normalized && o.dynamic_rate;
        double const rate = move(c);
        double& moving = o.attention ? c.truth : theta[at + i];
        if (o.attention)
          theta[at + i] = c.truth - rate / std::exp(*weight("step_size")) * ahead[i] /
                                        (scaled ? std::sqrt(ahead_squares + 1e-16) : 1);
        moving -= rate * directions[i] / (scaled ? std::sqrt(squares + 1e-16) : 1);
        c.d = o.learned_input_decay ? squash(head(c.h, "input_decay") + *weight("input_decay_bias"))
                                    : 0.89;
        c.decay = o.learned_scale_decay
                      ? squash(head(c.h, "scale_decay") + *weight("scale_decay_bias"))
                      : 0.93;
      }
      t.t = gru("tensor", seen, t.t,
                dense(q, "global_to_tensor", "global_to_tensor_bias", 3 * o.tensor_units));
      at += t.all.size();
    }
    row mean(o.tensor_units);
    for (auto const& t : tensors)
      for (std::size_t k = 0; k < mean.size(); ++k)
        mean[k] += t.t[k] / static_cast<double>(tensors.size());
    q = gru("global", o.last_tensor ? tensors.back().t : mean, q, row(3 * o.global_units));
  }

  /// The rate that is applied; moves the running one.
  double move(coordinate& c) const {
    if (!o.dynamic_rate) return 1;
    double const change = head(c.h, "rate") + *weight("rate_bias");
    auto const limited = [](double x) { return std::fmin(std::fmax(x, -33), 33); };
    double const home = *weight("initial_log_rate"), keep = squash(*weight("rate_momentum"));
    double const moved =
        limited(o.leaky ? home + 0.98 * (c.l - home) + 0.1 * change : c.l + change);
    c.l = o.leaky ? moved : keep * c.l + (1 - keep) * moved;
    return std::exp(moved + *weight("step_size"));
  }
};

}  // namespace support
