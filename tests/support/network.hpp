// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Networks as plain loops over doubles, written without a line of halo's nn: what its tests compare
// with. Every derivative is taken at the layer's input.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <halo/core/random.hpp>

namespace support {

/// Normal random numbers of one stream.
template <class T = double>
[[nodiscard]] std::vector<T> draw(std::size_t n, std::uint64_t stream, double deviation = 1.0) {
  halo::generator g(halo::seed{2024}, stream);
  std::vector<T> x(n);
  for (T& v : x) v = static_cast<T>(static_cast<float>(deviation) * g.normal());
  return x;
}

[[nodiscard]] inline std::vector<std::int32_t> draw_labels(std::size_t n, std::size_t classes,
                                                           std::uint64_t stream) {
  halo::generator g(halo::seed{2024}, stream);
  std::vector<std::int32_t> labels(n);
  for (std::int32_t& l : labels) {
    l = static_cast<std::int32_t>(g.below(static_cast<std::uint32_t>(classes)));
  }
  return labels;
}

/// A layer in words: "linear" with so many outputs, "dropout" with a rate, "layer norm", or the
/// name of an activation.
struct plain_layer {
  std::string kind;
  std::size_t outputs = 0;
  double rate = 0;
};

[[nodiscard]] inline double plain_activation(std::string const& kind, double x) {
  double const u = std::sqrt(2.0 / std::acos(-1.0)) * (x + 0.044715 * x * x * x);
  if (kind == "relu") return x > 0 ? x : 0;
  if (kind == "leaky relu") return x > 0 ? x : 0.01 * x;
  if (kind == "tanh") return std::tanh(x);
  if (kind == "sigmoid") return 1 / (1 + std::exp(-x));
  if (kind == "elu") return x > 0 ? x : std::expm1(x);
  if (kind == "softplus") return std::log1p(std::exp(-std::abs(x))) + (x > 0 ? x : 0);
  if (kind == "gelu") return 0.5 * x * (1 + std::tanh(u));
  return std::nan("");
}
[[nodiscard]] inline double plain_slope(std::string const& kind, double x) {
  double const c = std::sqrt(2.0 / std::acos(-1.0));
  double const t = std::tanh(c * (x + 0.044715 * x * x * x));
  double const s = 1 / (1 + std::exp(-x));
  if (kind == "relu") return x > 0 ? 1 : 0;
  if (kind == "leaky relu") return x > 0 ? 1 : 0.01;
  if (kind == "tanh") return 1 - std::tanh(x) * std::tanh(x);
  if (kind == "sigmoid") return s * (1 - s);
  if (kind == "elu") return x > 0 ? 1 : std::exp(x);
  if (kind == "softplus") return s;
  if (kind == "gelu") {
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x);
  }
  return std::nan("");
}

class plain_network {
 public:
  plain_network(std::size_t inputs, std::vector<plain_layer> layers)
      : inputs_(inputs), layers_(std::move(layers)) {}

  bool training = false;
  halo::seed noise{};
  std::uint64_t step = 0;

  /// Outputs of all layers, the examples first: [layer][row * width + column].
  std::vector<std::vector<double>> forward(std::size_t rows, std::vector<double> const& theta,
                                           std::vector<double> const& x) {
    std::vector<std::vector<double>> values{x};
    double const* p = theta.data();
    std::size_t in = inputs_;
    widths_ = {in};
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      plain_layer const& layer = layers_[l];
      std::size_t const out = layer.kind == "linear" ? layer.outputs : in;
      std::vector<double> y(rows * out);
      for (std::size_t i = 0; i < rows; ++i) {
        double const* const a = values.back().data() + i * in;
        for (std::size_t j = 0; j < out; ++j) {
          y[i * out + j] = value_at(layer, l, a, in, i, j, p);
        }
      }
      p += parameters_of(layer, in);
      values.push_back(y);
      in = out;
      widths_.push_back(in);
    }
    return values;
  }

  /// dL/dθ, all of it.
  std::vector<double> backward(std::size_t rows, std::vector<double> const& theta,
                               std::vector<std::vector<double>> const& values,
                               std::vector<double> dy) {
    std::vector<double> gradient(theta.size());
    std::size_t end = theta.size();
    for (std::size_t l = layers_.size(); l-- > 0;) {
      plain_layer const& layer = layers_[l];
      std::size_t const in = widths_[l], out = widths_[l + 1];
      end -= parameters_of(layer, in);
      std::vector<double> dx(rows * in);
      for (std::size_t i = 0; i < rows; ++i) {
        back(layer, l, i, in, out, values[l].data() + i * in, dy.data() + i * out,
             dx.data() + i * in, theta.data() + end, gradient.data() + end);
      }
      dy = dx;
    }
    return gradient;
  }

 private:
  static constexpr double epsilon = 1e-5;

  static std::size_t parameters_of(plain_layer const& layer, std::size_t in) {
    if (layer.kind == "linear") return (in + 1) * layer.outputs;
    return layer.kind == "layer norm" ? 2 * in : 0;
  }
  [[nodiscard]] double dropout_factor(plain_layer const& layer, std::size_t l,
                                      std::size_t i) const {
    if (!training) return 1;
    auto const word = halo::generator(noise, l).words((step << 32) + i / 4)[i % 4];
    return static_cast<double>(word) < layer.rate * 4294967296.0 ? 0 : 1 / (1 - layer.rate);
  }
  static void moments(double const* a, std::size_t n, double& mean, double& inverse) {
    double sum = 0, square = 0;
    for (std::size_t k = 0; k < n; ++k) sum += a[k];
    mean = sum / static_cast<double>(n);
    for (std::size_t k = 0; k < n; ++k) square += (a[k] - mean) * (a[k] - mean);
    inverse = 1 / std::sqrt(square / static_cast<double>(n) + epsilon);
  }
  double value_at(plain_layer const& layer, std::size_t l, double const* a, std::size_t in,
                  std::size_t i, std::size_t j, double const* p) {
    if (layer.kind == "linear") {
      double sum = p[in * layer.outputs + j];
      for (std::size_t k = 0; k < in; ++k) sum += a[k] * p[k * layer.outputs + j];
      return sum;
    }
    if (layer.kind == "dropout") return a[j] * dropout_factor(layer, l, i * in + j);
    if (layer.kind == "layer norm") {
      double mean = 0, inverse = 0;
      moments(a, in, mean, inverse);
      return (a[j] - mean) * inverse * p[j] + p[in + j];
    }
    return plain_activation(layer.kind, a[j]);
  }
  void back(plain_layer const& layer, std::size_t l, std::size_t i, std::size_t in, std::size_t out,
            double const* a, double const* dy, double* dx, double const* p, double* g) const {
    if (layer.kind == "linear") {
      for (std::size_t j = 0; j < out; ++j) {
        g[in * out + j] += dy[j];
        for (std::size_t k = 0; k < in; ++k) {
          g[k * out + j] += a[k] * dy[j];
          dx[k] += dy[j] * p[k * out + j];
        }
      }
    } else if (layer.kind == "dropout") {
      for (std::size_t j = 0; j < in; ++j) dx[j] = dy[j] * dropout_factor(layer, l, i * in + j);
    } else if (layer.kind == "layer norm") {
      double mean = 0, inverse = 0;
      moments(a, in, mean, inverse);
      double const n = static_cast<double>(in);
      for (std::size_t j = 0; j < in; ++j) {  // the full Jacobian: n² terms, no algebra
        double const z = (a[j] - mean) * inverse;
        g[j] += dy[j] * z;
        g[in + j] += dy[j];
        for (std::size_t k = 0; k < in; ++k) {
          double const same = j == k ? 1.0 : 0.0;
          double const slope = inverse * (same - 1 / n - z * (a[k] - mean) * inverse / n);
          dx[k] += dy[j] * p[j] * slope;
        }
      }
    } else {
      for (std::size_t j = 0; j < in; ++j) dx[j] = dy[j] * plain_slope(layer.kind, a[j]);
    }
  }

  std::size_t inputs_;
  std::vector<plain_layer> layers_;
  std::vector<std::size_t> widths_;
};

}  // namespace support
